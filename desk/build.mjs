// Builds the page: compiles the schemas into a validator (a strict content-security policy forbids compiling in the
// browser), bundles the source, and writes what was built from what into assets.json.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import Ajv2020 from "ajv/dist/2020.js";
import { _ } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = process.env.DESK_OUT ?? join(root, "isa_docs", "desk", "static");
const OUTPUT_SCHEMAS = ["manifest", "report", "signatures"]; // what a build leaves is no part of a matter
const LIMIT = 300_000; // bytes of everything, compressed

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

async function schemaFiles() {
  const folder = join(root, "schemas");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".schema.json")).sort();
  const wanted = names.filter((name) => !OUTPUT_SCHEMAS.includes(name.replace(".schema.json", "")));
  return Promise.all(wanted.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

function validatorCode(schemas) {
  const ajv = new Ajv2020.default({
    allErrors: true,
    inlineRefs: false, // one function for each definition: a third of the size
    strict: false,
    code: { source: true, esm: true, formats: _`require("desk:formats")` },
    formats: { date: () => true }, // compiled code calls the one of desk:formats
  });
  for (const schema of schemas) ajv.addSchema(schema);
  const validate = ajv.getSchema("https://isa-docs.invalid/schemas/matter.schema.json");
  return standalone.default(ajv, validate);
}

// Python's \S takes a lone byte-order mark for a character to be seen, JavaScript's does not.
const asInPython = (text) => text.replaceAll("(?=.*\\\\S)", "(?=.*[\\\\S\\\\ufeff])");

const virtual = (schemas) => ({
  name: "desk",
  setup(pack) {
    // the form library's own test support, and Markdown in descriptions: neither is used here
    pack.onResolve({ filter: /^(@rjsf\/validator-ajv8|markdown-to-jsx(\/react)?)$/ }, () => ({ path: "desk:nothing", namespace: "desk" }));
    pack.onResolve({ filter: /^desk:/ }, (found) => ({ path: found.path, namespace: "desk" }));
    pack.onLoad({ filter: /.*/, namespace: "desk" }, ({ path }) => {
      if (path === "desk:nothing") return { contents: "export default {}; export const Markdown = () => null" };
      if (path === "desk:formats") return { contents: 'export { date } from "./src/dates.ts"', resolveDir: here };
      if (path === "desk:validator") return { contents: validatorCode(schemas), resolveDir: here };
      const parts = Object.fromEntries(schemas.map((each) => [each.$id.split("/").pop(), each]));
      return { contents: JSON.stringify(parts), loader: "json" };
    });
  },
});

async function sourceFiles(folder = here) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name === "node_modules") continue;
    if (entry.isDirectory()) found.push(...(await sourceFiles(path)));
    else found.push(relative(here, path).split(sep).join("/"));
  }
  return found.sort();
}

// The licenses of everything that is bundled ask to be passed on with it.
async function licenses(inputs) {
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/@]+)\//.exec(path)?.[1]).filter(Boolean);
  const parts = [];
  for (const folder of [...new Set(folders)].sort()) {
    const path = join(here, relative(here, join(process.cwd(), folder)));
    const about = JSON.parse(await readFile(join(path, "package.json"), "utf-8"));
    const file = (await readdir(path)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? (await readFile(join(path, file), "utf-8")).replace(/\r\n/g, "\n").trim() : "";
    parts.push(`${about.name} ${about.version} (${about.license})\n\n${text}\n`);
  }
  return parts.join("\n" + "-".repeat(80) + "\n\n");
}

const files = await schemaFiles();
const built = await build({
  entryPoints: { desk: join(here, "src", "main.tsx"), "desk-style": join(here, "src", "desk.css") },
  bundle: true,
  minify: true,
  write: false,
  outdir: out,
  format: "esm",
  target: ["chrome111", "firefox111", "safari16.4"],
  define: { "process.env.NODE_ENV": '"production"' },
  jsx: "automatic",
  legalComments: "eof",
  metafile: true,
  plugins: [virtual(files.map((file) => JSON.parse(asInPython(file.bytes.toString("utf-8")))))],
});

const assets = {};
for (const name of ["index.html", "icon.svg"]) assets[name] = await readFile(join(here, "src", name));
for (const file of built.outputFiles) {
  const name = relative(out, file.path).replace("desk-style.css", "desk.css");
  assets[name] = Buffer.from(file.contents);
}

assets["licenses.txt"] = Buffer.from(await licenses(Object.keys(built.metafile.inputs)));

const compressed = Object.values(assets).reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
if (compressed > LIMIT) throw new Error(`The page has ${compressed} bytes compressed; at most ${LIMIT} are allowed.`);

const hashes = {};
for (const name of await sourceFiles()) hashes[name] = sha256(await readFile(join(here, name)));
const record = {
  assets: Object.fromEntries(Object.entries(assets).map(([name, bytes]) => [name, sha256(bytes)]).sort()),
  compressed_bytes: compressed,
  source: hashes,
  schemas: Object.fromEntries(files.map((file) => [file.name, sha256(file.bytes)])),
};
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const [name, bytes] of Object.entries(assets)) await writeFile(join(out, name), bytes);
await writeFile(join(out, "assets.json"), JSON.stringify(record, null, 2) + "\n");
console.log(`${relative(root, out)}: ${Object.keys(assets).join(", ")}; ${(compressed / 1000).toFixed(1)} kB compressed`);
if (process.env.DESK_META) await writeFile(process.env.DESK_META, JSON.stringify(built.metafile));
