// Two people changed one file: what each changed since both read it, and the two put together.
import { same, withValue } from "./edits";
import { child, isObject } from "./schema";
import type { Json, Path } from "./schema";

export interface Change {
  path: Path;
  base: Json | undefined;
  mine: Json | undefined;
  theirs: Json | undefined;
  /** Both changed it, and differently: a person must choose. */
  clash: boolean;
}

type Maybe = Json | undefined;

/** Return every place where mine or theirs differs from what both began with. */
export function changes(base: Maybe, mine: Maybe, theirs: Maybe, path: Path = []): Change[] {
  if (same(mine, theirs)) return [];
  if (isObject(mine) && isObject(theirs)) {
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
    return names.flatMap((name) => changes(child(base, name), child(mine, name), child(theirs, name), [...path, name]));
  }
  if (Array.isArray(mine) && Array.isArray(theirs) && Array.isArray(base)
    && mine.length === theirs.length && mine.length === base.length) {
    return mine.flatMap((_, index) => changes(base[index], mine[index], theirs[index], [...path, index]));
  }
  return [{ path, base, mine, theirs, clash: !same(base, mine) && !same(base, theirs) }];
}

/** Return their document with my side of the changes named in `mine` laid over it. */
export function merged(theirs: Json, all: Change[], mine: (change: Change) => boolean): Json {
  const chosen = all.filter(mine);
  const kept = chosen.filter((each) => each.mine !== undefined);
  const gone = chosen.filter((each) => each.mine === undefined).reverse();
  const filled = kept.reduce((document, each) => withValue(document, each.path, each.mine), theirs);
  return gone.reduce((document, each) => withValue(document, each.path, undefined), filled);
}
