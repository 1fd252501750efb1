// Calls to the desk's own server. Nothing is kept in the browser: the token lives in this module's memory.
import type { Json } from "./schema";

export interface Finding {
  code: string;
  severity: "error" | "warning" | "note";
  message: string;
  remedy?: string | null;
  authority?: string | null;
  pointer?: string | null;
  line?: number | null;
  submission?: string | null;
  overridden?: string | null;
}
export interface Session {
  version: string;
  token: string;
  folder_name: string;
  today: string;
  engine: { name: string; version: string } | null;
  submissions: { id: string; title: string }[];
  drafts_allowed: boolean;
}
export interface MatterRow {
  id: string;
  file: string;
  importer: string | null;
  modified: string;
  findings: { errors: number; warnings: number } | null;
}
export interface MatterFile {
  id: string;
  file: string;
  version: string;
  /** None when the text cannot be read as data. */
  document: Json | null;
  text: string;
  findings?: Finding[];
}
export interface Saved {
  version: string;
  document: Json | null;
  text?: string;
  findings?: Finding[];
}
export interface Addressee {
  submission: string;
  to: string[];
  via?: string | null;
  why?: string | null;
  authority?: string | null;
  current?: boolean;
  note?: string | null;
}
export interface Deadline {
  code: string;
  what: string;
  /** "due": ours to keep; "expect": CBP's to act; "keep": until when something is kept. */
  kind: string;
  due: string;
  cautious?: string | null;
  act_by?: string | null;
  sentence?: string | null;
  count?: string | null;
  steps?: string[];
  assumption?: string | null;
  authority?: string | null;
  submission?: string | null;
}
export interface CheckAnswer {
  verdict: "clean" | "warnings" | "errors";
  findings: Finding[];
  addressees: Addressee[];
  deadlines: Deadline[];
  /** The matter has gaps: what is said of it so far may change. */
  provisional?: boolean;
}
export interface Mark {
  pointer: string;
  box: [number, number, number, number];
}
export interface Page {
  n: number;
  width: number;
  height: number;
  label: string;
  title?: string;
  src: string;
  marks: Mark[];
}
export interface PreviewAnswer {
  key: string;
  watermark: boolean;
  pages: Page[];
}
export interface DocketRow {
  matter_id: string;
  submission: string;
  importer: string;
  matter?: string;
  to?: string;
  count?: string;
  what: string;
  due: string | null;
  cautious?: string | null;
  days_left: number | null;
  state: string;
  authority?: string | null;
  sentence?: string | null;
  steps?: string[];
}
export interface Docket {
  as_of: string;
  rows: DocketRow[];
  unreadable: { matter_id?: string; file: string; message: string }[];
}
export interface ExhibitAnswer {
  file: string;
  sha256: string;
  kind: string;
  pages: number | null;
  findings: Finding[];
  needs_alt_text: boolean;
  suggestion: Record<string, Json>;
}
export interface StoredExhibit {
  file: string;
  used_by: string[];
  findings: Finding[];
}
export interface BuiltFile {
  name: string;
  url: string;
  size: number;
  sha256: string;
  kind: string;
}
export interface BuiltPackage {
  submission: string;
  pages: number;
  /** Built from the file as it is now. */
  current?: boolean;
  files: BuiltFile[];
}
export interface Job {
  state: "queued" | "running" | "done" | "failed";
  step?: string | null;
  detail?: string | null;
  result?: {
    packages: BuiltPackage[];
    failed?: { submission: string; message: string }[];
    findings?: Finding[];
    message?: string | null;
  } | null;
  findings?: Finding[] | null;
}
export interface Signature {
  /** None of a signature that the package did not ask for. */
  name: string | null;
  role?: string | null;
  expected_signer?: string | null;
  page?: number | null;
  signed?: boolean;
  changed_after?: unknown;
}
export interface Verdict {
  submission?: string | null;
  /** A sentence. */
  verdict: string;
  reliable?: boolean;
  as_built?: boolean;
  findings: Finding[];
  signatures: Signature[];
}

