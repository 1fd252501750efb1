// Always in view: whom the package goes to and when it is due, with the count on demand.
import type { Addressee, Deadline } from "../api";
import { inWords } from "../dates";

function daysFrom(today: string, due: string): number {
  return Math.round((Date.parse(due) - Date.parse(today)) / 86_400_000);
}

/** Say how far off a day is: "in 3 days", "today", "12 days ago". */
export function farOff(days: number): string {
  if (days === 0) return "today";
  const count = Math.abs(days).toLocaleString("en-US");
  const unit = Math.abs(days) === 1 ? "day" : "days";
  return days > 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
}

function Count({ deadline }: { deadline: Deadline }) {
  return (
    <div className="count-steps">
      <p>{deadline.count || deadline.sentence}</p>
      {deadline.steps && deadline.steps.length > 0 && (
        <ul className="steps">{deadline.steps.map((each, at) => <li key={at}>{each}</li>)}</ul>
      )}
      {deadline.cautious && deadline.cautious !== deadline.due && (
        <p>On the cautious count: {inWords(deadline.cautious)}.</p>
      )}
      {deadline.assumption && <p>{deadline.assumption}</p>}
      {deadline.authority && <p className="authority">{deadline.authority}</p>}
    </div>
  );
}

export function Status({ today, submission, dated, addressees, deadlines, ready, provisional }: {
  today: string; submission: string | undefined; dated: string | undefined; addressees: Addressee[]; deadlines: Deadline[]; ready: boolean;
  provisional: boolean;
}) {
  const to = addressees.find((each) => each.submission === submission) ?? (submission ? undefined : addressees[0]);
  const own = deadlines.filter((each) => !submission || !each.submission || each.submission === submission);
  const sorted = [...own].sort((a, b) => a.due.localeCompare(b.due));
  const ours = sorted.filter((each) => each.kind === "due");
  const next = ours.find((each) => each.due >= today) ?? ours.at(-1) ?? sorted[0];
  const kept = next !== undefined && dated !== undefined && dated <= next.due;
  const others = sorted.filter((each) => each !== next);
  if (!ready) {
    return (
      <div className="status" role="region" aria-label="Addressee and due dates">
        <p className="none">The addressee and the due dates appear here as soon as they follow from the matter.</p>
      </div>
    );
  }
  return (
    <div className="status" role="region" aria-label="Addressee and due dates">
      <div className="addressee">
        <span className="label">{provisional ? "To, provisionally" : "To"}</span>
        {to ? (
          <details name="standing">
            <summary>{to.to[0]}{to.to.length > 1 && <span className="rest">, {to.to.slice(1).join(", ")}</span>}</summary>
            <div className="unfolded" role="group" aria-label="Addressee" tabIndex={0}>
              <address>{to.to.map((line, at) => <div key={at}>{line}</div>)}</address>
              {to.via && <p>Sent by: {to.via}.</p>}
              {to.why && <p>{to.why}</p>}
              {to.note && <p>{to.note}</p>}
              {to.authority && <p className="authority">{to.authority}</p>}
            </div>
          </details>
        ) : <span className="none">no addressee yet</span>}
      </div>
      <div className="due">
        <span className="label">{provisional ? "Due, provisionally" : "Due"}</span>
        {next ? (
          <details name="standing">
            <summary>
              <strong className={next.due < today && !kept ? "late" : ""}>{inWords(next.due)}</strong>{" "}
              <span className="rest">
                {next.due < today && kept ? `dated in time, ${inWords(dated)}` : farOff(daysFrom(today, next.due))}: {next.what}
              </span>
              {others.length > 0 && <span className="more"> and {others.length} more</span>}
            </summary>
            <div className="unfolded" role="group" aria-label="How the due dates were counted" tabIndex={0}>
              <p className="what">{next.what}</p>
              <Count deadline={next} />
              {others.map((each, at) => (
                <div key={at}>
                  <p className="what">{inWords(each.due)}: {each.what}</p>
                  <Count deadline={each} />
                </div>
              ))}
            </div>
          </details>
        ) : <span className="none">no due date follows from the matter yet</span>}
      </div>
    </div>
  );
}
