// The desk: who is signed in, where they are, and what is said to those who listen.
import { useCallback, useEffect, useRef, useState } from "react";
import { api, whenSignedOut } from "./api";
import type { Session } from "./api";
import { linkTo, useRoute } from "./routes";
import { DocketView } from "./views/docket";
import { MatterView } from "./views/matter";
import { MattersView } from "./views/matters";

const LEAVING = "There are changes that are not saved. Leave this matter all the same?";
const TITLES = { docket: "Docket", matters: "Matters", matter: "Matter" };

export function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [fault, setFault] = useState("");
  const [out, setOut] = useState<{ why: "left" | "expired"; unsaved: (() => string) | null } | null>(null);
  const [said, setSaid] = useState("");
  const unsaved = useRef<(() => string) | null>(null);
  const mayLeave = useCallback(() => !unsaved.current || confirm(LEAVING), []);
  const route = useRoute(mayLeave);
  const guard = useCallback((take: (() => string) | null) => {
    unsaved.current = take;
  }, []);
  const say = useCallback((text: string) => setSaid((before) => (before === text ? text + "\u00a0" : text)), []);

  useEffect(() => {
    whenSignedOut(() => setOut((now) => now ?? { why: "expired", unsaved: unsaved.current }));
    api.session().then(setSession, (error: Error) => setFault(error.message));
  }, []);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (unsaved.current) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const place = route.view === "matter" ? `${route.id} ${route.section}` : route.view;
  const first = useRef(true);
  useEffect(() => {
    document.title = `${TITLES[route.view]} · isa-docs desk`;
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [place]);

  if (out) return <SignedOut {...out} />;
  if (!session) {
    return (
      <main id="main" tabIndex={-1} className="alone">
        <h1>isa-docs desk</h1>
        {fault ? <p className="said error" role="alert">{fault}</p> : <p role="status">Opening…</p>}
      </main>
    );
  }
  const leave = async () => {
    if (unsaved.current && !confirm("There are changes that are not saved. Sign out all the same?")) return;
    await api.signOut().catch(() => undefined);
    setOut({ why: "left", unsaved: null });
  };
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById("main")?.focus();
      }}>Skip to the content</a>
      <header className="top">
        <span className="brand">isa-docs desk</span>
        <nav aria-label="Desk">
          <a href={linkTo.matters} aria-current={route.view === "matters" ? "page" : undefined}>Matters</a>
          <a href={linkTo.docket} aria-current={route.view === "docket" ? "page" : undefined}>Docket</a>
        </nav>
        <span className="where">{session.folder_name}</span>
        <button type="button" className="quiet" onClick={() => void leave()}>Sign out</button>
      </header>
      <div key={route.view === "matter" ? route.id : route.view} className="view">
        {route.view === "docket" && <DocketView today={session.today} />}
        {route.view === "matters" && <MattersView session={session} />}
        {route.view === "matter" && (
          <MatterView id={route.id} section={route.section} session={session} say={say} guard={guard} />
        )}
      </div>
      <p className="unseen" role="status" aria-live="polite">{said}</p>
    </>
  );
}

function SignedOut({ why, unsaved }: { why: "left" | "expired"; unsaved: (() => string) | null }) {
  const save = () => {
    if (!unsaved) return;
    const url = URL.createObjectURL(new Blob([unsaved()], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: "matter.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <main id="main" tabIndex={-1} className="alone">
      <h1>{why === "left" ? "You are signed out" : "This browser is no longer signed in"}</h1>
      <p>Open the link that <code>isa-docs desk</code> printed last; it signs this browser in again.</p>
      {unsaved && (
        <>
          <p>What you typed since the last save is still on this page. Take it with you:</p>
          <button type="button" className="main" onClick={save}>Download the unsaved matter</button>
        </>
      )}
    </main>
  );
}
