// Lists: entries that fold, and can be added, removed and moved with words, by keyboard and by dragging.
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from "@rjsf/utils";
import { createContext, useContext, useRef, useState } from "react";
import type { DragEvent } from "react";
import { moved } from "../edits";
import { inWords } from "../dates";
import { isObject, pointerOf } from "../schema";
import type { Json, Path, Schema } from "../schema";
import { fieldId, useMatterForm } from "./context";
import { ExhibitDrop } from "./exhibits";
import { FieldFindings } from "./findings";
import { LeaveOut } from "./templates";
import { inPlainWords } from "./widgets";

interface List {
  path: Path;
  schema: Schema;
  value: Json[];
  one: string;
  /** The entry that is being dragged. */
  dragged: number | null;
  drag(index: number | null): void;
  put(list: Json[] | undefined): void;
}

const ListContext = createContext<List | null>(null);

/** Name an entry of a list by what it holds; numbers of the importer are never shown here. */
function summary(entry: Json | undefined): string {
  if (!isObject(entry)) return "";
  for (const key of ["title", "name", "action", "summary", "id", "code"]) {
    if (typeof entry[key] === "string" && entry[key]) return entry[key];
  }
  const words = ["method", "kind", "area", "what", "detail", "reason"].map((key) => entry[key])
    .filter((each) => typeof each === "string").map(inPlainWords);
  const date = [entry["on"], entry["date"]].find((each) => typeof each === "string");
  return [...words, date ? inWords(date as string) : ""].filter(Boolean).join(", ");
}

export function ArrayTemplate(props: ArrayFieldTemplateProps) {
  const form = useMatterForm();
  const [dragged, drag] = useState<number | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const path: Path = [...form.sectionPath, ...props.fieldPathId.path];
  const pointer = pointerOf(path);
  const schema = props.schema as Schema;
  const value = (Array.isArray(props.formData) ? props.formData : []) as Json[];
  const isSection = props.fieldPathId.path.length === 0;
  const objects = schema.items?.type === "object" || schema.items?.properties !== undefined;
  const one = (schema.items?.title ?? "entry").toLowerCase().replace(/^(ior|isa|fa|cbp)\b/, (word) => word.toUpperCase());
  const put = (list: Json[] | undefined) =>
    form.change(path, list && (list.length || props.required) ? list : undefined);
  const list: List = { path, schema, value, one, dragged, drag, put };
  const append = () => {
    const at = [...path, value.length];
    put([...value, objects ? {} : ""]);
    form.setOpen(pointerOf(at), true);
    form.say(`${one} ${value.length + 1} added.`);
    setTimeout(() => {
      const entry = document.getElementById(fieldId(pointerOf(at)));
      const field = entry?.matches("input, select, textarea") ? entry
        : entry?.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
      field?.focus();
    }, 60);
  };
  const body = (
    <ListContext.Provider value={list}>
      <FieldFindings id={props.fieldPathId.$id} findings={form.at(pointer)} />
      {path.at(-1) === "exhibits" && objects && <ExhibitDrop path={path} value={value} />}
      {value.length > 0 && <ol className={objects ? "cards" : "rows"}>{props.items}</ol>}
      {value.length === 0 && isSection && <p className="none">None yet.</p>}
      {value.length < (schema.maxItems ?? Infinity) && (
        <button type="button" className="quiet add" ref={add} onClick={append} id={`${props.fieldPathId.$id}#add`}>
          Add {one}
        </button>
      )}
      {props.formData === null && !props.required && <LeaveOut path={path} title={props.title} />}
    </ListContext.Provider>
  );
  if (isSection) return <div id={props.fieldPathId.$id} tabIndex={-1} data-pointer={pointer}>{body}</div>;
  return (
    <fieldset className={objects ? "group" : "group plain"} id={props.fieldPathId.$id} tabIndex={-1} data-pointer={pointer}>
      <legend>{props.title}{props.required && <span className="needed"> required</span>}</legend>
      {schema.description && <p className="hint">{schema.description}</p>}
      {body}
    </fieldset>
  );
}

export function ArrayItem(props: ArrayFieldItemTemplateProps) {
  const form = useMatterForm();
  const list = useContext(ListContext) as List;
  const { index } = props;
  const { value, path, one } = list;
  const pointer = pointerOf([...path, index]);
  const entry = value[index];
  const objects = isObject(entry) || list.schema.items?.properties !== undefined;
  const shown = summary(entry);
  const name = `${one} ${index + 1}`;
  const open = form.isOpen(pointer, value.length <= 2 && path.length < 3);
  const { errors, gaps } = form.countBelow(pointer);
  const move = (to: number) => {
    list.put(moved(value, index, to));
    const [here, there] = [form.isOpen(pointer, false), form.isOpen(pointerOf([...path, to]), false)];
    form.setOpen(pointer, there);
    form.setOpen(pointerOf([...path, to]), here);
    form.say(`${name} is now number ${to + 1} of ${value.length}.`);
    const word = to < index ? "up" : "down";
    setTimeout(() => {
      const wanted = document.getElementById(`${fieldId(pointerOf([...path, to]))}#${word}`) as HTMLButtonElement | null;
      const other = document.getElementById(`${fieldId(pointerOf([...path, to]))}#${word === "up" ? "down" : "up"}`);
      (wanted && !wanted.disabled ? wanted : other)?.focus();
    }, 60);
  };
  const remove = () => {
    list.put(value.filter((_, at) => at !== index));
    form.say(`${name} removed.`);
    setTimeout(() => document.getElementById(`${fieldId(pointerOf(path))}#add`)?.focus(), 60);
  };
  const id = fieldId(pointer);
  const buttons = (
    <div className="entry-buttons">
      <button type="button" className="quiet" id={`${id}#up`} disabled={index === 0} onClick={() => move(index - 1)}>
        Move up<span className="unseen"> {name}</span>
      </button>
      <button type="button" className="quiet" id={`${id}#down`} disabled={index === value.length - 1}
        onClick={() => move(index + 1)}>
        Move down<span className="unseen"> {name}</span>
      </button>
      <button type="button" className="quiet remove" onClick={remove}>
        Remove<span className="unseen"> {name}</span>
      </button>
    </div>
  );
  const dragging = {
    draggable: true,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", String(index));
      list.drag(index);
    },
    onDragEnd: () => list.drag(null),
  };
  const dropping = {
    onDragOver: (event: DragEvent) => list.dragged !== null && event.preventDefault(),
    onDrop: (event: DragEvent) => {
      if (list.dragged === null) return;
      event.preventDefault();
      list.put(moved(value, list.dragged, index));
      form.say(`${one} ${list.dragged + 1} is now number ${index + 1} of ${value.length}.`);
      list.drag(null);
    },
  };
  if (!objects) return <li className="row" {...dropping}>{props.children}{buttons}</li>;
  return (
    <li className={`card ${list.dragged === index ? "dragged" : ""}`} {...dropping}>
      <div className="card-head">
        <span className="grip" aria-hidden="true" title="Drag to move" {...dragging}>⠿</span>
        <button type="button" className="fold" aria-expanded={open} onClick={() => form.setOpen(pointer, !open)}>
          <span className="number">{index + 1}</span> {shown || `New ${one}`}
          {errors > 0 && <span className="count error">{errors} {errors === 1 ? "error" : "errors"}</span>}
          {gaps > 0 && <span className="count gap">{gaps} to fill in</span>}
        </button>
        {buttons}
      </div>
      {open && <div className="card-body">{props.children}</div>}
    </li>
  );
}
