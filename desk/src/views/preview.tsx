// The pages as they will be, drawn by the server after a pause in typing; marks lead back to the fields.
import { useEffect, useRef, useState } from "react";
import { api, Refused } from "../api";
import type { Finding, PreviewAnswer } from "../api";
import { fieldTitle, pathOf } from "../schema";
import type { Json } from "../schema";

const PAUSE = 500; // milliseconds without typing before pages are drawn anew

export interface Preview {
  answer: PreviewAnswer | null;
  drawing: boolean;
  fault: string;
  findings: Finding[];
}

/** Have the pages of a submission drawn; `wanted` is false while nobody looks. */
export function usePreview(id: string, document: Json, submission: string | undefined, wanted: boolean): Preview {
  const [preview, setPreview] = useState<Preview & { of?: string }>({ answer: null, drawing: false, fault: "", findings: [] });
  useEffect(() => {
    if (!wanted || !submission || document === null) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      setPreview((before) => ({ ...before, drawing: true, ...(before.of === submission ? {} : { answer: null }) }));
      try {
        const answer = await api.preview(id, document, submission, stop.signal);
        setPreview({ answer, drawing: false, fault: "", findings: [], of: submission });
      } catch (error) {
        if ((error as Error).name === "AbortError" || (error as Refused).status === 409) return; // a newer one is asked for
        const findings = error instanceof Refused ? error.findings : [];
        setPreview((before) => ({ ...before, drawing: false, fault: (error as Error).message, findings, of: submission }));
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [id, document, submission, wanted]);
  return preview;
}

/** Tell whether a mark shows the field of a pointer, or something within it or around it. */
export function shows(mark: string, pointer: string): boolean {
  return mark === pointer || mark.startsWith(pointer + "/") || pointer.startsWith(mark + "/");
}

export function Pages({ id, preview, document, wantedMark, goTo, submission }: {
  id: string; preview: Preview; document: Json; wantedMark: { pointer: string } | null; submission: string | undefined;
  goTo(pointer: string): void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!wantedMark) return;
    const marks = [...(box.current?.querySelectorAll<HTMLElement>("[data-mark]") ?? [])];
    const best = marks.find((each) => each.dataset["mark"] === wantedMark.pointer)
      ?? marks.find((each) => shows(each.dataset["mark"] ?? "", wantedMark.pointer));
    marks.forEach((each) => each.classList.toggle("wanted", each === best));
    best?.scrollIntoView({ block: "center" });
    best?.focus({ preventScroll: true });
  }, [wantedMark, preview.answer]);
  const { answer } = preview;
  if (!submission) return <p className="none">Add a submission first: its pages are drawn here.</p>;
  return (
    <div className="pages" ref={box} aria-busy={preview.drawing}>
      <p role="status" className="drawing">
        {preview.drawing ? "Drawing the pages…" : answer ? `${answer.pages.length} pages.` +
          (answer.watermark ? " A draft mark stays on them until nothing stands in the way of a build." : "") : ""}
      </p>
      {preview.fault && (
        <div className="said error">
          <p>{answer ? "These are the pages as they last could be drawn. " : ""}{preview.fault}</p>
          <ul>
            {preview.findings.map((each, at) => (
              <li key={at}>
                {each.message}{" "}
                {each.pointer && (
                  <button type="button" className="link" onClick={() => goTo(each.pointer as string)}>
                    Go to {fieldTitle(pathOf(each.pointer, document), document)}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {answer?.pages.map((page) => (
        <figure key={page.n}>
          <div className="sheet" style={{ aspectRatio: `${page.width} / ${page.height}` }}>
            <img src={api.pageImage(id, page.src)} srcSet={`${api.pageImage(id, page.src)}?scale=2 2x`} width={page.width} height={page.height} loading="lazy"
              alt={`Page ${page.n}${page.label ? `, ${page.label}` : ""}${page.title ? `: ${page.title}` : ""}`} />
            {page.marks.map((mark, at) => (
              <button key={at} type="button" className="mark" data-mark={mark.pointer} onClick={() => goTo(mark.pointer)}
                style={{
                  left: `${mark.box[0] * 100}%`, top: `${mark.box[1] * 100}%`,
                  width: `${(mark.box[2] - mark.box[0]) * 100}%`, height: `${(mark.box[3] - mark.box[1]) * 100}%`,
                }}>
                <span className="unseen">Go to {fieldTitle(pathOf(mark.pointer, document), document)}</span>
              </button>
            ))}
          </div>
          <figcaption>{[page.label || `Page ${page.n}`, page.title].filter(Boolean).join(" · ")}</figcaption>
        </figure>
      ))}
    </div>
  );
}