/** An answer other than success: what went wrong in words, and the findings where there are any. */
export class Refused extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail: string, readonly body: unknown) {
    super(detail || title);
  }

  get findings(): Finding[] {
    const found = (this.body as { findings?: Finding[] } | null)?.findings;
    return Array.isArray(found) ? found : [];
  }
}

let token = "";
let signedOut: () => void = () => undefined;

/** Tell the calls what to do when the server no longer knows this browser. */
export function whenSignedOut(act: () => void): void {
  signedOut = act;
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Desk-Token"] = token;
  const asForm = body instanceof FormData;
  if (body !== undefined && !asForm) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(`api/${path}`, {
      method, headers, credentials: "same-origin",
      ...(body === undefined ? {} : { body: asForm ? (body as FormData) : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Refused(0, "The desk does not answer.",
      "The desk does not answer. Is the program still running? Nothing you typed here is lost while this page is open.",
      null);
  }
  const text = await answer.text();
  let data: unknown = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    data = null;
  }
  if (answer.ok) return data as T;
  if (answer.status === 401) signedOut();
  const told = (data ?? {}) as { title?: string; detail?: string };
  throw new Refused(answer.status, told.title ?? `Refused (${answer.status})`, told.detail ?? "", data);
}

const at = (id: string) => `matters/${encodeURIComponent(id)}`;

function withFile(name: string, file: File): FormData {
  const form = new FormData();
  form.append(name, file, file.name);
  return form;
}

export const api = {
  async session(): Promise<Session> {
    const session = await call<Session>("GET", "session");
    token = session.token;
    return session;
  },
  signOut: () => call<null>("DELETE", "session"),
  docket: (asOf: string) => call<Docket>("GET", `docket?as_of=${encodeURIComponent(asOf)}`),
  matters: () => call<MatterRow[]>("GET", "matters"),
  create: (name: string, submissions: string[], route: string) =>
    call<{ id: string }>("POST", "matters", { name, submissions, route }),
  upload: (file: File) => call<{ id: string }>("POST", "matters/upload", withFile("file", file)),
  matter: (id: string) => call<MatterFile>("GET", at(id)),
  save: (id: string, base_version: string, document: Json) =>
    call<Saved>("PUT", at(id), { base_version, document }),
  saveText: (id: string, base_version: string, text: string) => call<Saved>("PUT", at(id), { base_version, text }),
  check: (id: string, document: Json, signal?: AbortSignal) =>
    call<CheckAnswer>("POST", `${at(id)}/check`, { document }, signal),
  markdown: (id: string, text: string) => call<{ html: string }>("POST", `${at(id)}/markdown`, { text }),
  preview: (id: string, document: Json, submission: string, signal?: AbortSignal) =>
    call<PreviewAnswer>("POST", `${at(id)}/preview`, { document, submission }, signal),
  addExhibit: (id: string, file: File) => call<ExhibitAnswer>("POST", `${at(id)}/exhibits`, withFile("file", file)),
  exhibits: (id: string) => call<StoredExhibit[]>("GET", `${at(id)}/exhibits`),
  build: (id: string, base_version: string, submissions: string[]) =>
    call<{ job: string }>("POST", `${at(id)}/build`, { base_version, submissions }),
  built: (id: string) => call<{ packages: BuiltPackage[] }>("GET", `${at(id)}/build`),
  job: (job: string) => call<Job>("GET", `jobs/${encodeURIComponent(job)}`),
  verify: (id: string, file: File) => call<Verdict>("POST", `${at(id)}/verify`, withFile("file", file)),
  pageImage: (id: string, src: string) => `api/${at(id)}/${src}`,
  fileLink: (id: string) => `api/${at(id)}/file`,
  builtLink: (id: string, url: string) => (url.includes("/api/") || url.startsWith("api/") ? url : `api/${at(id)}/${url}`),
};
