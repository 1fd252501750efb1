// One section of the matter as a form made from its schema. Faults come from the whole matter's validator and from
// the server, so the form library validates nothing itself.
import Form from "@rjsf/core";
import type { RJSFSchema, UiSchema, ValidatorType } from "@rjsf/utils";
import { useMemo } from "react";
import { tidy } from "../edits";
import { isObject, valueAt } from "../schema";
import type { Json, Schema } from "../schema";
import type { Section } from "../sections";
import { ArrayItem, ArrayTemplate } from "./arrays";
import { fieldId, useMatterForm } from "./context";
import { FieldTemplate, ObjectTemplate } from "./templates";
import { pointerOf } from "../schema";
import * as widgets from "./widgets";

const Nothing = () => null;

const validator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: () => true,
  rawValidation: () => ({ errors: [] }),
};

const templates = {
  FieldTemplate, ObjectFieldTemplate: ObjectTemplate, ArrayFieldTemplate: ArrayTemplate, ArrayFieldItemTemplate: ArrayItem,
  ErrorListTemplate: Nothing, FieldErrorTemplate: Nothing, BaseInputTemplate: widgets.TextWidget,
};

const DEFAULTS = {
  emptyObjectFields: "skipDefaults", allOf: "skipDefaults", arrayMinItems: { populate: "never" }, constAsDefaults: "never",
} as const;

function widgetOf(schema: Schema): string | undefined {
  if (schema.type === "object" || schema.type === "array") return undefined;
  if (schema["x-sensitive"]) return "ior";
  if (schema.const !== undefined) return "hidden";
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "yesno";
  if (schema.format === "date") return "date";
  if (schema["x-format"] === "markdown") return "markdown";
  if (schema["x-error"]?.startsWith("{title} holds a character")) return "paragraph";
  return "text";
}

const uiOnce = new WeakMap<Schema, UiSchema>();

function uiOf(schema: Schema): UiSchema {
  const known = uiOnce.get(schema);
  if (known) return known;
  const out: UiSchema = {};
  const widget = widgetOf(schema);
  if (widget) out["ui:widget"] = widget;
  for (const [name, each] of Object.entries(schema.properties ?? {})) out[name] = uiOf(each);
  if (schema.items) out.items = uiOf(schema.items);
  uiOnce.set(schema, out);
  return out;
}

const registered = {
  text: widgets.TextWidget, ior: widgets.NumberOfImporter, choice: widgets.Choice, yesno: widgets.YesNo,
  date: widgets.DateWidget, markdown: widgets.Markdown, paragraph: widgets.Paragraph, hidden: widgets.Hidden,
};

/** Lay out a group whose names are free (the people) as one with the names it has. */
function withNames(schema: Schema, value: Json | undefined): Schema {
  if (typeof schema.additionalProperties !== "object" || !isObject(value)) return schema;
  const free = schema.additionalProperties;
  const known = schema.properties ?? {};
  const added = Object.keys(value).filter((name) => !Object.hasOwn(known, name));
  const more = Object.fromEntries(added.map((name) => [name, { ...free, title: name }]));
  return { ...schema, properties: { ...known, ...more }, additionalProperties: false };
}

export function SectionForm({ section }: { section: Section }) {
  const form = useMatterForm();
  const value = valueAt(form.document, section.path);
  const names = isObject(value) ? Object.keys(value).join(" ") : "";
  const schema = useMemo(() => withNames(section.schema, value), [section.schema, names]);
  return (
    <Form
      key={section.key}
      tagName="div"
      className="section-form"
      schema={schema as RJSFSchema}
      uiSchema={uiOf(schema)}
      formData={value ?? undefined}
      validator={validator}
      templates={templates}
      widgets={registered as never}
      noValidate
      noHtml5Validate
      showErrorList={false}
      idPrefix={fieldId(pointerOf(section.path))}
      idSeparator="/"
      experimental_defaultFormStateBehavior={DEFAULTS}
      onChange={(event) => form.change(section.path, tidy(event.formData))}
    >
      <></>
    </Form>
  );
}
