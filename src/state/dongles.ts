/** Which dongle a bond is with: said where a device has bonds with several. */
import { deviceOf } from "../bonds/record.ts";
import type { BondRecord } from "../storage/records.ts";
import type { BondsView } from "./bonds.ts";
import type { Surrounding } from "./places.ts";
import { type Readable, Store } from "./store.ts";

/** Words for identities of ours (`BondRecord.localIdentity`) that have to be told apart; none for one without an address. */
export type TellApart = (identities: readonly string[]) => Promise<ReadonlyMap<string, string>>;

const NONE: ReadonlyMap<string, string> = new Map();

export class Dongles {
  /** By the id of a record: the dongle it is with. Empty while no device has bonds with several. */
  readonly told = new Store<ReadonlyMap<string, string>>(NONE);
  readonly #bonds: Readable<BondsView>;
  readonly #tell: TellApart;
  /** For `Places`; null where there are no dongles at all. */
  readonly surrounding: Surrounding | null;
  #turn = 0;

  constructor(bonds: Readable<BondsView>, tell: TellApart, surrounding: Surrounding | null = null) {
    this.#bonds = bonds;
    this.#tell = tell;
    this.surrounding = surrounding;
    bonds.watch(() => void this.refresh());
  }

  /** Looks again: a dongle may have been given another name. */
  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    const bonds = this.#bonds.value;
    const groups = bonds.kind === "ready" ? withSeveral(bonds.records.values()) : [];
    const told = new Map<string, string>();
    for (const records of groups) {
      const words = await this.#words(records.map(({ localIdentity }) => localIdentity));
      for (const { id, localIdentity } of records) {
        const dongle = words.get(localIdentity);
        if (dongle !== undefined) told.set(id, dongle);
      }
    }
    if (turn === this.#turn && !isSame(told, this.told.value)) this.told.set(told);
  }

  /** What to call the dongle of `record` beside the one in use, `own`; empty where nothing can be said of it. */
  async nameBeside({ localIdentity }: BondRecord, own: string): Promise<string> {
    return (await this.#words([localIdentity, own])).get(localIdentity) ?? "";
  }

  /** A name is a help, and nothing stands or falls with it. */
  async #words(identities: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      return await this.#tell([...new Set(identities)].filter((identity) => identity !== ""));
    } catch {
      return NONE;
    }
  }
}

/** The records of each device that has some with different identities of ours. */
function withSeveral(records: Iterable<BondRecord>): readonly (readonly BondRecord[])[] {
  const byDevice = new Map<string, BondRecord[]>();
  for (const record of records) {
    if (record.archived?.why === "removed") continue;
    const device = deviceOf(record);
    const known = byDevice.get(device);
    if (known === undefined) byDevice.set(device, [record]);
    else known.push(record);
  }
  return [...byDevice.values()].filter(([first, ...others]) =>
    others.some(({ localIdentity }) => localIdentity !== first?.localIdentity),
  );
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
