/** From a preview and a person's choices to what is to be stored, and to what an undo needs. Pure. */
import type { Transport } from "../link/backend.ts";
import type { BondRecord, GattTableRecord, HistoryEntry, Level } from "../storage/records.ts";
import { MAX_NOTES, MAX_SERVICES } from "../storage/rows.ts";
import { sameValue } from "../storage/same.ts";
import { cleanText, octetsOf } from "../storage/text.ts";
import type { ImportPreview, ReadEntry } from "./record-import.ts";

/** `merge` fills what we do not have and keeps the rest; `replace` takes the file's; both add a new record. */
export type ImportChoice = "merge" | "replace" | "skip";

export interface PlanContext {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Id of this browser profile: imported records belong to it, not to the one that wrote the file. */
  readonly profileId: string;
  /** Whether a record comes with its keys: then the device is known here under the same id. Default: none does. */
  readonly comesWithKeys?: (record: BondRecord) => boolean;
}

/** All of it goes into one `BondStore.put(records, history)`: nothing is half imported. Tables are a cache, stored after. */
export interface ImportPlan {
  readonly records: readonly BondRecord[];
  readonly history: readonly HistoryEntry[];
  readonly tables: readonly GattTableRecord[];
  readonly undo: {
    /** To be put back as they were. */
    readonly previous: readonly BondRecord[];
    /** Ids to be deleted. */
    readonly added: readonly string[];
  };
}

/** What is chosen before a person chose: only records we lack come in, and not those that were put away over there. */
export function suggestedChoice(entry: ReadEntry): ImportChoice {
  return entry.state === "new" && entry.record.archived === null ? "merge" : "skip";
}

export function planImport(
  preview: ImportPreview,
  choose: (entry: ReadEntry) => ImportChoice,
  context: PlanContext,
): ImportPlan {
  const records: BondRecord[] = [];
  const history: HistoryEntry[] = [];
  const tables: GattTableRecord[] = [];
  const previous: BondRecord[] = [];
  const added: string[] = [];
  for (const entry of preview.entries) {
    if (entry.state === "rejected") continue;
    const choice = choose(entry);
    if (choice === "skip") continue;
    const { existing } = entry;
    const record = result(entry, choice, preview, context);
    if (existing !== null && sameValue(existing, record)) continue;
    records.push(record);
    history.push({ bondId: record.id, at: context.at, kind: "imported", detail: detailOf(entry, choice) });
    if (existing !== null) {
      previous.push(existing);
      continue;
    }
    added.push(record.id);
    history.push(...entry.history.map(asClaim));
    if (entry.table !== null) tables.push(asHint(entry.table));
  }
  return { records, history, tables, undo: { previous, added } };
}

function result(
  entry: ReadEntry,
  choice: "merge" | "replace",
  preview: ImportPreview,
  context: PlanContext,
): BondRecord {
  const { existing } = entry;
  if (existing !== null && choice === "merge") return merged(existing, entry.record);
  const fresh = imported(entry.record, preview, context);
  if (existing === null) return fresh;
  // A file can neither clear a suspicion nor lower what the person demands of the device.
  const minimumLevel = stricter(existing.minimumLevel, fresh.minimumLevel);
  return { ...fresh, suspect: existing.suspect, minimumLevel, ...legacyOf(existing) };
}

/** A record that starts as `recorded`: nothing is proven, and without its keys the platform does not know it yet. */
function imported(file: BondRecord, preview: ImportPreview, context: PlanContext): BondRecord {
  const { legacyAllowed: _, ...record } = file;
  return {
    ...record,
    localIdentity: identityHere(record.transport, record.localIdentity, context.profileId),
    platformId: context.comesWithKeys?.(file) === true ? file.platformId : null,
    lastSeenAt: null,
    refused: [],
    proofs: [],
    suspect: null,
    archived: null,
    importedFrom: origin(record, preview),
  };
}

/** What a person allowed here for this device; a file allows nothing. */
function legacyOf({ legacyAllowed }: BondRecord): Pick<BondRecord, "legacyAllowed"> {
  return legacyAllowed === undefined ? {} : { legacyAllowed };
}

/** With a dongle it is an address of our own, which is the same everywhere. */
function identityHere(transport: Transport, identity: string, profileId: string): string {
  return transport === "dongle" || transport === "simulator" ? identity : `${transport}:${profileId}`;
}

/** Where it came from and what was claimed there, as data to show. */
function origin(record: BondRecord, { exportedAt, appVersion }: ImportPreview): string {
  const newest = record.proofs.map((proof) => proof.at).reduce((a, b) => (a > b ? a : b), "");
  const claim = newest === "" ? "no proof" : `${record.proofs.length} proofs, the last ${newest}`;
  return `bondkeeper.records ${exportedAt} by ${appVersion} (claims ${claim})`.slice(0, 500);
}

/** What we know stays; what we lack is filled. Evidence is never merged. */
function merged(mine: BondRecord, theirs: BondRecord): BondRecord {
  return {
    ...mine,
    name: mine.name === "" ? theirs.name : mine.name,
    label: mine.label ?? theirs.label,
    notes: bothNotes(mine.notes, theirs.notes),
    profile: mine.profile ?? theirs.profile,
    services: [...new Set([...mine.services, ...theirs.services])].slice(0, MAX_SERVICES),
    probe: mine.probe ?? theirs.probe,
    minimumLevel: stricter(mine.minimumLevel, theirs.minimumLevel),
  };
}

/** Ours first; the file's after it, unless they are in there already or there is no room. */
function bothNotes(mine: string, theirs: string): string {
  if (theirs === "" || mine.includes(theirs)) return mine;
  const both = mine === "" ? theirs : `${mine}\n${theirs}`;
  return octetsOf(both) <= MAX_NOTES ? both : mine;
}

const ORDER: readonly (Level | null)[] = [null, "encrypted", "authenticated", "secure"];

function stricter(a: Level | null, b: Level | null): Level | null {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

function detailOf(entry: ReadEntry, choice: "merge" | "replace"): string {
  return entry.existing === null ? "added" : choice === "merge" ? "merged" : "replaced";
}

/** Another installation's history must not read as ours. */
function asClaim(entry: HistoryEntry): HistoryEntry {
  return { ...entry, detail: cleanText(`From the file: ${entry.detail}`.trimEnd(), 1_000) };
}

/** For display until the device was discovered here: a forged table must never pass for a valid cache. */
function asHint(table: GattTableRecord): GattTableRecord {
  return { ...table, databaseHash: null, firmwareRevision: null, serviceChanged: true };
}
