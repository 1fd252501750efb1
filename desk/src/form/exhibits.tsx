// Exhibits: files dropped onto a submission become entries of its list, with what was found in them at once.
import type { WidgetProps } from "@rjsf/utils";
import { useId, useRef, useState } from "react";
import { api } from "../api";
import type { ExhibitAnswer } from "../api";
import type { Json, Path } from "../schema";
import { isObject, pointerOf } from "../schema";
import { fieldId, useMatterForm } from "./context";
import { severityWord } from "./findings";
import { entered, shown, told } from "./widgets";

const TAKEN = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.docx";

/** The file of one exhibit: its name, and a way to put a file there. */
export function ExhibitFile(props: WidgetProps & { path: Path }) {
  const form = useMatterForm();
  const [answer, setAnswer] = useState<ExhibitAnswer | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const take = async (file: File) => {
    setBusy(true);
    setFault("");
    try {
      const taken = await api.addExhibit(form.matterId, file);
      setAnswer(taken);
      form.change(props.path, taken.file);
      const title = [...props.path.slice(0, -1), "title"];
      form.update(title, (now) => now ?? taken.suggestion["title"]);
      form.say(`${file.name} added.`);
    } catch (error) {
      setFault((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <div className="with-button">
        <input {...told(props, form)} type="text" value={shown(props.value)} spellCheck={false}
          onChange={(event) => props.onChange(entered(event.target.value))} />
        <button type="button" aria-disabled={busy} onClick={() => !busy && picker.current?.click()}>
          {busy ? "Examining…" : "Choose a file"}
        </button>
        <input type="file" hidden ref={picker} accept={TAKEN} aria-label="Exhibit file" onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void take(file);
        }} />
      </div>
      {fault && <p className="said error" role="alert">{fault}</p>}
      {answer && <Told answer={answer} />}
    </div>
  );
}

/** What was found in a file that arrived. */
function Told({ answer }: { answer: ExhibitAnswer }) {
  return (
    <div role="status" className="hint">
      {answer.pages ? `${answer.pages} ${answer.pages === 1 ? "page" : "pages"}. ` : ""}
      {answer.needs_alt_text && "Say under alternative text what the picture shows."}
      {answer.findings.length > 0 && (
        <ul className="said">
          {answer.findings.map((one, at) => (
            <li key={at} className={one.severity}>
              <strong>{severityWord(one.severity)}: </strong>{one.message} {one.remedy}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface Arrived {
  name: string;
  answer?: ExhibitAnswer;
  fault?: string;
}

/** Give an exhibit an id that its submission does not have yet. */
function freshId(wanted: unknown, value: Json[]): string {
  const taken = new Set(value.filter(isObject).map((each) => each["id"]));
  const base = typeof wanted === "string" && wanted ? wanted : "exhibit";
  let id = base;
  for (let next = 2; taken.has(id); next++) id = `${base}-${next}`;
  return id;
}

export function ExhibitDrop({ path, value }: { path: Path; value: Json[] }) {
  const form = useMatterForm();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(0);
  const [arrived, setArrived] = useState<Arrived[]>([]);
  const id = useId();
  const take = async (files: File[]) => {
    let count = value.length;
    setBusy(files.length);
    const results: Arrived[] = [];
    for (const file of files) {
      try {
        const answer = await api.addExhibit(form.matterId, file);
        form.update(path, (now) => {
          const list = Array.isArray(now) ? now : [];
          return [...list, { ...answer.suggestion, id: freshId(answer.suggestion["id"], list) }];
        });
        results.push({ name: file.name, answer });
        form.setOpen(pointerOf([...path, count++]), true);
      } catch (error) {
        results.push({ name: file.name, fault: (error as Error).message });
      }
      setBusy((left) => left - 1);
    }
    setArrived(results);
    const alt = results.findIndex((each) => each.answer?.needs_alt_text);
    form.say(`${results.filter((each) => each.answer).length} of ${files.length} files added.`);
    if (alt >= 0) {
      const at = value.length + results.slice(0, alt).filter((each) => each.answer).length;
      setTimeout(() => document.getElementById(fieldId(pointerOf([...path, at, "alternative_text"])))?.focus(), 80);
    }
  };
  return (
    <div className={`drop ${over ? "over" : ""}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!event.dataTransfer.files.length) return;
        event.preventDefault();
        setOver(false);
        void take([...event.dataTransfer.files]);
      }}>
      <label htmlFor={id}>Add exhibit files</label>
      <p className="hint" id={`${id}-hint`}>
        Drop PDF, PNG, JPEG, TIFF or Word files here, or choose them. They are copied next to the matter file and
        examined at once.
      </p>
      <input id={id} type="file" multiple accept={TAKEN} aria-describedby={`${id}-hint`} disabled={busy > 0}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length) void take(files);
        }} />
      {busy > 0 && <p role="status">Examining {busy === 1 ? "a file" : `${busy} files`}…</p>}
      {arrived.length > 0 && (
        <ul className="arrived">
          {arrived.map((each, index) => (
            <li key={index}>
              <strong>{each.name}</strong>{" "}
              {each.fault && <span className="error">was not taken: {each.fault}</span>}
              {each.answer && (
                <>
                  added as {each.answer.file}.
                  <Told answer={each.answer} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
