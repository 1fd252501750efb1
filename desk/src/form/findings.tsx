// Findings at one field: what is wrong, the authority, what to do.
import type { Finding } from "../api";
import { saidId } from "./context";

const WORDS: Record<string, string> = { error: "Error", warning: "Warning", note: "Note" };

export function severityWord(severity: string): string {
  return WORDS[severity] ?? severity;
}

export function FieldFindings({ id, findings }: { id: string; findings: Finding[] }) {
  if (!findings.length) return null;
  return (
    <ul className="said" id={saidId(id)}>
      {findings.map((each, index) => (
        <li key={index} className={each.severity}>
          <strong>{severityWord(each.severity)}: </strong>{each.message}
          {each.authority && <span className="authority"> {each.authority}.</span>}
          {each.remedy && <span className="remedy"> {each.remedy}</span>}
        </li>
      ))}
    </ul>
  );
}
