/** What a browser has to load: the page built as it is deployed, and the size of each part that is loaded as a whole. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "src/app/main.ts");
const ENSURE = "ensure/index.html";
const ENSURE_SCRIPT = "src/app/ensure-entry.ts";
const WORKER = "sw.js";

/** Octets. */
export interface Size {
  readonly plain: number;
  readonly gzip: number;
  readonly brotli: number;
}

export interface Part {
  /** The module that `import()` names. */
  readonly name: string;
  /** Of everything it needs that the first load has not brought. */
  readonly size: Size;
}

export interface Bundle {
  /** The document, its script with all that is imported at once, and its styles. */
  readonly first: Size;
  /** How many files that is. */
  readonly firstFiles: number;
  readonly parts: readonly Part[];
  /** What else a browser begins with: the page of ensure links, and the worker. */
  readonly entries: readonly Part[];
}

function sizeOf(contents: readonly (string | Uint8Array)[]): Size {
  const sum = (measure: (content: string | Uint8Array) => number): number =>
    contents.reduce((total, content) => total + measure(content), 0);
  return {
    plain: sum((content) => Buffer.byteLength(content)),
    gzip: sum((content) => gzipSync(content, { level: 9 }).length),
    brotli: sum((content) => brotliCompressSync(content).length),
  };
}

type Output = Rolldown.OutputChunk | Rolldown.OutputAsset;

interface Built {
  readonly output: readonly Output[];
  /** The service worker, which is written beside the build. */
  readonly worker: string;
}

async function built(): Promise<Built> {
  const outDir = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    const result = await build({ root: ROOT, logLevel: "silent", build: { outDir, emptyOutDir: true } });
    if (!("output" in result)) throw new Error("Cannot measure: the build gave no single output");
    return { output: result.output, worker: readFileSync(join(outDir, WORKER), "utf8") };
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** `chunk` and what it imports at once, but for what is in `without`. */
function closure(
  chunk: Rolldown.OutputChunk,
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
  without: ReadonlySet<string> = new Set(),
): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    const found = chunks.get(file);
    if (found === undefined || seen.has(file) || without.has(file)) return;
    seen.add(file);
    for (const next of found.imports) visit(next);
  };
  visit(chunk.fileName);
  return seen;
}

export async function measureBundle(): Promise<Bundle> {
  const { output, worker } = await built();
  const chunks = new Map(output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one]] : [])));
  const entry = [...chunks.values()].find(({ moduleIds }) => moduleIds.includes(MAIN));
  if (entry === undefined)
    throw new Error("Cannot measure: the build does not hold the script of the first screen");
  const first = closure(entry, chunks);
  const codeOf = (files: ReadonlySet<string>): readonly string[] =>
    [...files].map((file) => chunks.get(file)?.code ?? "");
  const assets = output.flatMap((one) =>
    one.type === "asset" && /^index\.html$|\.css$/.test(one.fileName) ? [one.source] : [],
  );
  const parts = [...chunks.values()]
    .filter((chunk) => chunk.isDynamicEntry)
    .map((chunk) => ({ name: nameOf(chunk), size: sizeOf(codeOf(closure(chunk, chunks, first))) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  const contents = [...codeOf(first), ...assets];
  const entries = [
    { name: ENSURE, size: sizeOf(ensurePage(output, chunks)) },
    { name: WORKER, size: sizeOf([worker]) },
  ];
  return { first: sizeOf(contents), firstFiles: contents.length, parts, entries };
}

/** The document of ensure links, with its script and all that this imports at once. */
function ensurePage(
  output: readonly Output[],
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
): readonly (string | Uint8Array)[] {
  const page = output.find((one) => one.type === "asset" && one.fileName === ENSURE);
  const script = [...chunks.values()].find(({ moduleIds }) => moduleIds.includes(join(ROOT, ENSURE_SCRIPT)));
  if (page?.type !== "asset" || script === undefined)
    throw new Error("Cannot measure: the build does not hold the page of ensure links");
  return [page.source, ...[...closure(script, chunks)].map((file) => chunks.get(file)?.code ?? "")];
}

function nameOf({ facadeModuleId, name }: Rolldown.OutputChunk): string {
  return facadeModuleId?.slice(ROOT.length + 1) ?? name;
}
