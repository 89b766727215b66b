/** With whom of those that are heard there is a bond. A record alone is none: a pairing that failed leaves one, too. */
import { lastProof } from "../../bonds/evidence.ts";
import type { BondAdministration, StoredBond } from "../../link/security.ts";
import type { BondRecord } from "../../storage/records.ts";
import { sameValue } from "../../storage/same.ts";
import type { App } from "../app.ts";
import type { BondsView } from "../bonds.ts";

export interface ScanStanding {
  /** There is a key for this identity; where keys cannot be asked for, a bond with it was proven here. */
  readonly bonded: boolean;
  /** Id of the record of it, a bond or not. */
  readonly recordId: string | undefined;
}

const STRANGER: ScanStanding = { bonded: false, recordId: undefined };

/** What the store of keys said last. */
interface KeysSeen {
  readonly localIdentity: string;
  /** Those with a key that nothing speaks against, by peer id. */
  readonly peers: ReadonlySet<string>;
}

/** More changed records than this, and all keys are asked for at once. */
const ONE_BY_ONE = 8;

export class ScanBonds {
  readonly #app: Pick<App, "ports" | "bonds">;
  readonly #onChange: () => void;
  #keys: KeysSeen | null = null;
  /** The records as they were when keys were asked for last. */
  #followed: BondsView;
  /** One question after the other: a late answer must not undo a newer one. */
  #asked: Promise<void> = Promise.resolve();
  #recordsSeen: BondsView | undefined;
  #records: ReadonlyMap<string, BondRecord> = new Map();

  /** `onChange`: a record changed, or what is known of keys was asked anew. */
  constructor(app: Pick<App, "ports" | "bonds">, onChange: () => void) {
    this.#app = app;
    this.#onChange = onChange;
    this.#followed = app.bonds.view.value;
    app.bonds.view.watch(() => void this.#follow());
  }

  /** Asks for all keys again. Never rejects: a locked vault leaves what the records have proven. */
  refresh(): Promise<void> {
    return this.#ask(keysOf);
  }

  /** Whatever makes, proves or removes a bond writes its record, too: only such keys are asked for again. */
  async #follow(): Promise<void> {
    const [before, now] = [this.#followed, this.#app.bonds.view.value];
    this.#followed = now;
    if (before.kind !== "ready" || now.kind !== "ready") return this.refresh();
    const touched = touchedBetween(before.records, now.records);
    if (touched.length === 0) return this.#onChange();
    return this.#ask((bonds) => keysAfter(touched, this.#keys, bonds));
  }

  async #ask(question: (bonds: BondAdministration) => Promise<KeysSeen | null>): Promise<void> {
    const { bonds } = this.#app.ports.backend;
    if (bonds !== undefined) {
      this.#asked = this.#asked.then(async () => {
        this.#keys = await question(bonds);
        this.#recordsSeen = undefined;
      });
      await this.#asked;
    }
    this.#onChange();
  }

  /** `peerId`: the identity behind what is heard, where it is known, else its address. */
  of(peerId: string): ScanStanding {
    const record = this.#recordsNow().get(peerId);
    const bonded = this.#keys?.peers.has(peerId) ?? (record !== undefined && lastProof(record) !== undefined);
    return record === undefined && !bonded ? STRANGER : { bonded, recordId: record?.id };
  }

  #recordsNow(): ReadonlyMap<string, BondRecord> {
    const { value } = this.#app.bonds.view;
    if (value !== this.#recordsSeen) {
      this.#recordsSeen = value;
      this.#records = value.kind === "ready" ? this.#byPeer(value.records.values()) : new Map();
    }
    return this.#records;
  }

  #byPeer(records: Iterable<BondRecord>): ReadonlyMap<string, BondRecord> {
    const { transport } = this.#app.ports.backend.capabilities;
    const own = this.#keys?.localIdentity;
    const found = new Map<string, BondRecord>();
    for (const record of records) {
      const ours = record.transport === transport && (own === undefined || record.localIdentity === own);
      if (ours && record.archived === null && record.platformId !== null)
        found.set(record.platformId, record);
    }
    return found;
  }
}

async function keysOf(bonds: BondAdministration): Promise<KeysSeen | null> {
  try {
    const peers = (await bonds.all()).filter(holds).map(({ peerId }) => peerId);
    return { localIdentity: bonds.localIdentity, peers: new Set(peers) };
  } catch {
    return null;
  }
}

/** What is known after these records changed. Of an identity that is not the one in use now nothing is known. */
async function keysAfter(
  touched: readonly BondRecord[],
  known: KeysSeen | null,
  bonds: BondAdministration,
): Promise<KeysSeen | null> {
  try {
    const own = bonds.localIdentity;
    if (known?.localIdentity !== own) return await keysOf(bonds);
    const ours = touched.filter(({ localIdentity }) => localIdentity === own);
    const ids = new Set(ours.flatMap(({ platformId }) => platformId ?? []));
    if (ids.size > ONE_BY_ONE) return await keysOf(bonds);
    const peers = new Set(known.peers);
    for (const id of ids) {
      const bond = await bonds.bondOf(id);
      if (bond !== undefined && holds(bond)) peers.add(id);
      else peers.delete(id);
    }
    return { localIdentity: own, peers };
  } catch {
    return keysOf(bonds); // one id that cannot be asked for must not hide the keys of the others
  }
}

/** Records that came, went or changed in more than what a person sets, as they were and as they are. */
function touchedBetween(
  before: ReadonlyMap<string, BondRecord>,
  now: ReadonlyMap<string, BondRecord>,
): readonly BondRecord[] {
  const gone = [...before.values()].filter(({ id }) => !now.has(id));
  const changed = [...now.values()].flatMap((record) => {
    const old = before.get(record.id);
    if (old === record) return [];
    if (old === undefined) return [record];
    return sameValue(withoutWishes(old), withoutWishes(record)) ? [] : [old, record];
  });
  return [...gone, ...changed];
}

/** What a person sets: no key comes or goes with it. */
const WISHES: ReadonlySet<string> = new Set<keyof BondRecord>([
  "label",
  "notes",
  "minimumLevel",
  "legacyAllowed",
  "autoConnect",
  "probe",
]);

const withoutWishes = (record: BondRecord) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !WISHES.has(name)));

/** A key of a pairing that nobody ended, or that was tried in vain, is no bond. */
function holds({ state }: StoredBond): boolean {
  return state === "active" || state === "unproven";
}
