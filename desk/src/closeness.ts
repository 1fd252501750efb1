// Which known name was probably meant: Python's difflib.get_close_matches, so that page and command line agree.

function matching(a: string[], b: string[], alo: number, ahi: number, blo: number, bhi: number): number {
  let [at, bt, size] = [alo, blo, 0];
  let lengths = new Map<number, number>();
  for (let i = alo; i < ahi; i++) {
    const next = new Map<number, number>();
    for (let j = blo; j < bhi; j++) {
      if (a[i] !== b[j]) continue;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > size) [at, bt, size] = [i - length + 1, j - length + 1, length];
    }
    lengths = next;
  }
  if (!size) return 0;
  return size + matching(a, b, alo, at, blo, bt) + matching(a, b, at + size, ahi, bt + size, bhi);
}

/** Return how alike two names are, from 0 to 1: twice the matching characters over all characters. */
export function ratio(first: string, second: string): number {
  const [a, b] = [[...first], [...second]];
  const length = a.length + b.length;
  return length ? (2 * matching(a, b, 0, a.length, 0, b.length)) / length : 1;
}

/** Return the name among `known` most like `name`, if any is at least `cutoff` alike. */
export function closest(name: string, known: Iterable<string>, cutoff: number): string | undefined {
  if ([...name].length > 200) return undefined;
  let best: [number, string] | undefined;
  for (const each of known) {
    const score = ratio(each, name);
    if (score >= cutoff && (!best || score > best[0] || (score === best[0] && each > best[1]))) best = [score, each];
  }
  return best?.[1];
}
