/**
 * What discovery found on bonded peers, by our identity and theirs, with all that is needed to use it again without asking
 * anew. A cache: an entry that does not fit counts as absent, and what fails here costs time and nothing else.
 */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Address, Bytes } from "../../../hci/ports.ts";
import {
  boolean,
  exactly,
  fields,
  integer,
  listOf,
  fitting,
  nullable,
  pattern,
  type Check,
  type Checked,
} from "../check.ts";
import { MAX_CHARACTERISTICS, MAX_SERVICES, time, uuid } from "../rows.ts";
import { idOfAddress } from "./ids.ts";

const handle = integer(1, 0xffff);

const characteristic = fields({
  declaration: handle,
  handle,
  end: handle,
  uuid,
  properties: fields({
    broadcast: boolean,
    read: boolean,
    writeWithoutResponse: boolean,
    write: boolean,
    notify: boolean,
    indicate: boolean,
    authenticatedSignedWrites: boolean,
    extended: boolean,
  }),
  descriptors: listOf(fields({ handle, uuid }), 100),
});

const table = fields({
  services: listOf(
    fields({
      start: handle,
      end: handle,
      uuid,
      included: listOf(fields({ declaration: handle, start: handle, end: handle, uuid }), 100),
      characteristics: listOf(characteristic, MAX_CHARACTERISTICS),
    }),
    MAX_SERVICES,
  ),
});

export const attributeRow = fields({
  v: exactly(1),
  /** Our identity and the peer's. */
  id: pattern(/^(?:public|static)-[\da-f]{12}\.(?:public|static)-[\da-f]{12}$/u, "two identities"),
  at: time,
  /** Database Hash, octets as on the air. */
  hash: nullable(pattern(/^[\da-f]{32}$/u, "16 octets")),
  configured: boolean,
  hashLies: boolean,
  table,
} satisfies Record<string, Check<unknown>>);

export type AttributeRow = Checked<typeof attributeRow>;

/** As the host stack has it. */
export interface StoredTable {
  readonly table: AttributeRow["table"];
  readonly hash: Bytes | undefined;
  readonly configured: boolean;
  readonly hashLies?: boolean;
}

/** Where the rows stand. */
export interface AttributeRows {
  get(id: string): Promise<unknown>;
  put(row: AttributeRow): Promise<void>;
  delete(id: string): Promise<void>;
}

/** Octets. A table of a real device has some ten thousand; the largest that fits the checks has more than a page should keep. */
const MAX_ROW = 1_000_000;

export class AttributeTables {
  readonly #rows: AttributeRows;
  readonly #now: () => number;
  readonly #maxAgeDays: () => Promise<number>;

  /** `maxAgeDays`: older entries count as absent (30 by default, as a person set it). */
  constructor(rows: AttributeRows, now: () => number, maxAgeDays: () => Promise<number>) {
    this.#rows = rows;
    this.#now = now;
    this.#maxAgeDays = maxAgeDays;
  }

  async get(local: Address, peer: Address): Promise<StoredTable | undefined> {
    const row = fitting(attributeRow, await this.#rows.get(idOf(local, peer)));
    if (row === undefined) return undefined;
    const age = (this.#now() - Date.parse(row.at)) / DAY_MS;
    // A hash speaks for itself; without one only age limits how long the word of a server counts.
    if (row.hash === null && !(age >= 0 && age < (await this.#maxAgeDays()))) return undefined;
    const { hash, configured, hashLies } = row;
    return { table: row.table, hash: hash === null ? undefined : fromHex(hash), configured, hashLies };
  }

  async put(local: Address, peer: Address, stored: StoredTable): Promise<void> {
    const row = attributeRow({
      v: 1,
      id: idOf(local, peer),
      at: new Date(this.#now()).toISOString(),
      hash: stored.hash === undefined ? null : toHex(stored.hash),
      configured: stored.configured,
      hashLies: stored.hashLies === true,
      table: stored.table,
    });
    if (JSON.stringify(row).length > MAX_ROW) throw new TypeError("Cannot keep this table: it is too large");
    await this.#rows.put(row);
  }

  delete(local: Address, peer: Address): Promise<void> {
    return this.#rows.delete(idOf(local, peer));
  }
}

const DAY_MS = 86_400_000;

const idOf = (local: Address, peer: Address): string => `${idOfAddress(local)}.${idOfAddress(peer)}`;
