import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { failures } from "./failures";

declare global {
  interface Window {
    /** The page's own judgment of a matter, for the test that compares it with the command line's. */
    isaDesk: { failures: typeof failures };
  }
}

window.isaDesk = { failures };
createRoot(document.getElementById("desk") as HTMLElement).render(<StrictMode><App /></StrictMode>);
