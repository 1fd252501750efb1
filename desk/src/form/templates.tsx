// How a field, and a group of fields, stand on the page.
import type { FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";
import { useState } from "react";
import { unknownKeys } from "../failures";
import { isObject, pointerOf, valueAt } from "../schema";
import type { Path, Schema } from "../schema";
import { fieldId, hintId, useMatterForm } from "./context";
import { FieldFindings, isGap } from "./findings";

const WIDE = ["markdown", "paragraph"];

export function FieldTemplate(props: FieldTemplateProps) {
  const form = useMatterForm();
  const schema = props.schema as Schema;
  const path: Path = [...form.sectionPath, ...props.fieldPathId.path];
  const pointer = pointerOf(path);
  const inList = typeof path.at(-1) === "number";
  const widget = String(props.uiSchema?.["ui:widget"] ?? "");
  if (widget === "hidden" || props.hidden) return <div hidden>{props.children}</div>;
  if (schema.type === "object" || schema.type === "array") return props.children;
  const findings = form.at(pointer);
  const wrong = findings.some((each) => each.severity === "error" && !isGap(each));
  const blank = !props.required && !inList && valueAt(form.document, path) === null;
  const label = inList ? `${schema.title ?? "Entry"} ${(path.at(-1) as number) + 1}` : props.label;
  return (
    <div className={`field ${WIDE.includes(widget) ? "wide" : ""} ${wrong ? "wrong" : ""} ${inList ? "listed" : ""}`}
      data-pointer={pointer}>
      <label htmlFor={props.id} className={inList ? "unseen" : undefined}>
        {label}{props.required && !inList && <span className="needed"> required</span>}
      </label>
      {!inList && schema.description && <p className="hint" id={hintId(props.id)}>{plain(schema.description)}</p>}
      {props.children}
      <div className="said-here">
        <FieldFindings id={props.id} findings={findings} title={schema.title} />
        {blank && <LeaveOut path={path} title={label} />}
      </div>
    </div>
  );
}

/** A blank that a started file has for something optional: it can be filled in, or left out. */
export function LeaveOut({ path, title }: { path: Path; title: string }) {
  const form = useMatterForm();
  return (
    <button type="button" className="quiet" onClick={() => {
      form.change(path, undefined);
      form.say(`${title} left out.`);
    }}>Leave it out<span className="unseen">: {title}</span></button>
  );
}

/** Leave out what only speaks of the file: the field shows by itself that it takes Markdown. */
function plain(description: string): string {
  return description.replace(/ Markdown\.$/, "");
}

export function ObjectTemplate(props: ObjectFieldTemplateProps) {
  const form = useMatterForm();
  const path: Path = [...form.sectionPath, ...props.fieldPathId.path];
  const pointer = pointerOf(path);
  const schema = props.schema as Schema;
  const isSection = props.fieldPathId.path.length === 0;
  const inList = typeof path.at(-1) === "number";
  const value = props.formData as unknown;
  const people = path.length === 1 && path[0] === "people";
  const person = path.length === 2 && path[0] === "people";
  const findings = form.at(pointer);
  const fields = (
    <>
      <FieldFindings id={props.fieldPathId.$id} findings={findings} />
      <div className={people ? "persons" : "fields"}>{props.properties.map((each) => each.content)}</div>
      <UnknownKeys schema={schema} value={value} path={path} />
    </>
  );
  if (isSection || inList) {
    return (
      <div id={props.fieldPathId.$id} tabIndex={-1} data-pointer={pointer}>
        {fields}
        {people && <AddPerson taken={Object.keys(isObject(value) ? value : {})} />}
      </div>
    );
  }
  const optional = !props.required;
  const absent = optional && (value === undefined || value === null);
  const named = person ? `${(isObject(value) && value["name"]) || "No name yet"}` : props.title;
  return (
    <fieldset className="group" id={props.fieldPathId.$id} tabIndex={-1} data-pointer={pointer}>
      <legend>{named}{person && <span className="id"> {path[1]}</span>}</legend>
      {schema.description && !person && <p className="hint">{schema.description}</p>}
      {person && path[1] === "officer" && <p className="hint">The officer of the company who signs the MOU.</p>}
      {person && path[1] === "isa_contact" && <p className="hint">The company's contact for the program.</p>}
      {absent ? (
        <>
          <FieldFindings id={props.fieldPathId.$id} findings={findings} />
          <button type="button" className="quiet" onClick={() => form.change(path, {})}>
            Add {props.title.toLowerCase()}
          </button>
          {value === null && <LeaveOut path={path} title={props.title} />}
        </>
      ) : (
        <>
          {fields}
          {optional && (
            <button type="button" className="quiet remove" onClick={() => {
              form.change(path, undefined);
              form.say(`${named} removed.`);
            }}>Remove {person ? named : props.title.toLowerCase()}</button>
          )}
        </>
      )}
    </fieldset>
  );
}

/** Keys that a hand-written file has and the schema does not know: shown, never dropped silently. */
function UnknownKeys({ schema, value, path }: { schema: Schema; value: unknown; path: Path }) {
  const form = useMatterForm();
  const names = form.sectionPath.length === 0 && path.length === 0
    ? [] : unknownKeys(schema, value as never).filter((name) => form.at(pointerOf([...path, name])).length);
  if (!names.length) return null;
  return (
    <div className="unknown">
      {names.map((name) => {
        const id = fieldId(pointerOf([...path, name]));
        return (
          <div key={name} className="field wide wrong" id={id} tabIndex={-1}>
            <strong><code>{name}</code></strong>
            <FieldFindings id={id} findings={form.at(pointerOf([...path, name]))} />
            <button type="button" className="quiet remove" onClick={() => form.change([...path, name], undefined)}>
              Remove <code>{name}</code> from the file
            </button>
          </div>
        );
      })}
    </div>
  );
}

const NAME = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;

function AddPerson({ taken }: { taken: string[] }) {
  const form = useMatterForm();
  const [name, setName] = useState("");
  const [fault, setFault] = useState("");
  const add = () => {
    if (!NAME.test(name)) {
      setFault("Use small letters, digits and single hyphens or underscores, starting with a letter: results_reviewer.");
    } else if (taken.includes(name)) setFault("There is a person with this short name already.");
    else {
      form.change(["people", name], {});
      form.say(`Person ${name} added.`);
      setName("");
      setFault("");
      setTimeout(() => document.getElementById(fieldId(`/people/${name}/name`))?.focus(), 50);
    }
  };
  return (
    <div className="add-person">
      <label htmlFor="add-person">Add a person, by a short name used in this file</label>
      <p className="hint" id="add-person-hint">For example results_reviewer, tester or counsel. Other fields refer to it.</p>
      <div className="with-button">
        <input id="add-person" value={name} autoComplete="off" spellCheck={false} aria-invalid={fault ? true : undefined}
          aria-describedby="add-person-hint add-person-said" onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && add()} />
        <button type="button" onClick={add}>Add person</button>
      </div>
      <p className="said error" id="add-person-said" role="alert">{fault}</p>
    </div>
  );
}
