/**
 * `npm run coverage`: how much of hci/ the unit and conformance tests reach, folder by folder, and every line with a
 * branch that none of them takes. `--all` adds the other hosts, the captures and a tenth of the fuzzing; `--json` gives
 * the same as data.
 */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { byFolder, parseLcov, percent } from "./support/lcov.ts";

const root = join(import.meta.dirname, "..");
const PLACES = ["test/unit/**/*.test.ts", "test/conformance/*.test.ts"];
const MORE = [
  "test/interop/*.test.ts",
  "test/matrix/*.test.ts",
  "test/traces/*.test.ts",
  "test/fuzz.test.ts",
];
const places = process.argv.includes("--all") ? [...PLACES, ...MORE] : PLACES;
const files = globSync(places, { cwd: root });
// Only what can reach hci/; the rest of the product has tests of its own
const relevant = files.filter(
  (path) => readFileSync(join(root, path), "utf8").match(/hci\/|fuzz\//) !== null,
);

const folder = mkdtempSync(join(tmpdir(), "coverage-"));
const report = join(folder, "lcov.info");
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [
    "--test",
    "--experimental-test-coverage",
    "--test-timeout=300000",
    "--test-coverage-include=hci/**/*.ts",
    "--test-reporter=lcov",
    `--test-reporter-destination=${report}`,
    "--test-reporter=dot",
    "--test-reporter-destination=stdout",
    ...relevant,
  ],
  { cwd: root, encoding: "utf8", env: { ...process.env, FUZZ_CASES: "100000" } },
);
const covered = parseLcov(readFileSync(report, "utf8"));
rmSync(folder, { recursive: true });
// A file that no test even loads does not appear in the report; one that only declares types cannot
const never = globSync("hci/**/*.ts", { cwd: root })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !covered.some((file) => file.path === path) && hasCode(path));

function hasCode(path: string): boolean {
  const stripped = stripTypeScriptTypes(readFileSync(join(root, path), "utf8"));
  return stripped.replaceAll(/\/\*[^]*?\*\/|\/\/.*|^import .*;|^export \{\};/gm, "").trim() !== "";
}

if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ files: covered, never }, undefined, 2));
} else {
  for (const { name, lines, branches } of byFolder(covered)) {
    console.log(
      `${name.padEnd(24)} lines ${percent(lines).padStart(7)}  branches ${percent(branches).padStart(7)}`,
    );
  }
  console.log("\nBranches that no test takes:");
  for (const { path, openBranches } of covered) {
    if (openBranches.length > 0) console.log(`${path}: ${openBranches.join(", ")}`);
  }
  for (const path of never) console.log(`${path}: no test loads it`);
}
if (status !== 0)
  console.error(`${stdout}\n${stderr}\nSome tests failed: the figures are those of an unfinished run`);
process.exitCode = status === 0 && covered.length > 0 ? 0 : 1;
