// Changes to a matter as values: the document in hand is never altered, only replaced.
import { isObject } from "./schema";
import type { Json, Path } from "./schema";

/** Return `document` with `value` at `path`; undefined takes the key or the list entry away. */
export function withValue(document: Json | undefined, path: Path, value: Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  if (typeof step === "number") {
    const list = Array.isArray(document) ? [...document] : [];
    if (!rest.length && value === undefined) list.splice(step, 1);
    else list[step] = withValue(list[step], rest, value);
    return list;
  }
  const out = isObject(document) ? { ...document } : {};
  if (!rest.length && value === undefined) delete out[step];
  else out[step] = withValue(out[step], rest, value);
  return out;
}

/** Return a list with one entry moved. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  const out = [...list];
  const [entry] = out.splice(from, 1);
  out.splice(to, 0, entry as T);
  return out;
}

/** Return what a form left, without keys that hold nothing. `null` in a list stays: it is a line still to be filled. */
export function tidy(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((each) => tidy(each) ?? null);
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, each]) => [key, tidy(each)] as const);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined)) as Json;
  }
  return value as Json;
}

/** Tell whether two values are the same, whatever the order of their keys. */
export function same(first: unknown, second: unknown): boolean {
  if (first === second) return true;
  if (Array.isArray(first) && Array.isArray(second)) {
    return first.length === second.length && first.every((each, index) => same(each, second[index]));
  }
  if (!isObject(first) || !isObject(second)) return false;
  const keys = Object.keys(first);
  return keys.length === Object.keys(second).length &&
    keys.every((key) => Object.hasOwn(second, key) && same(first[key], second[key]));
}
