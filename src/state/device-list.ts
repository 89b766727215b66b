/** The device list: every record as a row, searched, filtered and sorted; quick with ten thousand of them. */
import { type BondState, lastProof, NOT_CONNECTED, stateOf } from "../bonds/evidence.ts";
import { deviceOf, displayName } from "../bonds/record.ts";
import { purgeBond, restoreBond } from "../bonds/remove.ts";
import type { StorageFailure } from "../storage/ports.ts";
import type { BondRecord, Quarantined } from "../storage/records.ts";
import type { App } from "./app.ts";
import { addressWords } from "./address-words.ts";
import { serviceName, shortUuid } from "./assigned-numbers.ts";
import { storageFailure } from "./bonds.ts";
import { profileOf } from "./profiles.ts";
import { Store } from "./store.ts";

/** One bond, or one record that is none yet. A device has a row for each of its bonds. */
export interface DeviceRow {
  readonly id: string;
  /** The same in all rows of one device. */
  readonly device: string;
  /** May be empty; hostile text. */
  readonly name: string;
  readonly state: BondState;
  /** What it is, in one short phrase of ours. */
  readonly kind: string;
  /** Its address, where another device in the list has the same name and the address is known; else empty. */
  readonly address: string;
  /** The dongle it is bonded with, where it is bonded with several; else empty. */
  readonly dongle: string;
  readonly provenAt: string | null;
  readonly lastSeenAt: string | null;
  readonly createdAt: string;
  readonly imported: boolean;
  /** What a search looks into. */
  readonly text: string;
}

export const FILTERS = ["all", "suspect", "proven-now", "proven", "recorded", "archived"] as const;
export type Filter = (typeof FILTERS)[number];
export const SORTS = ["attention", "name", "proof", "added"] as const;
export type Sort = (typeof SORTS)[number];

export type ListView =
  | { readonly kind: "loading" }
  | { readonly kind: "unreadable"; readonly failure: StorageFailure }
  | {
      readonly kind: "ready";
      /** Those that fit search and filter, in order. */
      readonly rows: readonly DeviceRow[];
      /** How many records each filter has; `all` leaves the archived ones out. */
      readonly counts: Readonly<Record<Filter, number>>;
      /** How many devices these are; without those that have nothing but archived records. */
      readonly devices: number;
      readonly query: string;
      readonly filter: Filter;
      readonly sort: Sort;
      readonly quarantined: readonly Quarantined[];
    };

/** A row is made anew only when this changes. */
interface MadeFrom {
  readonly record: BondRecord;
  readonly since: string | null;
  readonly dongle: string;
  readonly address: string;
}

interface Made extends MadeFrom {
  readonly row: DeviceRow;
}

export class DeviceList {
  readonly view = new Store<ListView>({ kind: "loading" });
  readonly app: App;
  #query = "";
  #filter: Filter = "all";
  #sort: Sort = "attention";
  #scheduled = false;
  /** In the order last shown: sorting what is nearly sorted is cheap. */
  #rows: readonly DeviceRow[] = [];
  #made: ReadonlyMap<string, Made> = new Map();

