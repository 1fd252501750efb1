// The matter's schema with every $ref followed, and the way from a JSON pointer to the schema of its field.
import parts from "desk:schemas";

export interface Schema {
  $id?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  title?: string;
  description?: string;
  examples?: unknown[];
  default?: unknown;
  enum?: string[];
  const?: string;
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  allOf?: unknown[];
  "x-error"?: string;
  "x-format"?: string;
  "x-sensitive"?: boolean;
}

export type Step = string | number;
export type Path = Step[];
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const KINDS: Record<string, string> = {
  application: "application",
  "annual-notification": "annual_notification",
  "discontinuance-appeal": "discontinuance_appeal",
};

const joinedOnce = new WeakMap<Schema, Schema>();

function target(reference: string): Schema {
  const [file, pointer] = reference.split("#/");
  let at: unknown = parts[file as string];
  for (const step of pointer ? pointer.split("/") : []) at = (at as Record<string, unknown>)[step];
  return at as Schema;
}

/** Return `schema` with each $ref replaced by its target, the referring keywords laid over the target's. */
export function joined(schema: Schema): Schema {
  const known = joinedOnce.get(schema);
  if (known) return known;
  const { $ref, $defs: _defs, $id: _id, ...own } = schema;
  const out: Schema = $ref ? { ...joined(target($ref)), ...own } : own;
  if (out.properties) {
    out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, each]) => [name, joined(each)]));
  }
  if (out.items) out.items = joined(out.items);
  if (typeof out.additionalProperties === "object") out.additionalProperties = joined(out.additionalProperties);
  joinedOnce.set(schema, out);
  return out;
}

export const matterSchema: Schema = joined(parts["matter.schema.json"] as Schema);

/** Return the schema of one kind of submission, or undefined for a kind that is not known. */
export function submissionSchema(kind: unknown): Schema | undefined {
  const name = typeof kind === "string" && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return name === undefined ? undefined : joined(target(`submissions.schema.json#/$defs/${name}`));
}

export const kindsOfSubmission = Object.keys(KINDS);

/** Return the schemas from the root down to `path`, as far as they reach; `data` decides between the submissions. */
export function walk(path: Path, data: Json | undefined): Schema[] {
  const found = [matterSchema];
  let schema = matterSchema;
  let at: Json | undefined = data;
  for (const step of path) {
    at = child(at, step);
    let below = typeof step === "number" ? schema.items : ownProperty(schema.properties, step);
    if (!below && typeof step === "string" && typeof schema.additionalProperties === "object") {
      below = schema.additionalProperties;
    }
    if (!below) break;
    schema = below;
    if (schema.allOf && isObject(at)) schema = submissionSchema(at["kind"]) ?? schema;
    found.push(schema);
  }
  return found;
}

/** Return what stands under `key` itself, never what every object inherits. */
export function ownProperty<T>(values: Record<string, T> | undefined, key: string): T | undefined {
  return values && Object.hasOwn(values, key) ? values[key] : undefined;
}

export function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function child(data: Json | undefined, step: Step): Json | undefined {
  if (Array.isArray(data)) return typeof step === "number" ? data[step] : undefined;
  if (isObject(data)) return ownProperty(data, String(step));
  return undefined;
}

/** Return the value at `path`, or undefined where there is none. */
export function valueAt(data: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, step) => child(at, step), data);
}

/** Name a field by its titles, outermost first: "Importer › IOR numbers 2 › Registered name". */
export function fieldTitle(path: Path, data: Json | undefined): string {
  const schemas = walk(path, data).slice(1);
  let around = matterSchema;
  const names: string[] = [];
  let at: Json | undefined = data;
  schemas.forEach((schema, index) => {
    const step = path[index] as Step;
    at = child(at, step);
    if (typeof step === "number") {
      let shown = names.length ? `${names.pop()} ${step + 1}` : `item ${step + 1}`;
      if (isObject(at) && typeof at["id"] === "string") shown += ` (${at["id"]})`;
      names.push(shown);
    } else {
      const free = ownProperty(around.properties, step) === undefined; // a person's short name says more than "Person"
      names.push(free ? step : (schema.title ?? step));
    }
    around = schema;
  });
  names.push(...path.slice(schemas.length).map(String));
  return names.join(" › ") || "the matter";
}

/** Write a path as a JSON pointer. */
export function pointerOf(path: Path): string {
  return path.map((step) => "/" + String(step).replace(/~/g, "~0").replace(/\//g, "~1")).join("");
}

/** Read a JSON pointer; a step into a list becomes a number. `data` tells lists from objects. */
export function pathOf(pointer: string, data: Json | undefined): Path {
  let at: Json | undefined = data;
  return pointer.split("/").slice(1).map((raw) => {
    const text = raw.replace(/~1/g, "/").replace(/~0/g, "~");
    const step = Array.isArray(at) && /^\d+$/.test(text) ? Number(text) : text;
    at = child(at, step);
    return step;
  });
}
