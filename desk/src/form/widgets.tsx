// The controls in which one value is edited.
import type { WidgetProps } from "@rjsf/utils";
import { useEffect, useRef, useState } from "react";
import { api } from "../api";
import { date } from "../dates";
import { isObject, pathOf, valueAt } from "../schema";
import type { Path, Schema } from "../schema";
import { idsFor } from "../sections";
import { hintId, saidId, useMatterForm } from "./context";
import { ExhibitFile } from "./exhibits";
import type { MatterForm } from "./context";
import { isGap } from "./findings";

/** The attributes that tie a control to its hint and to what was found. */
export function told(props: WidgetProps, form: MatterForm) {
  const wrong = form.at(props.id.slice("at:".length));
  const described = [props.schema.description ? hintId(props.id) : "", wrong.length ? saidId(props.id) : ""];
  return {
    id: props.id,
    "aria-describedby": described.filter(Boolean).join(" ") || undefined,
    "aria-invalid": wrong.some((each) => each.severity === "error" && !isGap(each)) ? true : undefined,
    "data-blank": wrong.some(isGap) ? true : undefined,
    "aria-required": props.required ? true : undefined,
    autoComplete: "off" as const,
  };
}

const pathOfWidget = (props: WidgetProps, form: MatterForm): Path => pathOf(props.id.slice("at:".length), form.document);
export const shown = (value: unknown) => (value === undefined || value === null ? "" : String(value));
export const entered = (text: string) => (text === "" ? undefined : text);

export function TextWidget(props: WidgetProps) {
  const form = useMatterForm();
  const path = pathOfWidget(props, form);
  const named = idsFor(String(path.at(-1)), path, form.document);
  if (path.at(-1) === "file" && path.at(-3) === "exhibits") return <ExhibitFile {...props} path={path} />;
  if (named?.length) return <Reference {...props} named={named} />;
  const schema = props.schema as Schema;
  const numeric = schema.type === "integer" || schema.type === "number";
  return (
    <input {...told(props, form)} type="text" className={numeric ? "short" : undefined} value={shown(props.value)}
      inputMode={schema.type === "integer" ? "numeric" : schema.type === "number" ? "decimal" : undefined}
      spellCheck={numeric ? false : undefined}
      placeholder={schema.default !== undefined ? `${String(schema.default)} when left empty` : undefined}
      onChange={(event) => props.onChange(entered(event.target.value))} />
  );
}

/** A field that names something defined elsewhere in the matter. */
function Reference(props: WidgetProps & { named: { id: string; label: string }[] }) {
  const form = useMatterForm();
  const value = shown(props.value);
  const schema = props.schema as Schema;
  const known = props.named.some((each) => each.id === value);
  return (
    <select {...told(props, form)} value={value} onChange={(event) => props.onChange(entered(event.target.value))}>
      <option value="">{schema.default !== undefined ? `Not stated (${String(schema.default)})` : "Not stated"}</option>
      {value && !known && <option value={value}>{value} (not defined)</option>}
      {props.named.map((each) => (
        <option key={each.id} value={each.id}>{each.label ? `${each.label} (${each.id})` : each.id}</option>
      ))}
    </select>
  );
}

