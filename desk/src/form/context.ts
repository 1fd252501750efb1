// What every field of the form may ask of the matter around it.
import { createContext, useContext } from "react";
import type { Finding } from "../api";
import type { Json, Path } from "../schema";

export interface MatterForm {
  matterId: string;
  document: Json;
  /** Where the section that is shown stands in the matter. */
  sectionPath: Path;
  /** The findings at exactly one pointer. */
  at(pointer: string): Finding[];
  /** How many errors, and how many blanks, stand at a pointer or below it. */
  countBelow(pointer: string): { errors: number; gaps: number };
  change(path: Path, value: Json | undefined): void;
  /** Replace a value by what is made of the newest one, after waiting for something. */
  update(path: Path, make: (now: Json | undefined) => Json | undefined): void;
  isOpen(pointer: string, otherwise: boolean): boolean;
  setOpen(pointer: string, open: boolean): void;
  /** Tell people who listen to the page what just happened. */
  say(text: string): void;
}

export const FormContext = createContext<MatterForm | null>(null);

export function useMatterForm(): MatterForm {
  const form = useContext(FormContext);
  if (!form) throw new Error("A field stands outside a form.");
  return form;
}

/** The id of the element in which the field of a pointer is edited. */
export const fieldId = (pointer: string) => `at:${pointer}`;
export const hintId = (id: string) => `${id}#hint`;
export const saidId = (id: string) => `${id}#said`;
