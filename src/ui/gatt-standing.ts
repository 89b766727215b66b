/** The words for what an attribute table is worth, and for the rule that decided. */
import { type TemplateResult, html, nothing } from "lit";
import type { TableStanding } from "../state/gatt-table.ts";
import type { CacheVerdict } from "../storage/cache.ts";
import { age, exactTime } from "./age.ts";

type Rule = CacheVerdict["by"];
type Asked = Extract<TableStanding, { readonly kind: "asked" }>;
type Stored = Extract<TableStanding, { readonly kind: "stored" }>;

export interface StandingContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly maxAgeDays: number;
  /** The person could connect and so ask the device. */
  readonly connectable: boolean;
  readonly reconnect: () => void;
}

/** Above the tree: whether it shows what the device offers now, and how much a stored one can be trusted. */
export function standingNote(standing: TableStanding, context: StandingContext): TemplateResult {
  switch (standing.kind) {
    case "none":
      return html`<p class=${standing.why === "never-asked" ? "" : "note warn"}>
        ${NONE[standing.why]}${context.connectable ? " Connect, and the device is asked." : ""}
      </p>`;
    case "asked":
      return standing.outdated ? outdated(context) : asked(standing, context);
    case "stored":
      return stored(standing, context);
  }
}

const NONE = {
  "never-asked": "Nothing is known yet of what it offers.",
  damaged:
    "The stored table was damaged. It was set aside as it was found, and is not used. The device list shows it.",
  unreadable: "The stored table cannot be read just now.",
} as const;

function outdated({ reconnect }: StandingContext): TemplateResult {
  return html`<div class="note warn" role="status">
    <p><b>This table is out of date.</b></p>
    <p>The device has changed what it offers while it was connected. The connection must be made anew to see it.</p>
    <p class="row"><button @click=${reconnect}>Connect anew</button></p>
  </div>`;
}

function asked({ kept }: Asked, { now }: StandingContext): TemplateResult {
  const { before, verdict } = kept;
  const current = html`<b>As the device shows it now.</b> Asked on this connection.`;
  if (before === null) return html`<p>${current}</p>`;
  const held = verdict.verdict === "valid";
  return html`<p>
    ${current} The table stored ${when(before.at, now)} ${held ? "still held" : "no longer held, and was replaced"}:
    ${ASKED[verdict.by](held)}${verdict.by === "firmware-revision" && !held ? revisions(kept) : nothing}.
  </p>`;
}

/** Why a stored table held or not, once the device was asked. */
const ASKED: Readonly<Record<Rule, (held: boolean) => string>> = {
  absent: () => "there was none",
  "database-hash": (held) =>
    held ? "the device’s Database Hash is the same" : "the device’s Database Hash is another one",
  "service-changed": () => "the device had said that it changed",
  "not-bonded": () => "no bond was proven",
  "firmware-revision": (held) =>
    held ? "firmware and structure are the same" : "the firmware is another one",
  structure: (held) =>
    held
      ? "the device shows the same again"
      : "the device shows something else, and gave no other sign of a change",
  age: (held) => (held ? "it was young enough" : "it was too old"),
};

function revisions({ before, now }: Asked["kept"]): TemplateResult {
  return html`, <bdi>${now.firmwareRevision}</bdi> after <bdi>${before?.firmwareRevision}</bdi>`;
}

function stored({ table, verdict }: Stored, context: StandingContext): TemplateResult {
  const valid = verdict.verdict === "valid";
  const ask = context.connectable ? " Connect, and the device is asked anew." : "";
  return html`<div class=${valid ? "note" : "note warn"}>
    <p><b>${valid ? "This is the stored table, not what the device says now." : "This stored table may be out of date."}</b></p>
    <p>It was stored ${when(table.at, context.now)}. ${because(verdict, context.maxAgeDays)}${ask}</p>
  </div>`;
}

/** Without a link only these can decide: the device's own word, the bond, the age. */
function because({ verdict, by, ageDays }: CacheVerdict, maxAgeDays: number): string {
  const limit = maxAgeDays === 1 ? "1 day" : `${maxAgeDays} days`;
  switch (by) {
    case "service-changed":
      return "The device has said since that it changed.";
    case "not-bonded":
      return "No bond stands proven, so the device owes nobody word of a change.";
    case "age":
      if (verdict === "valid") return `Nothing speaks against it, and it is younger than ${limit}.`;
      return ageDays === null
        ? "That lies in the future, so its age cannot be told."
        : `A table counts as old after ${limit}.`;
    case "absent":
    case "database-hash":
    case "firmware-revision":
    case "structure":
      return `Decided by the ${RULES[by]}.`;
  }
}

function when(at: string, now: number): TemplateResult {
  return html`<time datetime=${at} title=${exactTime(at)}>${age(at, now)}</time>`;
}

const RULES = {
  "database-hash": "Database Hash",
  "service-changed": "Service Changed",
  "not-bonded": "bond",
  "firmware-revision": "firmware revision",
  structure: "structure",
  age: "age",
  absent: "lack of a table",
} as const satisfies Readonly<Record<Rule, string>>;

const RANKED: readonly (readonly [Rule, string])[] = [
  ["database-hash", "The Database Hash: a number that the device makes of its own table."],
  ["service-changed", "Service Changed: the device says by itself that something changed."],
  ["not-bonded", "The bond: without one a device need not remember whom to tell."],
  ["firmware-revision", "The firmware revision, where it may be read."],
  ["structure", "The structure: what is seen now against what was stored."],
  ["age", "The age: days set under Settings."],
];

/** The rules in their order, with the one that decided. */
export function standingRules(standing: TableStanding): TemplateResult | typeof nothing {
  const by = ruleOf(standing);
  if (by === null) return nothing;
  return html`<details>
    <summary>Decided by: ${RULES[by]}</summary>
    <p>The first of these that can tell decides whether a stored table still holds:</p>
    <ol>
      ${RANKED.map(([rule, words]) =>
        rule === by ? html`<li><b>${words}</b> This one decided.</li>` : html`<li>${words}</li>`,
      )}
    </ol>
  </details>`;
}

function ruleOf(standing: TableStanding): Rule | null {
  switch (standing.kind) {
    case "none":
      return null;
    case "stored":
      return standing.verdict.by;
    case "asked":
      if (standing.outdated) return "service-changed";
      return standing.kept.before === null ? null : standing.kept.verdict.by;
  }
}
