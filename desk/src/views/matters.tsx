// The matters of the folder: open one, start one, take one in.
import { useEffect, useState } from "react";
import { api, Refused } from "../api";
import type { Finding, MatterRow, Session } from "../api";
import { linkTo } from "../routes";

function when(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text
    : at.toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short" });
}

export function MattersView({ session }: { session: Session }) {
  const [rows, setRows] = useState<MatterRow[] | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    api.matters().then(setRows, (error: Error) => setFault(error.message));
  }, []);
  return (
    <main id="main" tabIndex={-1}>
      <h1>Matters</h1>
      <p className="lead">
        Every matter is a file in the folder <strong>{session.folder_name}</strong>; the command line reads the same files.
      </p>
      {fault && <p className="said error" role="alert">{fault}</p>}
      {rows && rows.length > 0 && (
        <div className="scroll" role="region" aria-label="Matters" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Importer</th><th scope="col">File</th><th scope="col">When last checked</th>
                <th scope="col">Last change</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td><a href={linkTo.matter(row.id)}>{row.importer || "No name yet"}</a></td>
                  <td className="path">{row.file}</td>
                  <td>{row.findings ? <Counts {...row.findings} /> : <span className="none">not yet opened here</span>}</td>
                  <td>{when(row.modified)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows && rows.length === 0 && <p className="none">There is no matter in this folder yet. Start one below.</p>}
      <div className="two">
        <NewMatter session={session} />
        <Upload />
      </div>
    </main>
  );
}

function Counts({ errors, warnings }: { errors: number; warnings: number }) {
  if (!errors && !warnings) return <>nothing to correct</>;
  return (
    <>
      {errors > 0 && <span className="count error">{errors} to correct</span>}
      {warnings > 0 && <span className="count warning">{warnings} {warnings === 1 ? "warning" : "warnings"}</span>}
    </>
  );
}

function NewMatter({ session }: { session: Session }) {
  const [name, setName] = useState("");
  const [kinds, setKinds] = useState<string[]>(["application"]);
  const [route, setRoute] = useState("focused-assessment");
  const [fault, setFault] = useState("");
  const start = async () => {
    if (!name.trim()) {
      setFault("Give the matter a name, for example Northwind ISA.");
      document.getElementById("new-name")?.focus();
      return;
    }
    try {
      const { id } = await api.create(name.trim(), kinds, route);
      location.hash = linkTo.matter(id);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <section className="panel" aria-labelledby="new-title">
      <h2 id="new-title">Start a matter</h2>
      <form noValidate onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}>
        <label htmlFor="new-name">Name of the matter</label>
        <p className="hint" id="new-hint">Names its folder. The importer's legal name is asked in the form.</p>
        <input id="new-name" value={name} autoComplete="off" aria-describedby="new-hint new-said"
          aria-invalid={fault ? true : undefined} onChange={(event) => setName(event.target.value)} />
        <p className="said error" id="new-said" role="alert">{fault}</p>
        <fieldset className="choices">
          <legend>It begins with</legend>
          {session.submissions.map((each) => (
            <label key={each.id} className="choice">
              <input type="checkbox" checked={kinds.includes(each.id)} onChange={(event) =>
                setKinds(event.target.checked ? [...kinds, each.id] : kinds.filter((one) => one !== each.id))} />
              {each.title}
            </label>
          ))}
        </fieldset>
        {kinds.includes("application") && (
          <fieldset className="choices">
            <legend>Route of the application</legend>
            <label className="choice">
              <input type="radio" name="route" checked={route === "focused-assessment"}
                onChange={() => setRoute("focused-assessment")} />
              From a Focused Assessment
            </label>
            <label className="choice">
              <input type="radio" name="route" checked={route === "standard"} onChange={() => setRoute("standard")} />
              Standard
            </label>
          </fieldset>
        )}
        <button type="submit" className="main" disabled={!kinds.length}>Start the matter</button>
      </form>
    </section>
  );
}

function Upload() {
  const [fault, setFault] = useState<{ message: string; findings: Finding[] } | null>(null);
  const take = async (file: File) => {
    setFault(null);
    try {
      const { id } = await api.upload(file);
      location.hash = linkTo.matter(id);
    } catch (error) {
      setFault({ message: (error as Error).message, findings: error instanceof Refused ? error.findings : [] });
    }
  };
  return (
    <section className="panel" aria-labelledby="upload-title">
      <h2 id="upload-title">Take in a matter file</h2>
      <label htmlFor="upload-file">Matter file</label>
      <p className="hint" id="upload-hint">YAML or JSON, from a colleague or another system. A copy is kept in the folder.</p>
      <input id="upload-file" type="file" accept=".yaml,.yml,.json" aria-describedby="upload-hint"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void take(file);
        }} />
      {fault && (
        <div className="said error" role="alert">
          <p>{fault.message}</p>
          <ul>{fault.findings.map((each, at) => (
            <li key={at}>{each.line != null && `Line ${each.line}: `}{each.message} {each.remedy}</li>
          ))}</ul>
        </div>
      )}
    </section>
  );
}
