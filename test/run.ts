/**
 * Every test, by one command: `node test/run.ts [unit|e2e|screenshots] [-- what Playwright understands]`.
 * The last line counts; the exit status is 1 when something failed, and in CI when something was skipped.
 */
import { runBrowser } from "./support/run-browser.ts";
import { runUnit } from "./support/run-unit.ts";
import { IN_CI } from "./support/requirements.ts";
import { countsOf, sumOf, type Tally } from "./support/tally.ts";

const PARTS: Readonly<Record<string, readonly ((args: readonly string[]) => Promise<Tally>)[]>> = {
  all: [runUnit, (args) => runBrowser("e2e", args)],
  unit: [runUnit],
  e2e: [(args) => runBrowser("e2e", args)],
  screenshots: [(args) => runBrowser("screenshots", args)],
};

async function attempt(
  part: (args: readonly string[]) => Promise<Tally>,
  args: readonly string[],
): Promise<Tally> {
  const started = Date.now();
  try {
    return await part(args);
  } catch (error) {
    console.error(error);
    return { name: "broken off", passed: 0, failed: 1, skipped: [], ms: Date.now() - started };
  }
}

const [name = "all", ...rest] = process.argv.slice(2);
const parts = PARTS[name];
if (parts === undefined) {
  console.error(`Cannot run "${name}": known are ${Object.keys(PARTS).join(", ")}`);
  process.exit(64);
}
const tallies: Tally[] = [];
for (const part of parts) tallies.push(await attempt(part, rest));

console.log("");
for (const tally of tallies) {
  console.log(`${tally.name.padEnd(12)} ${countsOf(tally)} in ${Math.round(tally.ms / 1000)} s`);
  for (const line of tally.skipped) console.log(`  skipped  ${line}`);
}
const sum = sumOf(tallies, IN_CI);
console.log(countsOf(sum));
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
