// The sections of a matter, with how much is left to correct in each.
import { useState } from "react";
import type { Finding } from "../api";
import { isGap } from "../form/findings";
import { linkTo } from "../routes";
import { pathOf } from "../schema";
import type { Json } from "../schema";
import { sectionOf } from "../sections";
import type { Section } from "../sections";

export function Navigation({ id, sections, current, findings, document }: {
  id: string; sections: Section[]; current: string; findings: Finding[]; document: Json;
}) {
  const [open, setOpen] = useState(false);
  const counts = new Map<string, { errors: number; warnings: number; gaps: number }>();
  for (const each of findings) {
    if (!each.pointer) continue;
    const section = sectionOf(sections, pathOf(each.pointer, document));
    if (!section) continue;
    const count = counts.get(section.key) ?? { errors: 0, warnings: 0, gaps: 0 };
    if (isGap(each)) count.gaps++;
    else if (each.severity === "error" && !each.overridden) count.errors++;
    else if (each.severity === "warning") count.warnings++;
    counts.set(section.key, count);
  }
  const groups = [...new Set(sections.map((each) => each.group))];
  if (!groups.includes("Submissions")) groups.splice(groups.length - 1, 0, "Submissions");
  const link = (key: string, title: string, hint?: string) => {
    const count = counts.get(key);
    return (
      <li key={key}>
        <a href={linkTo.matter(id, key)} aria-current={current === key ? "page" : undefined} onClick={() => setOpen(false)}>
          <span>{title}{hint && <span className="rest">{hint}</span>}</span>
          {count && count.errors > 0 && <span className="count error">{count.errors}<span className="unseen"> errors</span></span>}
          {count && count.errors === 0 && count.gaps > 0 && (
            <span className="count gap">{count.gaps}<span className="unseen"> to fill in</span></span>
          )}
          {count && count.errors === 0 && count.gaps === 0 && count.warnings > 0 && (
            <span className="count warning">{count.warnings}<span className="unseen"> warnings</span></span>
          )}
        </a>
      </li>
    );
  };
  const title = sections.find((each) => each.key === current)?.title
    ?? { build: "Build and verify", file: "The file", submissions: "Submissions" }[current] ?? "Sections";
  return (
    <nav className="sections" aria-label="Parts of the matter" data-open={open}>
      <button type="button" className="unfold" aria-expanded={open} onClick={() => setOpen(!open)}>
        Part: {title}
      </button>
      <div className="groups">
        {groups.map((group) => (
          <div key={group}>
            <h2>{group}</h2>
            <ul>
              {sections.filter((each) => each.group === group).map((each) => link(each.key, each.title, each.hint))}
              {group === "Submissions" && link("submissions", "Add or arrange")}
            </ul>
          </div>
        ))}
        <div>
          <h2>Package</h2>
          <ul>{link("build", "Build and verify")}{link("file", "The file")}</ul>
        </div>
      </div>
    </nav>
  );
}
