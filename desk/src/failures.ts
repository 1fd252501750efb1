// Schema faults as English sentences at their field. The same faults at the same places as the command line's
// isa_docs/intake/validate.py; tests/acceptance/test_desk_agrees.py holds the two together.
import validate from "desk:validator";
import { closest } from "./closeness";
import { fieldTitle, isObject, ownProperty, pathOf, pointerOf, valueAt, walk } from "./schema";
import type { Json, Path, Schema } from "./schema";

export interface Failure {
  code: string;
  pointer: string;
  message: string;
  remedy: string;
}

type Fault = NonNullable<typeof validate.errors>[number];

const TYPES: Record<string, string> = {
  string: "text", integer: "a whole number", number: "a number", boolean: "true or false", array: "a list",
  object: "a group of fields",
};
const CODES: Record<string, string> = {
  minLength: "EMPTY", maxLength: "LENGTH", minimum: "RANGE", maximum: "RANGE", exclusiveMinimum: "RANGE",
  exclusiveMaximum: "RANGE", minItems: "COUNT", maxItems: "COUNT",
};
const FIRST = ["type", "minLength", "minItems", "minProperties"];
const OF_TEXT = ["pattern", "format", "minLength", "maxLength"];
const ABOUT_PARTS = ["SCHEMA-REQUIRED", "SCHEMA-UNKNOWN", "SCHEMA-NAME"];

/** Return one failure per fault of a matter against the schema. */
export function failures(document: Json): Failure[] {
  if (validate(document)) return [];
  const faults = (validate.errors ?? []).filter((each) => each.keyword !== "if");
  const first = (each: Fault) => (FIRST.includes(each.keyword) ? 0 : 1);
  const place = (each: Fault) => {
    const keys = Object.keys(walk(pathOf(each.instancePath, document), document).at(-1) as Schema);
    return keys.indexOf(each.keyword);
  };
  const found = new Map<string, Failure>();
  const wrong = new Set<string>();
  for (const fault of [...faults].sort((a, b) => first(a) - first(b)
    || (a.instancePath === b.instancePath ? place(a) - place(b) : 0))) {
    for (const each of explain(fault, document)) {
      const key = `${each.pointer} ${each.code}`;
      if (ABOUT_PARTS.includes(each.code)) {
        if (!found.has(key)) found.set(key, each);
      } else if (!wrong.has(each.pointer)) {
        wrong.add(each.pointer); // a value that breaks several rules is told once
        found.set(key, each);
      }
    }
  }
  return [...found.values()];
}

function explain(fault: Fault, document: Json): Failure[] {
  const path = pathOf(fault.instancePath, document);
  if (fault.keyword === "propertyNames") {
    const name = String(fault.params["propertyName"]);
    const message = `'${name}' cannot be used as a name here.`;
    const remedy = "Use small letters, digits and single hyphens or underscores, starting with a letter.";
    return [{ code: "SCHEMA-NAME", pointer: fault.instancePath, message, remedy }];
  }
  if (fault.keyword === "required") return missing(path, String(fault.params["missingProperty"]), document);
  if (fault.keyword === "additionalProperties") {
    return [unknown(path, String(fault.params["additionalProperty"]), document)];
  }
  const aboutName = OF_TEXT.includes(fault.keyword) && typeof valueAt(document, path) === "object"
    && valueAt(document, path) !== null; // why "propertyNames" failed; that fault tells it
  return aboutName ? [] : [wrongValue(fault, path, document)];
}

function missing(path: Path, name: string, document: Json): Failure[] {
  const schema = walk(path, document).at(-1) as Schema;
  const present = Object.keys(valueAt(document, path) as object);
  const known = Object.keys(schema.properties ?? {});
  const slip = closest(name, present.filter((each) => !known.includes(each)), 0.7);
  if (slip !== undefined && schema.additionalProperties === false && closest(slip, known, 0.6) === name) {
    return []; // told once, as a misspelt key
  }
  const whole = [...path, name];
  const message = `${fieldTitle(whole, document)} is missing.` + (slip === undefined ? "" : ` There is '${slip}'.`);
  const remedy = ("Fill it in. " + example(walk(whole, document).at(-1) as Schema)).trim();
  return [{ code: "SCHEMA-REQUIRED", pointer: pointerOf(whole), message, remedy }];
}

