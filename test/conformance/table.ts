/** Which cases of the Bluetooth test suites pass: pure, from the list of ids and what the tests said. */

/** One case that this host answers to. */
export interface Case {
  readonly id: string;
  readonly purpose: string;
  /** The Core versions it belongs to, as `<=6.1` or `>=6.3`; all where left out. */
  readonly core?: string;
  /** Why it does not concern this host. */
  readonly notApplicable?: string;
}

/** One test that ran. */
export interface Verdict {
  readonly name: string;
  readonly verdict: "pass" | "fail" | "skipped";
}

export type Status = "pass" | "fail" | "not applicable" | "missing";

export interface Row extends Case {
  readonly status: Status;
  /** Of `not applicable` and `missing`. */
  readonly why: string;
  readonly gate: boolean;
}

/** What conformance is claimed for. */
export const CORE = 6.2;

const ID = /\b(?:SM|GATT|GAP|L2CAP)(?:\/[A-Z0-9]+)+\/B[VI]-\d+-C\b/g;

/** Groups and cases without which nothing is released. */
const GATE: readonly RegExp[] = [
  /^SM\/(CEN|PER)\/(PROT|JW|PKE|OOB|SCJW|SCPK|SCOB|KDU|EKS|PIS)\//,
  /^GATT\/CL\/(GAC|GAD|GAW|GAN|GAI|GAS|GAT)\//,
  /^GATT\/CL\/GAR\/(BV-\d+|BI-0[1-5])-C$/,
  /^GAP\/BOND\/BON\//,
  /^GAP\/SEC\/AUT\/BV-(17|19|21)-C$/,
  /^GAP\/SEC\/SEM\/BV-(45|62|65)-C$/,
  /^GAP\/CONN\/PRDA\/BV-02-C$/,
  /^L2CAP\/LE\/(CPU\/BV-02|CPU\/BI-01|REJ\/BI-02|CID\/BI-01)-C$/,
];

export function idsIn(name: string): readonly string[] {
  return name.match(ID) ?? [];
}

function outsideCore(core: string | undefined): string | undefined {
  const [, relation, version] = /^([<>]=)(\d+\.\d+)$/.exec(core ?? "") ?? [];
  if (version === undefined) return undefined;
  const inside = relation === ">=" ? CORE >= Number(version) : CORE <= Number(version);
  return inside ? undefined : `only ${relation === ">=" ? "from" : "up to"} Core ${version}`;
}

function rowOf(one: Case, verdicts: readonly Verdict[]): Row {
  const gate = GATE.some((group) => group.test(one.id));
  const known = { ...one, gate };
  const failed = verdicts.some(({ verdict }) => verdict === "fail");
  const passed = verdicts.some(({ verdict }) => verdict === "pass");
  if (failed) return { ...known, status: "fail", why: "" };
  const outside = one.notApplicable ?? outsideCore(one.core);
  if (outside !== undefined) {
    const tested = passed ? "; tested all the same, and passes" : "";
    return { ...known, status: "not applicable", why: outside + tested };
  }
  if (passed) return { ...known, status: "pass", why: "" };
  const why = verdicts.length > 0 ? "its test was skipped" : "no test bears this id";
  return { ...known, status: "missing", why };
}

/** One row per case. Throws when a test bears an id that no suite has. */
export function rowsOf(cases: readonly Case[], verdicts: readonly Verdict[]): readonly Row[] {
  const byId = new Map<string, Verdict[]>(cases.map(({ id }) => [id, []]));
  for (const verdict of verdicts) {
    for (const id of new Set(idsIn(verdict.name))) {
      const list = byId.get(id);
      if (list === undefined) throw new Error(`Cannot count ${id}: it is not in ids.json`);
      list.push(verdict);
    }
  }
  return cases.map((one) => rowOf(one, byId.get(one.id) ?? []));
}

const STATUSES = ["pass", "fail", "not applicable", "missing"] as const;

function counts(rows: readonly Row[]): string {
  return STATUSES.map((status) => rows.filter((row) => row.status === status).length).join(" | ");
}

function suiteOf({ id }: Case): string {
  return id.split("/")[0] ?? "";
}

function groupOf({ id }: Case): string {
  return id.split("/").slice(0, -2).join("/");
}

function table(rows: readonly Row[]): readonly string[] {
  return [
    "",
    "| Case | Purpose | Result |",
    "|---|---|---|",
    ...rows.map(({ id, purpose, status, why, gate }) => {
      const detail = why === "" ? "" : `: ${why}`;
      return `| ${id}${gate ? " ●" : ""} | ${purpose} | ${status === "pass" ? status : `**${status}**`}${detail} |`;
    }),
  ];
}

/** Whether everything that a release needs passes; what does not concern this host does not hinder it. */
export function openGate(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ gate, status }) => gate && (status === "fail" || status === "missing"));
}

/** docs/conformance.md */
export function markdown(rows: readonly Row[]): string {
  const suites = Map.groupBy(rows, suiteOf);
  const open = openGate(rows);
  const gated = rows.filter(({ gate }) => gate);
  return [
    "# Conformance",
    "",
    `Cases of the Bluetooth SIG test suites that this host answers to, for Core ${CORE.toFixed(1)}. Made by`,
    "`npm run conformance` from the names of the tests in `test/conformance`; do not edit. Purposes are our own words,",
    "the suites decide. These are our tests and not a qualification: they play the suite's tester in memory.",
    "",
    `| Suite | ${STATUSES.join(" | ")} |`,
    "|---|---|---|---|---|",
    ...[...suites].map(([suite, own]) => `| ${suite} | ${counts(own)} |`),
    `| all | ${counts(rows)} |`,
    "",
    "## Release gate",
    "",
    open.length === 0
      ? `Open: all ${gated.length} cases marked ● pass or do not apply.`
      : `**Closed**: ${open.length} of the ${gated.length} cases marked ● do not pass: ${open.map(({ id }) => id).join(", ")}.`,
    ...[...Map.groupBy(rows, groupOf)].flatMap(([group, own]) => ["", `## ${group}`, ...table(own)]),
    "",
  ].join("\n");
}

/** What changed for the worse: cases that passed in `before` and do not now. */
export function regressions(before: string, rows: readonly Row[]): readonly string[] {
  const passed = new Set([...before.matchAll(/^\| (\S+-C)(?: ●)? \| .* \| pass/gm)].map(([, id]) => id));
  return rows.filter(({ id, status }) => passed.has(id) && status !== "pass").map(({ id }) => id);
}
