// The parts of a matter as the page shows them: one at a time, because the whole form would be a thousand fields.
import { inWords } from "./dates";
import { child, isObject, matterSchema, ownProperty, submissionSchema, valueAt } from "./schema";
import type { Json, Path, Schema } from "./schema";

export interface Section {
  /** What stands after the # in the address: never a value of the matter. */
  key: string;
  group: string;
  title: string;
  /** A second line in the navigation. */
  hint?: string;
  path: Path;
  schema: Schema;
  /** May the whole part be left out? */
  optional: boolean;
}

const KIND_TITLES: Record<string, string> = {
  application: "Application",
  "annual-notification": "Annual notification",
  "discontinuance-appeal": "Discontinuance appeal",
};

/** Name a kind of submission for a person. */
export function kindTitle(kind: unknown): string {
  return (typeof kind === "string" && ownProperty(KIND_TITLES, kind)) || "Submission of no known kind";
}

function only(schema: Schema, names: string[]): Schema {
  const properties = Object.fromEntries(names.map((name) => [name, schema.properties?.[name] as Schema]));
  return { ...schema, properties, required: (schema.required ?? []).filter((name) => names.includes(name)) };
}

function without(schema: Schema, names: string[]): Schema {
  return only(schema, Object.keys(schema.properties ?? {}).filter((name) => !names.includes(name)));
}

const part = (schema: Schema, name: string) => schema.properties?.[name] as Schema;
const importer = part(matterSchema, "importer");
const plan = part(matterSchema, "self_testing_plan");

function fixed(key: string, group: string, path: Path, schema: Schema, optional = true, title = schema.title): Section {
  return { key, group, title: title ?? key, path, schema, optional };
}

const FACTS: Section[] = [
  fixed("matter", "The matter", [], only(matterSchema, ["matter", "notes"]), false, "Name and notes"),
  fixed("importer", "The matter", ["importer"], without(importer, ["ior_numbers", "business_units"]), false),
  fixed("numbers", "The matter", ["importer", "ior_numbers"], part(importer, "ior_numbers"), false),
  fixed("units", "The matter", ["importer", "business_units"], part(importer, "business_units")),
  fixed("people", "The matter", ["people"], part(matterSchema, "people"), false),
  fixed("firm", "The matter", ["firm"], part(matterSchema, "firm")),
  fixed("assessment", "Standing", ["focused_assessment"], part(matterSchema, "focused_assessment")),
  fixed("ctpat", "Standing", ["ctpat"], part(matterSchema, "ctpat")),
  fixed("acceptance", "Standing", ["acceptance"], part(matterSchema, "acceptance")),
  fixed("plan", "Self-testing plan", ["self_testing_plan"], without(plan, ["areas", "revisions"]), true, "The plan"),
  fixed("areas", "Self-testing plan", ["self_testing_plan", "areas"], part(plan, "areas")),
  fixed("revisions", "Self-testing plan", ["self_testing_plan", "revisions"], part(plan, "revisions")),
];
const RECORDS: Section[] = [
  fixed("confirmations", "Records", ["confirmations"], part(matterSchema, "confirmations")),
  fixed("events", "Records", ["events"], part(matterSchema, "events")),
  fixed("overrides", "Records", ["overrides"], part(matterSchema, "overrides")),
  fixed("clocks", "Records", ["other_clocks"], part(matterSchema, "other_clocks")),
  fixed("closed", "Records", ["closed_days"], part(matterSchema, "closed_days")),
];

const PLACED = new Set([...FACTS, ...RECORDS].map((each) => each.path[0]));
/** What the schema gained since this list was written is shown all the same. */
const OTHERS = Object.entries(matterSchema.properties ?? {})
  .filter(([name]) => !PLACED.has(name) && !["matter", "notes", "submissions"].includes(name))
  .map(([name, schema]) => fixed(name, "Records", [name], schema));

/** Return the sections of a matter in the order a paralegal fills them in. */
export function sectionsOf(document: Json | undefined): Section[] {
  const listed = child(document, "submissions");
  const submissions = (Array.isArray(listed) ? listed : []).map((each, index): Section => {
    const kind = isObject(each) ? each["kind"] : undefined;
    const schema = submissionSchema(kind) ?? (part(matterSchema, "submissions").items as Schema);
    const date = isObject(each) && typeof each["date"] === "string" ? inWords(each["date"]) : "no date yet";
    return {
      key: `submission-${index + 1}`, group: "Submissions", title: kindTitle(kind), hint: date,
      path: ["submissions", index], schema, optional: false,
    };
  });
  return [...FACTS, ...submissions, ...RECORDS, ...OTHERS];
}

/** Return the section in which the field of a path is edited: the one whose own path is the longest beginning of it. */
export function sectionOf(sections: Section[], path: Path): Section | undefined {
  const fits = sections.filter((each) => {
    if (!each.path.every((step, index) => step === path[index])) return false;
    const next = path[each.path.length];
    return next === undefined || each.path.length > 0 || ownProperty(each.schema.properties, String(next)) !== undefined
      || ownProperty(matterSchema.properties, String(next)) === undefined;
  });
  return fits.sort((a, b) => b.path.length - a.path.length)[0];
}

/** Return the ids defined in a matter that a field may name. */
export function idsFor(name: string, path: Path, document: Json): { id: string; label: string }[] | undefined {
  const labelled = (where: Path, label: string) => {
    const found = valueAt(document, where);
    const list = Array.isArray(found) ? found : [];
    return list.filter(isObject).filter((each) => typeof each["id"] === "string")
      .map((each) => ({ id: each["id"] as string, label: String(each[label] ?? "") }));
  };
  const people = valueAt(document, ["people"]);
  const persons = Object.entries(isObject(people) ? people : {})
    .map(([id, each]) => ({ id, label: isObject(each) ? String(each["name"] ?? "") : "" }));
  const parent = path.at(-2);
  const within = path.slice(0, 2);
  if (["signer", "by", "scored_by", "reviewer", "tester", "owner"].includes(name)) {
    return path[0] === "overrides" || path[0] === "confirmations" || path[0] === "events" ? undefined : persons;
  }
  if (parent === "copies_to") return [...persons, { id: "national_account_manager", label: "CBP's account manager" }];
  if (name === "business_unit" || parent === "business_units") return labelled(["importer", "business_units"], "name");
  if (name === "area") return labelled(["self_testing_plan", "areas"], "title");
  if (name === "submission") {
    const found = valueAt(document, ["submissions"]);
    return (Array.isArray(found) ? found : []).filter(isObject)
      .map((each) => ({ id: String(each["id"] ?? ""), label: kindTitle(each["kind"]) }));
  }
  if (path[0] === "submissions" && (name === "exhibit" || (parent === "exhibits" && path.length > 4))) {
    return labelled([...within, "exhibits"], "title");
  }
  return undefined;
}