function unknown(path: Path, name: string, document: Json): Failure {
  const schema = walk(path, document).at(-1) as Schema;
  const known = Object.keys(schema.properties ?? {});
  const present = Object.keys(valueAt(document, path) as object);
  const close = closest(name, known.filter((each) => !present.includes(each)), 0.6) ?? closest(name, known, 0.6);
  let message = `'${name}' is not known in ${fieldTitle(path, document)}.`;
  if (close && schema.required?.includes(close) && !present.includes(close)) {
    message += ` The required '${close}' is missing.`;
  }
  const remedy = close ? `Did you mean '${close}'?` : `Known here: ${known.sort().join(", ")}.`;
  return { code: "SCHEMA-UNKNOWN", pointer: pointerOf([...path, name]), message, remedy };
}

function wrongValue(fault: Fault, path: Path, document: Json): Failure {
  const { keyword, params } = fault;
  const value = valueAt(document, path);
  const title = fieldTitle(path, document);
  const schema = walk(path, document).at(-1) as Schema;
  const pointer = fault.instancePath;
  let remedy = example(schema);
  if (value === null) {
    return { code: "SCHEMA-EMPTY", pointer, message: `${title} is empty.`, remedy: `Fill it in. ${remedy}`.trim() };
  }
  const shown = shownValue(value, schema);
  const limit = Number(params["limit"]);
  let own = (schema["x-error"] ?? "").replaceAll("{title}", title);
  if (own && !own.startsWith(title)) own = `${title}: ${own}`;
  let message = `${title} is ${shown}, which is not allowed.`;
  if (keyword === "type") {
    const wanted = TYPES[String(params["type"])] ?? String(params["type"]);
    message = `${title} must be ${wanted}, not ${kindOf(value)}.`;
  } else if (keyword === "enum" || keyword === "const") {
    const choices = (keyword === "enum" ? params["allowedValues"] : [params["allowedValue"]]) as unknown[];
    message = `${title} is ${shown}; it must be one of: ${choices.join(", ")}.`;
    const close = closest(String(value), choices.map(String), 0.5);
    if (close) remedy = `Did you mean '${close}'?`;
  } else if (["minLength", "minItems", "minProperties"].includes(keyword) && isEmpty(value)) {
    message = `${title} is empty.`;
    remedy = `Fill it in. ${remedy}`.trim();
  } else if (keyword === "maxLength") {
    message = `${title} has ${[...String(value)].length.toLocaleString("en-US")} characters; at most ` +
      `${limit.toLocaleString("en-US")} are allowed.`;
  } else if (["maxItems", "minItems", "maxProperties"].includes(keyword)) {
    message = `${title} has ${Object.keys(value as object).length} entries; ` +
      `${keyword.startsWith("max") ? "at most" : "at least"} ${limit}.`;
  } else if (own) {
    message = own;
  } else if (keyword === "minimum" || keyword === "maximum") {
    message = `${title} is ${shown}; it must be ${keyword === "minimum" ? "at least" : "at most"} ` +
      `${limit.toLocaleString("en-US")}.`;
  }
  return { code: `SCHEMA-${CODES[keyword] ?? keyword.toUpperCase()}`, pointer, message, remedy };
}

function example(schema: Schema): string {
  const first = schema.examples?.[0];
  return first === undefined || typeof first === "boolean" ? "" : `Example: ${String(first)}`;
}

function shownValue(value: Json | undefined, schema: Schema): string {
  if (schema["x-sensitive"]) return "the value given";
  const text = typeof value === "string" ? `'${value}'` : JSON.stringify(value);
  return text.length <= 60 ? text : text.slice(0, 57) + "…";
}

function kindOf(value: Json | undefined): string {
  if (typeof value === "boolean") return `'${value}'`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "string") return "text";
  return Array.isArray(value) ? "a list" : "a group of fields";
}

function isEmpty(value: Json | undefined): boolean {
  return value === "" || (Array.isArray(value) && !value.length) || (isObject(value) && !Object.keys(value).length);
}

/** Tell whether an object of the file has a key that the schema does not know. */
export function unknownKeys(schema: Schema | undefined, value: Json | undefined): string[] {
  if (!isObject(value) || !schema?.properties || schema.additionalProperties !== false) return [];
  return Object.keys(value).filter((key) => ownProperty(schema.properties, key) === undefined);
}
