// Build the packages, take them away, and have a signed one examined when it comes back.
import { useEffect, useRef, useState } from "react";
import { api, Refused } from "../api";
import type { BuiltFile, BuiltPackage, Finding, Job, Verdict } from "../api";
import { FieldFindings } from "../form/findings";
import { isObject, valueAt } from "../schema";
import { kindTitle } from "../sections";
import type { Matter } from "../state";
import { inPlainWords } from "../form/widgets";

const KINDS: Record<string, string> = {
  package: "The package, to be signed and sent",
  packet: "Pages for one signer",
  checklist: "Checklist for the firm; never sent",
  manifest: "Record of the build",
  volume: "One volume of the package",
  word: "Paper as a Word file",
  paper: "Paper as a PDF",
  other: "For signing systems",
};
const ORDER = ["package", "volume", "packet", "checklist", "word", "paper", "manifest", "other"];

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const plainName = (file: BuiltFile) => file.name.split("/").at(-1) ?? file.name;

function Files({ id, files }: { id: string; files: BuiltFile[] }) {
  const sorted = [...files].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return (
    <table className="files">
      <thead><tr><th scope="col">File</th><th scope="col">What it is</th><th scope="col" className="figure">Size</th></tr></thead>
      <tbody>
        {sorted.map((file) => (
          <tr key={file.url}>
            <td>
              {file.kind === "checklist"
                ? <a href={api.builtLink(id, file.url)} target="_blank" rel="noopener">{plainName(file)}</a>
                : <a href={api.builtLink(id, file.url)} download>{plainName(file)}</a>}
            </td>
            <td>{KINDS[file.kind] ?? file.kind}</td>
            <td className="figure">{size(file.size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function BuildView({ id, matter, goTo }: { id: string; matter: Matter; goTo(pointer: string): void }) {
  const listed = valueAt(matter.document, ["submissions"]);
  const submissions = (Array.isArray(listed) ? listed : []).filter(isObject)
    .map((each) => ({ id: String(each["id"] ?? ""), kind: each["kind"] }));
  const [left, setLeft] = useState<string[]>([]);
  const [job, setJob] = useState<Job | null>(null);
  const [fault, setFault] = useState<{ message: string; findings: Finding[] } | null>(null);
  const [packages, setPackages] = useState<BuiltPackage[]>([]);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => void (alive.current = false);
  }, []);
  useEffect(() => {
    if (job === null || job.state === "done" || job.state === "failed") {
      api.built(id).then((found) => alive.current && setPackages(found.packages), () => undefined);
    }
  }, [id, job?.state, matter.file.version]);
  const chosen = submissions.filter((each) => !left.includes(each.id));
  const running = job !== null && (job.state === "queued" || job.state === "running");
  const build = async () => {
    setFault(null);
    setJob({ state: "queued" });
    try {
      const saved = await matter.save();
      if (!saved) {
        setJob(null);
        return;
      }
      const { job: name } = await api.build(id, saved.version, chosen.map((each) => each.id));
      for (let wait = 300; alive.current; wait = Math.min(wait * 1.3, 2000)) {
        const now = await api.job(name);
        setJob(now);
        if (now.state === "done" || now.state === "failed") break;
        await new Promise((go) => setTimeout(go, wait));
      }
    } catch (error) {
      setJob(null);
      setFault({ message: (error as Error).message, findings: error instanceof Refused ? error.findings : [] });
    }
  };
  const findings = fault?.findings ?? job?.findings ?? job?.result?.findings ?? [];
  return (
    <div className="build">
      <section aria-labelledby="build-title">
        <h2 id="build-title">Build</h2>
        <p className="hint">
          Makes each package from the saved matter: one PDF with signature fields, the pages for each signer, and the
          checklist. Nothing is sent to anyone.
        </p>
        <fieldset className="choices">
          <legend>Submissions to build</legend>
          {submissions.map((each) => (
            <label key={each.id} className="choice">
              <input type="checkbox" checked={!left.includes(each.id)} disabled={running}
                onChange={(event) => setLeft(event.target.checked ? left.filter((one) => one !== each.id)
                  : [...left, each.id])} />
              {kindTitle(each.kind)} <span className="id">{each.id}</span>
            </label>
          ))}
          {submissions.length === 0 && <p className="none">The matter has no submission yet.</p>}
        </fieldset>
        <button type="button" className="main" onClick={() => void build()} disabled={running || !chosen.length}>
          {matter.dirty ? "Save and build" : "Build"}
        </button>
        <p role="status" className="job">
          {job?.state === "queued" && "Waiting to begin…"}
          {job?.state === "running" && `Building${job.step ? `: ${job.step}` : ""}…`}
          {job?.state === "done" && "Built."}
        </p>
        {(fault || job?.state === "failed") && (
          <div className="said error" role="alert">
            <p><strong>Not built.</strong> {fault?.message ?? job?.result?.message ?? job?.detail ?? job?.step}</p>
            {job?.result?.failed?.map((each) => <p key={each.submission}>{each.submission}: {each.message}</p>)}
          </div>
        )}
        <Stopping findings={findings} goTo={goTo} />
        {packages.map((each) => (
          <section key={each.submission} aria-label={each.submission}>
            <h3>
              {each.submission} <span className="rest">{each.pages} {each.pages === 1 ? "page" : "pages"}</span>
              {each.current === false && <span className="count warning">built from an earlier state of the file</span>}
            </h3>
            <Files id={id} files={each.files} />
          </section>
        ))}
      </section>
      <Verify id={id} />
    </div>
  );
}

function Stopping({ findings, goTo }: { findings: Finding[]; goTo(pointer: string): void }) {
  if (!findings.length) return null;
  return (
    <ul className="said listed-findings">
      {findings.map((each, at) => (
        <li key={at} className={each.severity}>
          {each.message} {each.remedy && <span className="remedy">{each.remedy} </span>}
          {each.pointer && (
            <button type="button" className="link" onClick={() => goTo(each.pointer as string)}>Go to the field</button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Verify({ id }: { id: string }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [name, setName] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const examine = async (file: File) => {
    setBusy(true);
    setFault("");
    setVerdict(null);
    setName(file.name);
    try {
      setVerdict(await api.verify(id, file));
    } catch (error) {
      setFault((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="verify-title">
      <h2 id="verify-title">Verify a signed return</h2>
      <p className="hint" id="verify-hint">
        Compares a package that came back signed with the one that was built, and says what was signed and what differs.
      </p>
      <label htmlFor="verify-file">Signed PDF</label>
      <input id="verify-file" type="file" accept=".pdf" aria-describedby="verify-hint" disabled={busy}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void examine(file);
        }} />
      <p role="status">{busy ? `Examining ${name}…` : ""}</p>
      {fault && <p className="said error" role="alert">{fault}</p>}
      {verdict && (
        <div className="verdict" role="status">
          <h3>{name}</h3>
          <p className={`conclusion ${verdict.reliable === false || verdict.as_built === false ? "bad" : ""}`}>{verdict.verdict}</p>
          <FieldFindings id="verify-file" findings={verdict.findings} />
          {verdict.signatures.length > 0 && (
            <table className="files">
              <caption>Signatures</caption>
              <thead>
                <tr>
                  <th scope="col">Signer</th><th scope="col">Signs as</th><th scope="col">Page</th><th scope="col">Signed</th>
                </tr>
              </thead>
              <tbody>
                {verdict.signatures.map((each, at) => (
                  <tr key={at}>
                    <td>{each.expected_signer ?? each.name ?? "A signature that was not asked for"}</td>
                    <td>{each.role ? inPlainWords(each.role) : ""}</td>
                    <td>{each.page ?? ""}</td>
                    <td>{!each.signed && each.name ? "not yet" : each.changed_after === true ? "yes, but the file was changed afterwards" : "yes"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </section>
  );
}
