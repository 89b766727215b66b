/**
 * `npm run fuzz -- [--seed N] [--cases N] [--only NAME] [--failures N]`: prints the seed of every failure, and
 * `--only NAME --seed N --cases 1` brings that one case back.
 */
import { parseArgs } from "node:util";
import { TARGETS } from "./targets.ts";
import { runWatched } from "./watched.ts";

const DEFAULT_CASES = 1_000_000;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    cases: { type: "string", default: String(DEFAULT_CASES) },
    only: { type: "string", multiple: true },
    failures: { type: "string", default: "1" },
  },
});

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`Cannot use --${name} ${text}: a whole number is needed`);
  process.exit(64);
}

const unknown = (values.only ?? []).filter((wanted) => !TARGETS.some(({ name }) => name === wanted));
if (unknown.length > 0) {
  console.error(`Cannot fuzz ${unknown.join(", ")}: known are ${TARGETS.map(({ name }) => name).join(", ")}`);
  process.exit(64);
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : whole("seed", values.seed);
const inputs = whole("cases", values.cases);
console.log(`seed ${seed}, ${inputs} cases`);

const outcomes = await runWatched(
  {
    seed,
    inputs,
    maxFailures: whole("failures", values.failures),
    ...(values.only === undefined ? {} : { only: values.only }),
  },
  ({ target, cases, inputs: done, ms, slowestMs, slowestSeed, failures }) => {
    const slowest = `slowest ${slowestMs.toFixed(1)} ms (seed ${slowestSeed})`;
    console.log(
      `${target.padEnd(14)} ${done} cases in ${cases} conversations, ${(ms / 1000).toFixed(1)} s, ${slowest}`,
    );
    for (const failure of failures) {
      console.log(
        `FAILED ${failure.target}: npm run fuzz -- --only ${failure.target} --seed ${failure.seed} --cases 1`,
      );
      console.log(failure.error);
    }
  },
);
const failed = outcomes.flatMap(({ failures }) => failures).length;
const sum = outcomes.reduce((all, outcome) => all + outcome.inputs, 0);
console.log(`${sum} cases, ${failed} failures, seed ${seed}`);
process.exitCode = failed === 0 && sum > 0 ? 0 : 1;
