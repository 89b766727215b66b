/** Findings as lines for a person, and as the tables of `docs/performance.md`. */
import type { Count, Curve, Finding, Section, Table } from "./findings.ts";
import { duration, figure, grouped } from "./figures.ts";
import type { Compared, Result } from "./harness.ts";

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function goalOf({ goal, verdict }: Compared): string {
  return goal === undefined ? "" : `≤ ${goal.toPrecision(2).replace(/\.0$/, "")}: ${String(verdict)}`;
}

function ratioOf({ ratio, ratioLow, ratioHigh }: Compared): string {
  const digits = ratio < 0.1 ? 3 : 2;
  return `${ratio.toFixed(digits)} (${ratioLow.toFixed(digits)} to ${ratioHigh.toFixed(digits)})`;
}

/** A contest has shaken so much that only large differences mean something. */
const SHAKY = 0.2;

function noiseOf({ noise }: Result): string {
  return noise > SHAKY ? `${percent(noise)}, noisy` : percent(noise);
}

export function countVerdict({ ours, limit }: Count): string {
  return ours <= limit ? "reached" : "not reached";
}

/** One finding as lines for a person. */
export function described(finding: Finding): string {
  const title = `${finding.name}${"note" in finding && finding.note !== undefined ? ` (${finding.note})` : ""}`;
  switch (finding.kind) {
    case "skipped":
      return `${title}\n  skipped: ${finding.why}`;
    case "count":
      return `${title}\n  ${finding.ours} ${finding.unit}; ${finding.against}: ${finding.limit}, ${countVerdict(finding)}`;
    case "table":
      return [title, ...finding.rows.map((row) => `  ${row.join("  ")}`)].join("\n");
    case "curve":
      return [
        title,
        ...finding.series.map(
          ({ name, points }) =>
            `  ${name}: ${points.map(([x, y]) => `${x} → ${y.toPrecision(3)}`).join(", ")} (${finding.across} → ${finding.up})`,
        ),
      ].join("\n");
    case "contest": {
      const { ours, others, rounds } = finding;
      const line = (name: string, middle: number, spread: number, more: string): string =>
        `  ${name.padEnd(30)} ${duration(middle).padStart(10)} ± ${percent(spread).padEnd(5)} ${more}`.trimEnd();
      return [
        title,
        line(ours.name, ours.median, ours.spread, `noise ${noiseOf(finding)}, ${rounds} rounds`),
        ...others.map((other) =>
          line(other.name, other.median, other.spread, `ratio ${ratioOf(other)} ${goalOf(other)}`),
        ),
      ].join("\n");
    }
  }
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(...head), row(...head.map(() => "---")), ...rows.map((cells) => row(...cells))].join("\n");
}

function contestRows(result: Result): string[][] {
  const { name, ours, others } = result;
  return others.map((other, i) => [
    i === 0 ? name : "",
    i === 0 ? `${duration(ours.median)} ± ${percent(ours.spread)}` : "",
    other.name,
    `${duration(other.median)} ± ${percent(other.spread)}`,
    ratioOf(other),
    i === 0 ? noiseOf(result) : "",
    goalOf(other),
  ]);
}

function countRow(count: Count): string[] {
  const { name, ours, unit, limit, against } = count;
  return [name, `${ours} ${unit}`, against, String(limit), countVerdict(count)];
}

function ownTable({ name, note, head, rows }: Table): string {
  return [`**${name}**${note === undefined ? "" : `: ${note}`}`, table(head, rows)].join("\n\n");
}

/** The picture, and its points for whoever wants figures. */
function pictured({ name, file, note, across, up, series }: Curve): string {
  const counts = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const rows = counts.map((x) => [
    grouped(x),
    ...series.map(({ points }) => {
      const y = points.find(([at]) => at === x)?.[1];
      return y === undefined ? "" : figure(y);
    }),
  ]);
  return [
    `![${name}](performance/${file}.svg)`,
    note === undefined ? "" : `${note}.`,
    table([`${across} → ${up}`, ...series.map((one) => one.name)], rows),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What stands between the marks of one section. */
export function markdown(findings: readonly Finding[]): string {
  const of = <K extends Finding["kind"]>(kind: K) =>
    findings.filter((finding): finding is Extract<Finding, { kind: K }> => finding.kind === kind);
  const contests = of("contest");
  const counts = of("count");
  const notes = [...contests, ...counts].flatMap(({ name, note }) =>
    note === undefined ? [] : [`- ${name}: ${note}.`],
  );
  const timed = ["What", "Ours", "Beside", "", "Ratio (quarters)", "Noise", "Goal"];
  const counted = ["Counted", "Ours", "Beside", "", "Goal"];
  return [
    contests.length > 0 ? table(timed, contests.flatMap(contestRows)) : "",
    counts.length > 0 ? table(counted, counts.map(countRow)) : "",
    notes.join("\n"),
    ...of("table").map(ownTable),
    ...of("curve").map(pictured),
    of("skipped")
      .map(({ name, why }) => `- ${name}: not measured, ${why}.`)
      .join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

const begin = (name: string): string => `<!-- bench ${name} -->`;
const end = (name: string): string => `<!-- end of ${name} -->`;

/** The page with one section replaced. Throws when the page has no place for it. */
export function replaced(page: string, { name }: Section, findings: readonly Finding[]): string {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(end(name));
  if (from < 0 || to < from) throw new Error(`Cannot write ${name}: the page has no place for it`);
  return `${page.slice(0, from + begin(name).length)}\n\n${markdown(findings)}\n\n${page.slice(to)}`;
}

const WRITTEN = /<!-- bench (\w+) -->.*?<!-- end of \1 -->|^Last whole run: .*$/gms;
/** Not a part of a name: "P-256". Groups of three digits have a space between. */
const FIGURE = /(?<![\w.-])\d{1,3}(?: \d{3})+(?!\d)|(?<![\w.-])\d+(?:\.\d+)?/g;

/** Figures of the page's own text that are in nothing that the bench wrote. */
export function strayFigures(page: string): readonly string[] {
  const measured = new Set((page.match(WRITTEN) ?? []).flatMap((part) => part.match(FIGURE) ?? []));
  const prose = page.replaceAll(WRITTEN, "").replaceAll(/`[^`]*`/g, "");
  return (prose.match(FIGURE) ?? []).filter((figure) => !measured.has(figure));
}
