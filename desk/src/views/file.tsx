// The matter file itself: to read, take away, or mend by hand.
import { useState } from "react";
import { api } from "../api";
import type { Matter } from "../state";

export function FileView({ id, matter }: { id: string; matter: Matter }) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? matter.file.text;
  const changed = text !== null && text !== matter.file.text;
  return (
    <div className="file">
      <h2>The file</h2>
      <p className="hint">
        This is <code>{matter.file.file}</code> as it is saved, the same file the command line reads. What you change in
        the form is written into it without touching its comments or its order.
      </p>
      <p className="row-of-buttons">
        <a className="button" href={api.fileLink(id)} download>Download the file</a>
      </p>
      {matter.file.findings?.map((each, at) => (
        <p key={at} className="said error">{each.line != null && `Line ${each.line}: `}{each.message} {each.remedy}</p>
      ))}
      {matter.dirty && <p className="said warning">Save or undo the changes of the form before you edit the text.</p>}
      <label htmlFor="file-text">Text of the file</label>
      <textarea id="file-text" className="code" rows={28} value={shown} spellCheck={false} readOnly={matter.dirty}
        onChange={(event) => setText(event.target.value)} />
      <p className="row-of-buttons">
        <button type="button" className="main" disabled={!changed || matter.busy || matter.dirty}
          onClick={async () => {
            if (await matter.saveText(shown)) setText(null);
          }}>Save the text</button>
        {changed && <button type="button" className="quiet" onClick={() => setText(null)}>Undo</button>}
      </p>
    </div>
  );
}
