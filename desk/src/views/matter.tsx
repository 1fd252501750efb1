// One matter: its sections at the left, the form in the middle, findings and pages at the right.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Session } from "../api";
import { FormContext, fieldId } from "../form/context";
import type { MatterForm } from "../form/context";
import { SectionForm } from "../form/SectionForm";
import { isGap } from "../form/findings";
import { linkTo } from "../routes";
import { isObject, pathOf, pointerOf, valueAt } from "../schema";
import { sectionOf, sectionsOf } from "../sections";
import type { Section } from "../sections";
import { useMatter } from "../state";
import type { Matter } from "../state";
import { BuildView } from "./build";
import { ConflictDialog } from "./conflict";
import { FileView } from "./file";
import { FindingList } from "./findings";
import { Navigation } from "./navigation";
import { Pages, shows, usePreview } from "./preview";
import { Status } from "./status";
import { SubmissionsView } from "./submissions";

interface Props {
  id: string;
  section: string;
  session: Session;
  say(text: string): void;
  guard(unsaved: (() => string) | null): void;
}

export function MatterView(props: Props) {
  const { matter, fault } = useMatter(props.id);
  if (fault) return <main id="main" tabIndex={-1}><h1>Matter</h1><p className="said error" role="alert">{fault}</p></main>;
  if (!matter) return <main id="main" tabIndex={-1}><h1>Matter</h1><p role="status">Opening…</p></main>;
  return <Opened {...props} matter={matter} />;
}

