/**
 * `npm run conformance`: runs the conformance tests and writes docs/conformance.md. With `--check` nothing is written:
 * the exit status says whether the file is what it would be, and whether a case no longer passes.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import type { Case, Verdict } from "./table.ts";
import { markdown, openGate, regressions, rowsOf } from "./table.ts";

const FILE = join(import.meta.dirname, "../../docs/conformance.md");
const cases: readonly Case[] = JSON.parse(readFileSync(join(import.meta.dirname, "ids.json"), "utf8"));
const TIME_LIMIT_MS = 120_000;

async function verdicts(): Promise<readonly Verdict[]> {
  const found: Verdict[] = [];
  const files = globSync("*.test.ts", { cwd: import.meta.dirname }).map((name) =>
    join(import.meta.dirname, name),
  );
  const stream = run({ files, concurrency: availableParallelism(), timeout: TIME_LIMIT_MS });
  stream.on("test:fail", ({ name, details }) => {
    if (details.type === "suite") return;
    console.error(`FAILED  ${name}\n${String(details.error.cause ?? details.error)}\n`);
    found.push({ name, verdict: "fail" });
  });
  stream.on("test:pass", ({ name, details, skip, todo }) => {
    if (details.type === "suite") return;
    const ran = [skip, todo].every((mark) => mark === undefined || mark === false);
    found.push({ name, verdict: ran ? "pass" : "skipped" });
  });
  for await (const _ of stream) {
    // Reading to the end waits for every test.
  }
  return found;
}

const check = process.argv.includes("--check");
const results = await verdicts();
const rows = rowsOf(cases, results);
const text = markdown(rows);
const before = existsSync(FILE) ? readFileSync(FILE, "utf8") : "";
const worse = regressions(before, rows);
const failed = results.filter(({ verdict }) => verdict === "fail");
const count = (status: string): number => rows.filter((row) => row.status === status).length;
const summary = ["pass", "fail", "not applicable", "missing"].map((status) => `${count(status)} ${status}`);
console.log(`${rows.length} cases: ${summary.join(", ")}; ${results.length} tests`);
const open = openGate(rows);
if (open.length > 0) console.log(`release gate closed by ${open.map(({ id }) => id).join(", ")}`);
if (worse.length > 0) console.error(`No longer passing: ${worse.join(", ")}`);
if (!check) writeFileSync(FILE, text);
else if (text !== before) console.error("docs/conformance.md is not up to date: npm run conformance");
process.exitCode = results.length === 0 || failed.length > 0 || (check && text !== before) ? 1 : 0;
