/**
 * `npm run bench [-- NAME …] [--json] [--rounds N] [--write]`: sections of that name, or what holds it in its own name;
 * all by default. `--write` puts whole sections into `docs/performance.md`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Finding, Measurement, Section } from "./findings.ts";
import { DEFAULT_ROUNDS } from "./harness.ts";
import { described, replaced } from "./report.ts";
import { SECTIONS } from "./sections.ts";
import { chart } from "./svg.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const PAGE = join(DOCS, "performance.md");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: String(DEFAULT_ROUNDS) },
    write: { type: "boolean", default: false },
  },
});

function usage(problem: string): never {
  console.error(problem);
  process.exit(64);
}

const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) usage(`Cannot run ${values.rounds} rounds`);

const sections = SECTIONS();

const sectionNames = new Set(sections.map(({ name }) => name));

function wanted({ name, measurements }: Section): readonly Measurement[] {
  if (positionals.length === 0 || positionals.includes(name)) return measurements;
  return measurements.filter((one) =>
    positionals.some((part) => !sectionNames.has(part) && one.name.includes(part)),
  );
}

const chosen = sections
  .map((section) => ({ section, measurements: wanted(section) }))
  .filter(({ measurements }) => measurements.length > 0);
if (chosen.length === 0)
  usage(`Cannot find ${positionals.join(", ")}: there are ${sections.map(({ name }) => name).join(", ")}`);
const partial = chosen.find(({ section, measurements }) => measurements !== section.measurements);
if (values.write && partial !== undefined)
  usage(`Cannot write a part of ${partial.section.name}: name the section`);

/** What else the machine was doing: the mean number of busy threads in the minute before. */
const load = (loadavg()[0] ?? 0).toFixed(1);
const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, load };
const started = performance.now();
if (!values.json) console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, load ${load}`);

/** More than this of the cores busy before we begin: others will be heard in every figure. */
const BUSY = 0.5;
if (Number(load) > BUSY * machine.cores)
  console.error(`The machine is busy (load ${load}): trust ratios only, and none that is near its goal`);

async function attempt(measurement: Measurement): Promise<Finding> {
  try {
    return await measurement.run(rounds);
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    return { kind: "skipped", name: measurement.name, why: "it failed" };
  }
}

/** At once, so that what was measured is not lost with what comes later. */
function write(section: Section, findings: readonly Finding[]): void {
  writeFileSync(PAGE, replaced(readFileSync(PAGE, "utf8"), section, findings));
  for (const finding of findings)
    if (finding.kind === "curve")
      writeFileSync(join(DOCS, "performance", `${finding.file}.svg`), chart(finding));
}

const done: { readonly section: Section; readonly findings: readonly Finding[] }[] = [];
for (const { section, measurements } of chosen) {
  if (!values.json) console.log(`\n# ${section.title}`);
  const findings: Finding[] = [];
  for (const measurement of measurements) {
    const finding = await attempt(measurement);
    findings.push(finding);
    if (!values.json) console.log(described(finding));
  }
  done.push({ section, findings });
  if (values.write) write(section, findings);
}
const seconds = Math.round((performance.now() - started) / 1000);
const at = new Date().toISOString();
if (values.write && done.length === sections.length) {
  const { node, cores, cpu } = machine;
  const line = `Last whole run: Node ${node}, ${cores} × ${cpu}, ${at.slice(0, 10)}, load ${load} when it began, ${seconds} s`;
  writeFileSync(PAGE, readFileSync(PAGE, "utf8").replace(/^Last whole run: .*$/m, line));
}
if (values.json) {
  const results = done.map(({ section: { name, title }, findings }) => ({ name, title, findings }));
  console.log(JSON.stringify({ machine, at, seconds, sections: results }, undefined, 2));
} else {
  console.log(`\n${seconds} s`);
}
process.exit(); // the other host's timers would keep the process
