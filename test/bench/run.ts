/** `npm run bench [-- NAME …] [--json] [--rounds N]`: contests whose name holds one of the names; all by default. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { CONTESTS } from "./contests.ts";
import type { Result } from "./harness.ts";
import { compete, DEFAULT_ROUNDS, described } from "./harness.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: String(DEFAULT_ROUNDS) },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`Cannot run ${values.rounds} rounds`);
  process.exit(64);
}
const wanted = CONTESTS().filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
if (wanted.length === 0) {
  console.error(
    `Cannot find ${positionals.join(", ")}: there are ${CONTESTS()
      .map(({ name }) => name)
      .join("; ")}`,
  );
  process.exit(64);
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length };
if (!values.json) console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}`);
const results: Result[] = [];
for (const contest of wanted) {
  const result = await compete(contest, rounds);
  results.push(result);
  if (!values.json) console.log(described(result));
}
if (values.json)
  console.log(JSON.stringify({ machine, at: new Date().toISOString(), results }, undefined, 2));
process.exit(0); // the other host's timers would keep the process
