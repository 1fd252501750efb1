// Converts Word files to PDF with LibreOffice's WebAssembly build, in one Node process without any file of the
// host within its reach: documents go into its memory and PDFs come out.
//
//   node wasm_driver.cjs FOLDER-OF-SOFFICE OUT-DIR FILTER-OPTIONS FILE.docx ...
'use strict';

const fs = require('fs');
const path = require('path');

const [folder, out, filterOptions, ...files] = process.argv.slice(2);

// places of functions in LibreOfficeKit's two tables (LibreOfficeKit.h)
const OFFICE_DOCUMENT_LOAD = 2;
const DOCUMENT_DESTROY = 1;
const DOCUMENT_SAVE_AS = 2;

// Emscripten reads its own files through a browser's XMLHttpRequest; here that is the disk, and nothing but its own files
global.XMLHttpRequest = class {
  open(method, url) { this.file = path.join(folder, path.basename(url)); }
  overrideMimeType() {}
  setRequestHeader() {}
  send() {
    const data = fs.readFileSync(this.file);
    this.status = 200;
    this.readyState = 4;
    this.response = this.responseType === 'arraybuffer'
      ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
      : data.toString('utf8');
    this.responseText = this.response;
    if (this.onload) this.onload();
    if (this.onreadystatechange) this.onreadystatechange();
  }
};

const module_ = global.Module = {
  locateFile: name => path.join(folder, name),
  print() {},
  printErr() {},
  onRuntimeInitialized: () => setImmediate(main),
};

function text(value) {
  const bytes = new TextEncoder().encode(value + '\0');
  const pointer = module_._malloc(bytes.length);
  module_.HEAPU8.set(bytes, pointer);
  return pointer;
}

const at = address => module_.HEAP32[address >> 2];
const method = (object, place) => module_.wasmTable.get(at(at(object) + 4 * place));

function convert(office, file) {
  const source = '/tmp/in/document.docx';
  const target = '/tmp/out/document.pdf';
  module_.FS.writeFile(source, fs.readFileSync(file));
  const document = method(office, OFFICE_DOCUMENT_LOAD)(office, text(source));
  if (!document) {
    console.log('Error: source file could not be loaded');
    return;
  }
  const saved = method(document, DOCUMENT_SAVE_AS)(document, text(target), text('pdf'), text(filterOptions));
  method(document, DOCUMENT_DESTROY)(document);
  module_.FS.unlink(source);
  if (saved) {
    const pdf = path.join(out, path.basename(file, '.docx') + '.pdf');
    fs.writeFileSync(pdf + '.part', module_.FS.readFile(target));
    fs.renameSync(pdf + '.part', pdf);
    module_.FS.unlink(target);
  }
}

function main() {
  for (const name of ['/tmp', '/tmp/in', '/tmp/out']) {
    try { module_.FS.mkdir(name); } catch { /* is there */ }
  }
  const office = module_._libreofficekit_hook(text('/instdir/program'));
  if (!office) {
    console.log('Error: LibreOffice did not start');
    process.exit(1);
  }
  for (const file of files) convert(office, file);
  process.exit(0);
}

process.chdir(folder);
require(path.join(folder, 'soffice.cjs'));
