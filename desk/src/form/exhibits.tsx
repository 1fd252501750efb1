// Exhibits: files dropped onto a submission become entries of its list, with what was found in them at once.
import { useId, useState } from "react";
import { api } from "../api";
import type { ExhibitAnswer } from "../api";
import type { Json, Path } from "../schema";
import { isObject, pointerOf } from "../schema";
import { fieldId, useMatterForm } from "./context";
import { severityWord } from "./findings";

const TAKEN = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.docx";

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
    const told: Arrived[] = [];
    for (const file of files) {
      try {
        const answer = await api.addExhibit(form.matterId, file);
        form.update(path, (now) => {
          const list = Array.isArray(now) ? now : [];
          return [...list, { ...answer.suggestion, id: freshId(answer.suggestion["id"], list) }];
        });
        told.push({ name: file.name, answer });
        form.setOpen(pointerOf([...path, count++]), true);
      } catch (error) {
        told.push({ name: file.name, fault: (error as Error).message });
      }
      setBusy((left) => left - 1);
    }
    setArrived(told);
    const alt = told.findIndex((each) => each.answer?.needs_alt_text);
    form.say(`${told.filter((each) => each.answer).length} of ${files.length} files added.`);
    if (alt >= 0) {
      const at = value.length + told.slice(0, alt).filter((each) => each.answer).length;
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
                  added as {each.answer.file}
                  {each.answer.pages ? `, ${each.answer.pages} ${each.answer.pages === 1 ? "page" : "pages"}` : ""}.
                  {each.answer.needs_alt_text && " Say below, under alternative text, what the picture shows."}
                  {each.answer.findings.length > 0 && (
                    <ul className="said">
                      {each.answer.findings.map((one, at) => (
                        <li key={at} className={one.severity}>
                          <strong>{severityWord(one.severity)}: </strong>{one.message} {one.remedy}
                        </li>
                      ))}
                    </ul>
                  )}
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
