/** With whom of those that are heard there is a bond. A record alone is none: a pairing that failed leaves one, too. */
import { lastProof } from "../../bonds/evidence.ts";
import type { BondAdministration, StoredBond } from "../../link/security.ts";
import type { BondRecord } from "../../storage/records.ts";
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

export class ScanBonds {
  readonly #app: Pick<App, "ports" | "bonds">;
  readonly #onChange: () => void;
  #keys: KeysSeen | null = null;
  #recordsSeen: BondsView | undefined;
  #records: ReadonlyMap<string, BondRecord> = new Map();

  /** `onChange`: what is known of keys was asked anew. */
  constructor(app: Pick<App, "ports" | "bonds">, onChange: () => void) {
    this.#app = app;
    this.#onChange = onChange;
    // Whatever makes, proves or removes a bond writes its record, too.
    app.bonds.view.watch(() => void this.refresh());
  }

  /** Asks for the keys again. Never rejects: a locked vault leaves what the records have proven. */
  async refresh(): Promise<void> {
    const { bonds } = this.#app.ports.backend;
    this.#keys = bonds === undefined ? null : await keysOf(bonds);
    this.#recordsSeen = undefined;
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

/** A key of a pairing that nobody ended, or that was tried in vain, is no bond. */
function holds({ state }: StoredBond): boolean {
  return state === "active" || state === "unproven";
}
