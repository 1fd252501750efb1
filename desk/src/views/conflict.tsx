// Somebody else saved the file in the meantime: nothing is lost, a person decides what stands.
import { useEffect, useMemo, useRef, useState } from "react";
import { changes, merged } from "../merging";
import type { Change } from "../merging";
import { fieldTitle, pointerOf, walk } from "../schema";
import type { Json } from "../schema";
import type { Clash } from "../state";

function shown(change: Change, value: Json | undefined, document: Json): string {
  if (value === undefined || value === null) return "nothing";
  if (walk(change.path, document).at(-1)?.["x-sensitive"]) return "a number that is not shown";
  if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? "entry" : "entries"}`;
  if (typeof value === "object") return String(value["name"] ?? value["title"] ?? value["id"] ?? "a group of fields");
  const text = typeof value === "boolean" ? (value ? "Yes" : "No") : String(value);
  return text.length > 160 ? text.slice(0, 159) + "…" : text;
}

export function ConflictDialog({ clash, base, mine, settle, stop }: {
  clash: Clash; base: Json; mine: Json; settle(document: Json, over: Clash): void; stop(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const all = useMemo(() => changes(base, mine, clash.theirs), [base, mine, clash]);
  const clashes = all.filter((each) => each.clash);
  const [chosen, setChosen] = useState<Record<string, "mine" | "theirs">>({});
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const side = (change: Change): "mine" | "theirs" | undefined =>
    change.clash ? chosen[pointerOf(change.path)] : JSON.stringify(change.base) === JSON.stringify(change.theirs)
      ? "mine" : "theirs";
  const open = clashes.filter((each) => !side(each)).length;
  const finish = () => settle(merged(clash.theirs, all, (each) => side(each) === "mine"), clash);
  const others = all.filter((each) => !each.clash);
  return (
    <dialog ref={dialog} className="conflict" aria-labelledby="conflict-title" onCancel={stop}>
      <h2 id="conflict-title">Somebody else saved this matter since you opened it</h2>
      <p>
        {clashes.length ? "Both of you changed what is listed here. Choose what stands; everything else from both sides is kept."
          : "You changed different things, so both sides can be kept."}
      </p>
      {clashes.map((change) => {
        const pointer = pointerOf(change.path);
        return (
          <fieldset key={pointer} className="choices">
            <legend>{fieldTitle(change.path, mine)}</legend>
            {change.base !== undefined && <p className="hint">Before: {shown(change, change.base, mine)}</p>}
            <label className="choice">
              <input type="radio" name={pointer} checked={chosen[pointer] === "mine"}
                onChange={() => setChosen({ ...chosen, [pointer]: "mine" })} />
              <span>Yours: <strong>{shown(change, change.mine, mine)}</strong></span>
            </label>
            <label className="choice">
              <input type="radio" name={pointer} checked={chosen[pointer] === "theirs"}
                onChange={() => setChosen({ ...chosen, [pointer]: "theirs" })} />
              <span>Theirs: <strong>{shown(change, change.theirs, mine)}</strong></span>
            </label>
          </fieldset>
        );
      })}
      {others.length > 0 && (
        <details>
          <summary>{others.length} other {others.length === 1 ? "change" : "changes"}, kept as {others.length === 1 ? "it is" : "they are"}</summary>
          <ul>
            {others.map((each) => (
              <li key={pointerOf(each.path)}>
                {side(each) === "mine" ? "Yours" : "Theirs"}: {fieldTitle(each.path, mine)},{" "}
                {shown(each, side(each) === "mine" ? each.mine : each.theirs, mine)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="row-of-buttons">
        <button type="button" className="main" disabled={open > 0} onClick={finish}>Save both together</button>
        <button type="button" className="quiet" onClick={stop}>Go back without saving</button>
        {open > 0 && <span className="hint">{open} still to choose</span>}
      </p>
    </dialog>
  );
}
