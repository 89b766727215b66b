/** Attribute tables over IndexedDB: a cache, so a damaged entry counts as absent, and is reported. */
import type { Database } from "./open.ts";
import type { GattStore } from "./ports.ts";
import { keyIn, sift, type Quarantine } from "./quarantine.ts";
import type { GattTableRecord } from "./records.ts";
import { gattRow } from "./rows.ts";
import { storable } from "./storable.ts";

const rowId = keyIn("bondId");
const BOTH = ["gatt", "gattPrevious"] as const;

export class IndexedGatt implements GattStore {
  readonly #database: Database;
  readonly #quarantine: Quarantine;

  constructor(database: Database, quarantine: Quarantine) {
    this.#database = database;
    this.#quarantine = quarantine;
  }

  get(bondId: string): Promise<GattTableRecord | undefined> {
    return this.#get("gatt", bondId);
  }

  previous(bondId: string): Promise<GattTableRecord | undefined> {
    return this.#get("gattPrevious", bondId);
  }

  async put(record: GattTableRecord): Promise<void> {
    const row = storable("attribute table", gattRow, record);
    await this.#database.write([...BOTH, "quarantine"], "relaxed", async (tx) => {
      const standing: unknown = await tx.objectStore("gatt").get(row.bondId);
      const { fits, found } = sift("gatt", standing === undefined ? [] : [standing], gattRow, rowId);
      await this.#quarantine.keepCopies(tx, found);
      const [before] = fits;
      await tx.objectStore("gatt").put(row);
      if (before !== undefined && before.structureHash !== row.structureHash) {
        await tx.objectStore("gattPrevious").put(before);
      }
    });
  }

  async clear(bondId: string): Promise<"removed" | "not-found"> {
    const count = await this.#database.write(BOTH, "relaxed", async (tx) => {
      const keys = await Promise.all(BOTH.map(async (name) => tx.objectStore(name).getKey(bondId)));
      await Promise.all(BOTH.map(async (name) => tx.objectStore(name).delete(bondId)));
      return keys.filter((key) => key !== undefined).length;
    });
    return count > 0 ? "removed" : "not-found";
  }

  clearAll(): Promise<number> {
    return this.#database.write(BOTH, "relaxed", async (tx) => {
      const keys = await Promise.all(BOTH.map(async (name) => tx.objectStore(name).getAllKeys()));
      await Promise.all(BOTH.map(async (name) => tx.objectStore(name).clear()));
      return new Set(keys.flat()).size;
    });
  }

  async #get(store: (typeof BOTH)[number], bondId: string): Promise<GattTableRecord | undefined> {
    const row: unknown = await this.#database.read([store], (tx) => tx.objectStore(store).get(bondId));
    const { fits, found } = sift("gatt", row === undefined ? [] : [row], gattRow, rowId);
    await this.#quarantine.setAside(found);
    return fits[0];
  }
}
