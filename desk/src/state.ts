// One matter in hand: what is saved, what is typed, what is wrong with it.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, Refused } from "./api";
import type { CheckAnswer, Finding, MatterFile } from "./api";
import { same, withValue } from "./edits";
import { failures } from "./failures";
import { valueAt } from "./schema";
import type { Json, Path } from "./schema";

const PAUSE = 400; // milliseconds without typing before the server is asked

export interface Clash {
  version: string;
  theirs: Json;
}

export interface Matter {
  file: MatterFile;
  /** What is on the page; the file's own data until something is typed. */
  document: Json;
  dirty: boolean;
  busy: boolean;
  /** Why the last attempt to save failed. */
  fault: string;
  findings: Finding[];
  /** What the server said last; it may be older than what is typed. */
  check: CheckAnswer | null;
  /** The server has judged exactly what is on the page. */
  current: boolean;
  clash: Clash | null;
  change(path: Path, value: Json | undefined): void;
  update(path: Path, make: (now: Json | undefined) => Json | undefined): void;
  save(): Promise<MatterFile | null>;
  settle(document: Json, over: Clash): Promise<void>;
  dropClash(): void;
  saveText(text: string): Promise<boolean>;
  reload(): Promise<void>;
}

function asFindings(document: Json): Finding[] {
  return failures(document).map((each) => ({ ...each, severity: "error", authority: "" }));
}

export function useMatter(id: string): { matter: Matter | null; fault: string } {
  const [file, setFile] = useState<MatterFile | null>(null);
  const [document, setDocument] = useState<Json>(null);
  const [check, setCheck] = useState<{ answer: CheckAnswer; of: Json } | null>(null);
  const [clash, setClash] = useState<Clash | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [missing, setMissing] = useState("");
  const newest = useRef<Json>(null);
  newest.current = document;

  const take = useCallback((taken: MatterFile) => {
    setFile(taken);
    setDocument(taken.document);
    setClash(null);
    setFault("");
  }, []);

  const reload = useCallback(async () => {
    try {
      take(await api.matter(id));
    } catch (error) {
      setMissing((error as Error).message);
    }
  }, [id, take]);
  useEffect(() => void reload(), [reload]);

  useEffect(() => {
    if (document === null) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setCheck({ answer: await api.check(id, document, stop.signal), of: document });
      } catch (error) {
        if ((error as Error).name !== "AbortError" && (error as Refused).status !== 401) {
          setCheck((before) => before);
        }
      }
    }, check === null ? 0 : PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // the answer must not start the question anew
  }, [id, document]);

  const current = check !== null && check.of === document;
  const findings = useMemo(() => {
    if (file?.findings && document === null) return file.findings;
    if (document === null) return [];
    if (current) return check.answer.findings;
    const earlier = (check?.answer.findings ?? []).filter((each) => !each.code.startsWith("SCHEMA-"));
    return [...asFindings(document), ...earlier];
  }, [file, document, check, current]);
  const dirty = useMemo(() => file !== null && !same(file.document, document), [file, document]);

  const change = useCallback((path: Path, value: Json | undefined) => {
    setDocument((now) => (same(valueAt(now, path), value) ? now : withValue(now, path, value)));
  }, []);
  const update = useCallback((path: Path, make: (now: Json | undefined) => Json | undefined) => {
    setDocument((now) => withValue(now, path, make(valueAt(now, path))));
  }, []);

  const put = useCallback(async (version: string, wanted: Json): Promise<MatterFile | null> => {
    if (!file) return null;
    setBusy(true);
    setFault("");
    try {
      const saved = await api.save(id, version, wanted);
      const made = { ...file, ...saved, text: saved.text ?? file.text };
      setFile(made);
      // what was typed while the file was written stays on the page
      if (same(newest.current, wanted) && !same(saved.document, newest.current)) setDocument(saved.document);
      return made;
    } catch (error) {
      if (error instanceof Refused && error.status === 409) {
        const body = error.body as { version: string; document: Json };
        setClash({ version: body.version, theirs: body.document });
      } else setFault((error as Error).message);
      return null;
    } finally {
      setBusy(false);
    }
  }, [id, file]);

  const save = useCallback(async () => {
    if (!file) return null;
    return same(file.document, newest.current) ? file : put(file.version, newest.current);
  }, [file, put]);

  const settle = useCallback(async (settled: Json, over: Clash) => {
    if (!file) return;
    setDocument(settled);
    newest.current = settled;
    setClash(null);
    if (same(settled, over.theirs)) setFile({ ...file, version: over.version, document: over.theirs });
    else await put(over.version, settled);
  }, [file, put]);

  const saveText = useCallback(async (text: string) => {
    if (!file) return false;
    setBusy(true);
    try {
      await api.saveText(id, file.version, text);
      take(await api.matter(id));
      return true;
    } catch (error) {
      const moved = error instanceof Refused && error.status === 409;
      setFault(moved ? "Somebody else saved this file since you opened it. Copy your text, then open the file again."
        : (error as Error).message);
      return false;
    } finally {
      setBusy(false);
    }
  }, [id, file, take]);

  if (!file) return { matter: null, fault: missing };
  return {
    fault: "",
    matter: {
      file, document, dirty, busy, fault, findings, check: check?.answer ?? null, current, clash, change, update, save,
      settle, dropClash: () => setClash(null), saveText, reload,
    },
  };
}
