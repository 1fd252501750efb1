// The docket: over all matters of the folder, what is late, due, in signature or sent.
import { useEffect, useState } from "react";
import { api } from "../api";
import type { Docket, DocketRow } from "../api";
import { inWords } from "../dates";
import { linkTo } from "../routes";
import { farOff } from "./status";

const STATES: Record<string, string> = {
  late: "Late", due: "Due", ahead: "Ahead", "in-signature": "In signature", sent: "Sent", received: "Received",
  decided: "Decided", expected: "CBP to decide", "overdue-at-cbp": "CBP is late",
};

export function DocketView({ today }: { today: string }) {
  const [asOf, setAsOf] = useState(today);
  const [docket, setDocket] = useState<Docket | null>(null);
  const [only, setOnly] = useState("");
  const [fault, setFault] = useState("");
  useEffect(() => {
    let stale = false;
    api.docket(asOf).then((found) => {
      if (stale) return;
      setDocket(found);
      setFault("");
    }, (error: Error) => !stale && setFault(error.message));
    return () => void (stale = true);
  }, [asOf]);
  const rows = docket?.rows ?? [];
  const states = [...new Set(rows.map((row) => row.state))];
  const shown = rows.filter((row) => !only || row.state === only);
  return (
    <main id="main" tabIndex={-1}>
      <h1>Docket</h1>
      <div className="tools">
        <div>
          <label htmlFor="as-of">As of</label>
          <input id="as-of" type="date" className="short" defaultValue={today}
            min="1990-01-01" max="2199-12-31"
            onChange={(event) => event.target.value && event.target.validity.valid && setAsOf(event.target.value)} />
        </div>
        <div>
          <label htmlFor="only">Show</label>
          <select id="only" className="short" value={only} onChange={(event) => setOnly(event.target.value)}>
            <option value="">Everything ({rows.length})</option>
            {states.map((each) => (
              <option key={each} value={each}>
                {STATES[each] ?? each} ({rows.filter((row) => row.state === each).length})
              </option>
            ))}
          </select>
        </div>
        <a className="button" href={`api/docket.ics?as_of=${asOf}`} download>Calendar file</a>
      </div>
      {fault && <p className="said error" role="alert">{fault}</p>}
      {docket && shown.length === 0 && <p className="none">Nothing is due.</p>}
      {shown.length > 0 && (
        <div className="scroll" role="region" aria-label="Docket" tabIndex={0}>
          <table className="docket">
            <thead>
              <tr>
                <th scope="col">Due</th><th scope="col">State</th><th scope="col">What</th><th scope="col">Importer</th>
              </tr>
            </thead>
            <tbody>{shown.map((row, at) => <Row key={at} row={row} />)}</tbody>
          </table>
        </div>
      )}
      {docket && docket.unreadable.length > 0 && (
        <section aria-labelledby="unreadable-title">
          <h2 id="unreadable-title">Not on the docket</h2>
          <ul className="plain">
            {docket.unreadable.map((each) => (
              <li key={each.file}>
                {each.matter_id ? <a href={linkTo.matter(each.matter_id)}>{each.file}</a> : <code>{each.file}</code>}:{" "}
                {each.message}
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

function Row({ row }: { row: DocketRow }) {
  return (
    <tr>
      <td className="when">
        {row.due ? <strong>{inWords(row.due)}</strong> : "–"}
        {row.days_left !== null && <div className="rest">{farOff(row.days_left)}</div>}
      </td>
      <td><span className={`state ${row.state}`}>{STATES[row.state] ?? row.state}</span></td>
      <td>
        {row.what}
        {row.sentence && (
          <details>
            <summary>How it was counted<span className="unseen">: {row.what}, {row.importer}</span></summary>
            <p>{row.sentence}</p>
            {row.count && row.count !== row.sentence && <p>{row.count}</p>}
            {row.steps && row.steps.length > 0 && (
              <ul className="steps">{row.steps.map((each, at) => <li key={at}>{each}</li>)}</ul>
            )}
            {row.cautious && row.cautious !== row.due && <p>On the cautious count: {inWords(row.cautious)}.</p>}
            {row.authority && <p className="authority">{row.authority}</p>}
          </details>
        )}
      </td>
      <td>
        <a href={linkTo.matter(row.matter_id)}>{row.importer}</a>
        {row.submission && <div className="rest">{row.submission}</div>}
      </td>
    </tr>
  );
}
