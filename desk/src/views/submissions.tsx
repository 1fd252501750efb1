// Which packages the matter has: add one, take one away, put them in order.
import { useState } from "react";
import { moved } from "../edits";
import { inWords } from "../dates";
import { isObject, kindsOfSubmission, valueAt } from "../schema";
import type { Json } from "../schema";
import { kindTitle } from "../sections";
import type { Matter } from "../state";
import { linkTo } from "../routes";

const SHORT: Record<string, string> = {
  application: "application", "annual-notification": "anl", "discontinuance-appeal": "appeal",
};

function freshId(kind: string, today: string, list: Json[]): string {
  const taken = new Set(list.filter(isObject).map((each) => each["id"]));
  const base = kind === "application" ? "application" : `${SHORT[kind]}-${today.slice(0, 4)}`;
  let id = base;
  for (let next = 2; taken.has(id); next++) id = `${base}-${next}`;
  return id;
}

export function SubmissionsView({ id, matter, today, say }: {
  id: string; matter: Matter; today: string; say(text: string): void;
}) {
  const found = valueAt(matter.document, ["submissions"]);
  const list = Array.isArray(found) ? found : [];
  const [kind, setKind] = useState("annual-notification");
  const put = (made: Json[], told: string) => {
    matter.change(["submissions"], made);
    say(told);
  };
  return (
    <div>
      <h2>Submissions</h2>
      <p className="hint">Each is one package to CBP, built from the facts of this matter.</p>
      {list.length > 0 && (
        <ol className="cards">
          {list.map((each, at) => {
            const name = `${kindTitle(isObject(each) ? each["kind"] : "")} ${isObject(each) ? String(each["id"] ?? "") : ""}`;
            const date = isObject(each) && typeof each["date"] === "string" ? inWords(each["date"]) : "no date yet";
            return (
              <li key={at} className="card">
                <div className="card-head">
                  <a className="fold" href={linkTo.matter(id, `submission-${at + 1}`)}>
                    <span className="number">{at + 1}</span> {name}, {date}
                  </a>
                  <div className="entry-buttons">
                    <button type="button" className="quiet" disabled={at === 0}
                      onClick={() => put(moved(list, at, at - 1), `${name} moved up.`)}>
                      Move up<span className="unseen"> {name}</span>
                    </button>
                    <button type="button" className="quiet" disabled={at === list.length - 1}
                      onClick={() => put(moved(list, at, at + 1), `${name} moved down.`)}>
                      Move down<span className="unseen"> {name}</span>
                    </button>
                    <button type="button" className="quiet remove"
                      onClick={() => put(list.filter((_, index) => index !== at), `${name} removed.`)}>
                      Remove<span className="unseen"> {name}</span>
                    </button>
                  </div>
                </div>
              </li>
            );
          })}
        </ol>
      )}
      <div className="panel">
        <label htmlFor="new-kind">Kind of submission</label>
        <div className="with-button">
          <select id="new-kind" value={kind} onChange={(event) => setKind(event.target.value)}>
            {kindsOfSubmission.map((each) => <option key={each} value={each}>{kindTitle(each)}</option>)}
          </select>
          <button type="button" onClick={() => {
            put([...list, { id: freshId(kind, today, list), kind }], `${kindTitle(kind)} added.`);
            location.hash = linkTo.matter(id, `submission-${list.length + 1}`);
          }}>Add submission</button>
        </div>
      </div>
    </div>
  );
}