  constructor(app: App) {
    this.app = app;
    app.bonds.view.watch(() => this.#refresh());
    app.live.links.watch(() => this.#soon());
    app.dongles.told.watch(() => this.#soon());
    this.#refresh();
  }

  search(query: string): void {
    this.#query = query.slice(0, 200);
    this.#show();
  }

  show(filter: Filter): void {
    this.#filter = filter;
    this.#show();
  }

  sortBy(sort: Sort): void {
    this.#sort = sort;
    this.#show();
  }

  async restore(id: string): Promise<void> {
    const { notices, ports } = this.app;
    await this.#attempt(async () => {
      if (await restoreBond(id, ports)) notices.done(`${this.#nameOf(id)} is back in the list`);
    });
  }

  /** Final; the caller has asked. */
  async purge(id: string, signal: AbortSignal): Promise<void> {
    const { notices, ports } = this.app;
    const name = this.#nameOf(id);
    await this.#attempt(async () => {
      if (await purgeBond(id, ports, signal)) notices.done(`${name} was deleted for good`);
    });
  }

  /** Final; the caller has asked. */
  async discard(quarantinedId: string): Promise<void> {
    await this.#attempt(() => this.app.bonds.discardQuarantined(quarantinedId));
  }

  async saveQuarantined(rows: readonly Quarantined[]): Promise<void> {
    const { page, ports } = this.app;
    const { printQuarantine } = await import("../formats/quarantine-json.ts");
    const exportedAt = new Date(ports.surroundings.now()).toISOString();
    const text = printQuarantine(rows, { exportedAt, appVersion: ports.appVersion });
    page.save(`bondkeeper-damaged-${exportedAt.slice(0, 10)}.json`, "application/json", text);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.app.notices.problem(`That did not work: the storage answered "${storageFailure(error).kind}"`);
    }
  }

  #nameOf(id: string): string {
    return this.#made.get(id)?.row.name || "The device";
  }

  /** Links come and go in bursts: one look at all rows per frame is enough. */
  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.app.page.schedule(() => {
      this.#scheduled = false;
      this.#refresh();
    });
  }

  #refresh(): void {
    const bonds = this.app.bonds.view.value;
    if (bonds.kind !== "ready") {
      this.view.set(bonds);
      return;
    }
    const made = new Map<string, Made>();
    const shared = sharedNames(bonds.records.values());
    for (const [id, record] of bonds.records) {
      const since = this.app.live.links.value.get(id) ?? null;
      const dongle = this.app.dongles.told.value.get(id) ?? "";
      const address = shared.has(displayName(record)) ? (addressWords(record.platformId ?? "") ?? "") : "";
      const known = this.#made.get(id);
      const from = { record, since, dongle, address };
      made.set(id, known !== undefined && isMadeFrom(known, from) ? known : { ...from, row: rowOf(from) });
    }
    const kept = this.#rows.flatMap(({ id }) => made.get(id)?.row ?? []);
    const fresh = [...made].filter(([id]) => !this.#made.has(id)).map(([, { row }]) => row);
    this.#made = made;
    this.#rows = [...kept, ...fresh];
    this.#show();
  }

  #show(): void {
    const bonds = this.app.bonds.view.value;
    if (bonds.kind !== "ready") return;
    this.#rows = this.#rows.toSorted(ORDER[this.#sort]);
    const words = searchable(this.#query).split(/\s+/).filter(Boolean);
    const rows = this.#rows.filter(
      (row) => fits(row, this.#filter) && words.every((word) => row.text.includes(word)),
    );
    this.view.set({
      kind: "ready",
      rows,
      counts: countsOf(this.#rows),
      devices: devicesIn(this.#rows),
      query: this.#query,
      filter: this.#filter,
      sort: this.#sort,
      quarantined: bonds.quarantined,
    });
  }
}

const isMadeFrom = (known: Made, { record, since, dongle, address }: MadeFrom): boolean =>
  known.record === record && known.since === since && known.dongle === dongle && known.address === address;

/** What several devices are called, those that were put away left out. */
function sharedNames(records: Iterable<BondRecord>): ReadonlySet<string> {
  const devices = new Map<string, string>();
  const shared = new Set<string>();
  for (const record of records) {
    if (record.archived !== null) continue;
    const [name, device] = [displayName(record), deviceOf(record)];
    const first = devices.get(name) ?? device;
    if (first === device) devices.set(name, device);
    else shared.add(name);
  }
  return shared;
}

function rowOf({ record, since, dongle, address }: MadeFrom): DeviceRow {
  const name = displayName(record);
  const profile = profileOf(record.profile);
  const services = record.services.map((uuid) => serviceName(uuid) ?? shortUuid(uuid));
  const kind = profile?.name ?? services[0] ?? "";
  return {
    id: record.id,
    device: deviceOf(record),
    name,
    state: stateOf(record, since === null ? NOT_CONNECTED : { connectedSince: since }),
    kind,
    address,
    dongle,
    provenAt: lastProof(record)?.at ?? null,
    lastSeenAt: record.lastSeenAt,
    createdAt: record.createdAt,
    imported: record.importedFrom !== null,
    text: searchable([name, record.name, record.notes, kind, address, dongle, ...services].join(" ")),
  };
}

/** Lower case, without accents: "Gerät" is found by "gerat". */
function searchable(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

function fits(row: DeviceRow, filter: Filter): boolean {
  return filter === "all" ? row.state.kind !== "archived" : row.state.kind === filter;
}

function countsOf(rows: readonly DeviceRow[]): Record<Filter, number> {
  const counts = { all: 0, suspect: 0, "proven-now": 0, proven: 0, recorded: 0, archived: 0 };
  for (const { state } of rows) {
    counts[state.kind]++;
    if (state.kind !== "archived") counts.all++;
  }
  return counts;
}

function devicesIn(rows: readonly DeviceRow[]): number {
  return new Set(rows.filter((row) => fits(row, "all")).map(({ device }) => device)).size;
}

const RANK: Readonly<Record<BondState["kind"], number>> = {
  suspect: 0,
  "proven-now": 1,
  recorded: 2,
  proven: 3,
  archived: 4,
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const byName = (a: DeviceRow, b: DeviceRow): number => compare(a.text, b.text) || compare(a.id, b.id);

const ORDER: Readonly<Record<Sort, (a: DeviceRow, b: DeviceRow) => number>> = {
  attention: (a, b) => RANK[a.state.kind] - RANK[b.state.kind] || byName(a, b),
  name: byName,
  // Newest first; never proven last.
  proof: (a, b) => compare(b.provenAt ?? "", a.provenAt ?? "") || byName(a, b),
  added: (a, b) => compare(b.createdAt, a.createdAt) || byName(a, b),
};