function Opened({ id, section: key, session, say, guard, matter }: Props & { matter: Matter }) {
  const { document: data } = matter;
  const sections = useMemo(() => sectionsOf(data), [data]);
  const section = sections.find((each) => each.key === key);
  const [folds, setFolds] = useState<Record<string, boolean>>({});
  const [pane, setPane] = useState<"findings" | "pages">("findings");
  const [front, setFront] = useState<"form" | "pane">("form");
  const [wanted, setWanted] = useState<string | null>(null);
  const [wantedMark, setWantedMark] = useState<{ pointer: string } | null>(null);
  const [submission, setSubmission] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);

  const listed = valueAt(data, ["submissions"]);
  const ids = (Array.isArray(listed) ? listed : []).map((each) => (isObject(each) ? String(each["id"] ?? "") : ""));
  const own = /^submission-(\d+)$/.exec(key);
  useEffect(() => {
    if (own) setSubmission(Number(own[1]) - 1);
  }, [key]);
  const at = Math.min(submission, ids.length - 1);
  const submissionId = ids[at] || undefined;
  const dating = valueAt(data, ["submissions", at, "date"]);
  const dated = typeof dating === "string" ? dating : undefined;
  const preview = usePreview(id, data, submissionId, pane === "pages");

  useEffect(() => {
    guard(matter.dirty ? () => JSON.stringify(data, null, 2) : null);
    return () => guard(null);
  }, [matter.dirty, data, guard]);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        void matter.save();
      }
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, [matter]);

  const goTo = useCallback((pointer: string) => {
    const path = pathOf(pointer, data);
    const target = sectionOf(sections, path);
    setFront("form");
    setFolds((now) => {
      const open = { ...now };
      for (let length = 1; length <= path.length; length++) open[pointerOf(path.slice(0, length))] = true;
      return open;
    });
    if (target && target.key !== key) location.hash = linkTo.matter(id, target.key);
    setWanted(pointer);
  }, [data, sections, key, id]);
  useEffect(() => {
    if (wanted === null) return;
    const timer = setTimeout(() => {
      focusField(pathOf(wanted, data).map(String), wanted);
      setWanted(null);
    }, 80);
    return () => clearTimeout(timer);
  }, [wanted, key]);

  const byPointer = useMemo(() => {
    const map = new Map<string, typeof matter.findings>();
    for (const each of matter.findings) {
      if (each.pointer) map.set(each.pointer, [...(map.get(each.pointer) ?? []), each]);
    }
    return map;
  }, [matter.findings]);
  const countBelow = useCallback((pointer: string) => {
    const below = matter.findings.filter((each) => each.severity === "error" && !each.overridden
      && each.pointer && (each.pointer === pointer || each.pointer.startsWith(pointer + "/")));
    const gaps = below.filter(isGap).length;
    return { errors: below.length - gaps, gaps };
  }, [matter.findings]);
  const form: MatterForm = {
    matterId: id, document: data, sectionPath: section?.path ?? [], say, change: matter.change, update: matter.update,
    at: (pointer) => byPointer.get(pointer) ?? [],
    countBelow,
    isOpen: (pointer, otherwise) => folds[pointer] ?? otherwise,
    setOpen: (pointer, open) => setFolds((now) => ({ ...now, [pointer]: open })),
  };
  const gaps = matter.findings.filter(isGap).length;
  const errors = matter.findings.filter((each) => each.severity === "error" && !each.overridden).length - gaps;
  const warnings = matter.findings.filter((each) => each.severity === "warning").length;
  const importer = valueAt(data, ["importer", "legal_name"]);
  const readable = matter.file.document !== null;
  const shown = readable ? key : "file";
  const showPage = (pointer: string) => {
    setPane("pages");
    setFront("pane");
    setWantedMark({ pointer });
  };
  return (
    <>
      <section className="matter-head" aria-label="Matter">
        <div className="names">
          <h1 ref={heading}>{typeof importer === "string" && importer ? importer : "New matter"}</h1>
          <span className="path">{matter.file.file}</span>
        </div>
        <div className="saving">
          <span role="status">{matter.busy ? "Saving…" : matter.dirty ? "Changes not saved" : "Saved"}</span>
          <button type="button" className="main" disabled={!matter.dirty || matter.busy} onClick={() => void matter.save()}>
            Save
          </button>
        </div>
        {matter.fault && <p className="said error" role="alert">{matter.fault}</p>}
        <Status today={session.today} submission={submissionId} dated={dated} addressees={matter.check?.addressees ?? []}
          deadlines={matter.check?.deadlines ?? []} ready={(matter.check?.addressees.length ?? 0) + (matter.check?.deadlines.length ?? 0) > 0}
          provisional={matter.check?.provisional ?? false} />
        <div className="front" role="group" aria-label="What to show">
          <button type="button" aria-pressed={front === "form"} onClick={() => setFront("form")}>Form</button>
          <button type="button" aria-pressed={front === "pane" && pane === "findings"}
            onClick={() => { setFront("pane"); setPane("findings"); }}>Findings ({errors + gaps + warnings})</button>
          <button type="button" aria-pressed={front === "pane" && pane === "pages"}
            onClick={() => { setFront("pane"); setPane("pages"); }}>Pages</button>
        </div>
      </section>
      <div className="matter" data-front={front}>
        <Navigation id={id} sections={sections} current={shown} findings={matter.findings} document={data} />
        <main id="main" tabIndex={-1} aria-label="Form">
          {shown === "build" && <BuildView id={id} matter={matter} goTo={goTo} />}
          {shown === "file" && <FileView id={id} matter={matter} />}
          {shown === "submissions" && <SubmissionsView id={id} matter={matter} today={session.today} say={say} />}
          {readable && section && (
            <FormContext.Provider value={form}>
              <h2>{section.title}{section.hint && <span className="rest"> {section.hint}</span>}</h2>
              {section.schema.description && section.path.length > 0 && <p className="lead">{section.schema.description}</p>}
              <SectionBody section={section} form={form} />
            </FormContext.Provider>
          )}
          {readable && !section && !["build", "file", "submissions"].includes(shown) && (
            <p className="none">This part of the matter is no longer there.</p>
          )}
        </main>
        <aside aria-label="Findings and pages">
          <div className="tabs" role="group" aria-label="Findings or pages">
            <button type="button" aria-pressed={pane === "findings"} onClick={() => setPane("findings")}>
              Findings{errors > 0 && <span className="count error">{errors}<span className="unseen"> errors</span></span>}
              {gaps > 0 && <span className="count gap">{gaps}<span className="unseen"> to fill in</span></span>}
              {warnings > 0 && <span className="count warning">{warnings}<span className="unseen"> warnings</span></span>}
            </button>
            <button type="button" aria-pressed={pane === "pages"} onClick={() => setPane("pages")}>Pages</button>
            {ids.length > 1 && (
              <select aria-label="Submission that is shown" value={at} onChange={(event) => setSubmission(Number(event.target.value))}>
                {ids.map((each, index) => <option key={index} value={index}>{each || `Submission ${index + 1}`}</option>)}
              </select>
            )}
          </div>
          <div className="pane" tabIndex={0} role="region" aria-label={pane === "findings" ? "Findings" : "Pages"}>
            {pane === "findings" ? (
              <FindingList findings={matter.findings} document={data} sections={sections} goTo={goTo} showPage={showPage}
                current={matter.current} hasPage={(pointer) => preview.answer?.pages.some((page) =>
                  page.marks.some((mark) => shows(mark.pointer, pointer))) ?? false} />
            ) : (
              <Pages id={id} preview={preview} document={data} wantedMark={wantedMark} goTo={goTo} submission={submissionId} />
            )}
          </div>
        </aside>
      </div>
      {matter.clash && (
        <ConflictDialog clash={matter.clash} base={matter.file.document} mine={data} stop={matter.dropClash}
          settle={(document, over) => void matter.settle(document, over)} />
      )}
    </>
  );
}

function SectionBody({ section, form }: { section: Section; form: MatterForm }) {
  const value = valueAt(form.document, section.path);
  const absent = section.optional && section.schema.type === "object" && (value === undefined || value === null);
  if (absent) {
    return (
      <div className="panel">
        <p>The matter has no such part yet. Add it only where it applies.</p>
        <button type="button" onClick={() => form.change(section.path, {})}>Add {section.title.toLowerCase()}</button>
      </div>
    );
  }
  return (
    <>
      <SectionForm section={section} />
      {section.optional && section.schema.type === "object" && section.path.length === 1 && (
        <button type="button" className="quiet remove" onClick={() => form.change(section.path, undefined)}>
          Remove this part from the matter
        </button>
      )}
    </>
  );
}

/** Put the cursor into the field of a pointer, or into the nearest thing around it that is on the page. */
function focusField(steps: string[], pointer: string): void {
  for (let length = steps.length; length > 0; length--) {
    const around = pointer.split("/").slice(0, length + 1).join("/");
    const found = document.getElementById(fieldId(around));
    if (!found) continue;
    const field = found.matches("input, select, textarea, [tabindex]") ? found
      : found.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea, button") ?? found;
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
    return;
  }
}

