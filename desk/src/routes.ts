// Where in the desk somebody is: after the # in the address, and never a value of a matter.
import { useEffect, useState } from "react";

export type Route =
  | { view: "docket" }
  | { view: "matters" }
  | { view: "matter"; id: string; section: string };

export function routeOf(hash: string): Route {
  const [view, id, section] = hash.replace(/^#\/?/, "").split("/");
  if (view === "matter" && id) return { view: "matter", id, section: section || "matter" };
  return view === "docket" ? { view: "docket" } : { view: "matters" };
}

export const linkTo = {
  docket: "#/docket",
  matters: "#/matters",
  matter: (id: string, section = "matter") => `#/matter/${encodeURIComponent(id)}/${section}`,
};

/** Follow the address; another matter or view is only gone to if `mayLeave` agrees. */
export function useRoute(mayLeave: () => boolean): Route {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const place = (text: string) => {
      const route = routeOf(text);
      return route.view === "matter" ? route.id : route.view;
    };
    const follow = () => {
      if (location.hash === hash) return;
      if (place(location.hash) === place(hash) || mayLeave()) setHash(location.hash);
      else history.replaceState(null, "", hash || "#/matters");
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [hash, mayLeave]);
  return routeOf(hash);
}