/** Write a word of the file for a person: "acceptable_risk" as "Acceptable risk". */
export function inPlainWords(word: string): string {
  if (/^[A-Z]|[ ]/.test(word)) return word;
  const spaced = word.replace(/[_-]/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const EDITIONS: Record<string, string> = {
  "isa-2012": "ISA, 2012 notice", "isa-2002": "ISA, 2002 (standard track)", "ctpat-tc": "CTPAT Trade Compliance",
};

export function Choice(props: WidgetProps) {
  const form = useMatterForm();
  const schema = props.schema as Schema;
  const value = shown(props.value);
  const word = (each: string) => EDITIONS[each] ?? inPlainWords(each);
  const otherwise = schema.default !== undefined ? `Not stated (${word(String(schema.default))})` : "Not stated";
  return (
    <select {...told(props, form)} value={value} onChange={(event) => props.onChange(entered(event.target.value))}>
      <option value="">{otherwise}</option>
      {value && !schema.enum?.includes(value) && <option value={value}>{value} (not allowed)</option>}
      {schema.enum?.map((each) => <option key={each} value={each}>{word(each)}</option>)}
    </select>
  );
}

export function YesNo(props: WidgetProps) {
  const form = useMatterForm();
  const schema = props.schema as Schema;
  const value = typeof props.value === "boolean" ? String(props.value) : "";
  const otherwise = schema.default === undefined ? "Not stated" : `Not stated (${schema.default ? "Yes" : "No"})`;
  return (
    <select {...told(props, form)} className="short" value={value}
      onChange={(event) => props.onChange(event.target.value === "" ? undefined : event.target.value === "true")}>
      <option value="">{otherwise}</option>
      <option value="true">Yes</option>
      <option value="false">No</option>
    </select>
  );
}

/** The browser's own date picker; a value that is no date is shown as it is, so that it can be mended. */
export function DateWidget(props: WidgetProps) {
  const form = useMatterForm();
  const value = shown(props.value);
  const [asText, setAsText] = useState(value !== "" && !date(value));
  const box = useRef<HTMLInputElement>(null);
  const given = useRef(value);
  useEffect(() => {
    // a half-typed date has no value yet; putting that back would wipe what was typed, so only other values are put
    if (value === given.current || !box.current) return;
    given.current = value;
    setAsText(value !== "" && !date(value));
    box.current.value = value;
  }, [value]);
  return (
    <input {...told(props, form)} key={asText ? "text" : "date"} ref={box} type={asText ? "text" : "date"} className="short"
      defaultValue={value} min="1900-01-01" max="2099-12-31"
      onChange={(event) => {
        given.current = event.target.value;
        props.onChange(entered(event.target.value));
      }} />
  );
}

/** An importer of record number: it may be a Social Security number, so it is covered until somebody asks. */
export function NumberOfImporter(props: WidgetProps) {
  const form = useMatterForm();
  const [open, setOpen] = useState(shown(props.value) === "");
  const path = pathOfWidget(props, form);
  const value = shown(props.value);
  if (path.includes("mou")) return <OwnNumber {...props} />;
  return (
    <div className="with-button">
      <input {...told(props, form)} type="text" className={open ? undefined : "covered"} value={value} spellCheck={false}
        onChange={(event) => props.onChange(entered(event.target.value))}
        onBlur={() => value !== "" && setOpen(false)} />
      <button type="button" className="quiet" aria-pressed={open} onMouseDown={(event) => event.preventDefault()}
        onClick={() => setOpen(!open)}>
        {open ? "Hide" : "Show"}<span className="unseen"> the number</span>
      </button>
    </div>
  );
}

const lastFour = (number: string) => (number.length > 4 ? `…${number.slice(-4)}` : number);

/** A number chosen among those of the importer, told apart by its last four characters. */
function OwnNumber(props: WidgetProps) {
  const form = useMatterForm();
  const found = valueAt(form.document, ["importer", "ior_numbers"]);
  const numbers = (Array.isArray(found) ? found : []).filter(isObject).filter((each) => each["number"]);
  const value = shown(props.value);
  return (
    <select {...told(props, form)} value={value} onChange={(event) => props.onChange(entered(event.target.value))}>
      <option value="">Choose a number of the importer</option>
      {value && !numbers.some((each) => each["number"] === value) && (
        <option value={value}>{lastFour(value)} (not among the importer's numbers)</option>
      )}
      {numbers.map((each, index) => (
        <option key={index} value={String(each["number"])}>
          {lastFour(String(each["number"]))} {String(each["name"] ?? "")}
        </option>
      ))}
    </select>
  );
}

export function Paragraph(props: WidgetProps) {
  const form = useMatterForm();
  return (
    <textarea {...told(props, form)} rows={3} value={shown(props.value)}
      onChange={(event) => props.onChange(entered(event.target.value))} />
  );
}

/** A longer text with a little formatting, and a look at how the paper will have it. */
export function Markdown(props: WidgetProps) {
  const form = useMatterForm();
  const [html, setHtml] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const value = shown(props.value);
  const look = async () => {
    try {
      setHtml((await api.markdown(form.matterId, value)).html);
      setFault("");
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <div className="markdown">
      {html === null ? (
        <textarea {...told(props, form)} rows={4} value={value}
          onChange={(event) => props.onChange(entered(event.target.value))} />
      ) : (
        <div className="rendered" id={props.id} tabIndex={0} role="region" aria-label={`${props.label}, as printed`}
          dangerouslySetInnerHTML={{ __html: html }} />
      )}
      <div className="under">
        <span className="hint">Markdown: **bold**, *italic*, - list, 1. list, ### heading</span>
        <button type="button" className="quiet" aria-pressed={html !== null}
          onClick={() => (html === null ? void look() : setHtml(null))}>
          {html === null ? "See as printed" : "Go on writing"}<span className="unseen">: {props.label}</span>
        </button>
      </div>
      {fault && <p className="said error" role="alert">{fault}</p>}
    </div>
  );
}

export function Hidden(props: WidgetProps) {
  return <input type="hidden" id={props.id} value={shown(props.value)} />;
}
