// All that was found in the matter, each with its way to the field and, where there is one, to the page.
import type { Finding } from "../api";
import { isGap, remedyInForm } from "../form/findings";
import { fieldTitle, pathOf } from "../schema";
import type { Json } from "../schema";
import { sectionOf } from "../sections";
import type { Section } from "../sections";

const WORDS: Record<string, string> = { error: "error", gap: "value to fill in", warning: "warning", note: "note" };
const MANY: Record<string, string> = { error: "errors", gap: "values to fill in", warning: "warnings", note: "notes" };
const ORDER = ["error", "gap", "warning", "note"];

export function FindingList({ findings, document, sections, goTo, showPage, hasPage, current }: {
  findings: Finding[]; document: Json; sections: Section[]; current: boolean;
  goTo(pointer: string): void; showPage(pointer: string): void; hasPage(pointer: string): boolean;
}) {
  if (!findings.length) {
    return <p className="none all-clear">{current ? "Nothing to correct." : "Looking…"}</p>;
  }
  return (
    <>
      {ORDER.map((severity) => {
        const some = findings.filter((each) => (isGap(each) ? "gap" : each.severity) === severity);
        if (!some.length) return null;
        return (
          <section key={severity} className={`found ${severity}`}>
            <h3>{some.length} {some.length === 1 ? WORDS[severity] : MANY[severity]}</h3>
            <ul>
              {some.map((each, at) => (
                <OneFinding key={at} finding={each} {...{ document, sections, goTo, showPage, hasPage }} />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function OneFinding({ finding, document, sections, goTo, showPage, hasPage }: {
  finding: Finding; document: Json; sections: Section[];
  goTo(pointer: string): void; showPage(pointer: string): void; hasPage(pointer: string): boolean;
}) {
  const { pointer } = finding;
  const path = pointer ? pathOf(pointer, document) : [];
  const section = pointer ? sectionOf(sections, path) : undefined;
  const place = pointer ? fieldTitle(path, document) : "";
  if (isGap(finding) && pointer && section) {
    return (
      <li className="short">
        <button type="button" className="link" onClick={() => goTo(pointer)}>{place}</button>
      </li>
    );
  }
  return (
    <li>
      <p className="message">{finding.message}</p>
      {finding.remedy && <p className="remedy">{remedyInForm(finding.remedy)}</p>}
      <p className="about">
        {finding.authority && <span className="authority">{finding.authority}</span>}
        <code>{finding.code}</code>
        {finding.overridden && <span>accepted: {finding.overridden}</span>}
        {finding.line != null && <span>line {finding.line} of the file</span>}
      </p>
      {pointer && section && (
        <p className="links">
          <button type="button" className="link" onClick={() => goTo(pointer)}>Go to {place}</button>
          {hasPage(pointer) && (
            <button type="button" className="link" onClick={() => showPage(pointer)}>
              Show the page<span className="unseen"> of {place}</span>
            </button>
          )}
        </p>
      )}
    </li>
  );
}
