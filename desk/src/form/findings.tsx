// Findings at one field: what is wrong, the authority, what to do.
import type { Finding } from "../api";
import { saidId } from "./context";

const WORDS: Record<string, string> = { error: "Error", warning: "Warning", note: "Note" };

export function severityWord(severity: string): string {
  return WORDS[severity] ?? severity;
}

/** Tell whether a finding only says that something is still to be filled in: no fault of anybody's yet. */
export function isGap(finding: Finding): boolean {
  return finding.code === "SCHEMA-EMPTY" || finding.code === "SCHEMA-REQUIRED";
}

/** Say of an empty field, beside it, what it waits for. */
function gapInWords(finding: Finding): string {
  const example = /Example: (.*)$/s.exec(finding.remedy ?? "")?.[1];
  const start = (finding.remedy ?? "").includes("delete the line") ? "To fill in or leave out" : "To fill in";
  return example ? `${start}, for example: ${example}` : `${start}.`;
}

/** Put the words for a file into words for a form. */
export function remedyInForm(remedy: string): string {
  return remedy.replace("delete the line", "leave it out").replace(/^Add '[^']*:' here\. ?/, "Fill it in. ");
}

export function FieldFindings({ id, findings, title }: { id: string; findings: Finding[]; title?: string }) {
  if (!findings.length) return null;
  // beside the field, its own name need not be led up to: "Importer › Legal name is empty" as "Legal name is empty"
  const short = (message: string) => (title && message.includes(` › ${title} `)
    ? message.slice(message.lastIndexOf(` › ${title} `) + 3) : message);
  return (
    <ul className="said" id={saidId(id)}>
      {findings.map((each, index) => (
        <li key={index} className={isGap(each) ? "gap" : each.severity}>
          {isGap(each) ? gapInWords(each) : (
            <>
              <strong>{severityWord(each.severity)}: </strong>{short(each.message)}
              {each.authority && <span className="authority"> {each.authority}.</span>}
              {each.remedy && <span className="remedy"> {remedyInForm(each.remedy)}</span>}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
