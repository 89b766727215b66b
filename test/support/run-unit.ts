import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import type { EventData } from "node:test";
import { inspect } from "node:util";
import type { Tally } from "./tally.ts";

/** Everything that ends so; browser tests are called `*.spec.ts`. */
const PLACES = "test/**/*.test.ts";

/** Most files load the same modules: compiled once, they cost each process half as much to start. */
const COMPILED = join(import.meta.dirname, "../../node_modules/.cache/bondkeeper-tests");

/** A test that hangs ends here. The longest ones (a million hostile inputs) take minutes on a busy machine. */
const TIME_LIMIT_MS = 900_000;

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}

function fileOf(data: { readonly file?: string | undefined }): string {
  return data.file === undefined ? "" : relative(process.cwd(), data.file);
}

/** Why a test did not run: the words given to `skip` or `todo`; undefined when it ran. */
function whySkipped({ skip, todo }: EventData.TestPass): string | undefined {
  const mark = [skip, todo].find((value) => value !== undefined && value !== false);
  return mark === true ? "no reason given" : mark || undefined;
}

/** Runs every test that needs no browser, prints one line per file and what failed in full. */
export async function runUnit(): Promise<Tally> {
  const started = Date.now();
  const files = globSync(PLACES).sort();
  const skipped: string[] = [];
  let passed = 0;
  let failed = 0;
  process.env["NODE_COMPILE_CACHE"] ??= COMPILED; // for the processes that `run` starts
  const stream = run({ files, concurrency: availableParallelism(), timeout: TIME_LIMIT_MS });
  stream.on("test:fail", (data) => {
    // A suite fails because a test in it did; that test was counted already.
    if (data.details.type === "suite") return;
    failed++;
    console.log(`FAILED  ${fileOf(data)}:${data.line ?? 0}  ${data.name}\n${causeOf(data.details.error)}\n`);
  });
  stream.on("test:pass", (data) => {
    if (data.details.type === "suite") return;
    const reason = whySkipped(data);
    if (reason === undefined) passed++;
    else skipped.push(`${fileOf(data)}: ${data.name}: ${reason}`);
  });
  stream.on("test:stderr", ({ message }) => process.stderr.write(message));
  stream.on("test:summary", (data) => {
    if (data.file !== undefined) console.log(`${fileOf(data)}  ${data.counts.passed} passed`);
  });
  for await (const _ of stream) {
    // The listeners do the work; reading the stream to its end waits for it.
  }
  return { name: "unit", passed, failed, skipped, ms: Date.now() - started };
}
