/** Rows with keys over IndexedDB. */
import type { Database, Transaction } from "../open.ts";
import type { Found, Quarantine } from "../quarantine.ts";
import { VAULT_ID } from "../vault/vault-row.ts";
import type { AttributeRows } from "./attribute-tables.ts";
import {
  isExpected,
  isVault,
  type DamagedRow,
  type KeyRows,
  type KeyTable,
  type RowChange,
} from "./key-rows.ts";
import { emptyRow } from "./slots.ts";

const EVERYTHING = [
  "bonds",
  "gatt",
  "gattPrevious",
  "history",
  "settings",
  "quarantine",
  "vault",
  "adapters",
  "identities",
  "bondKeys",
  "firmware",
  "attributes",
] as const;

/** More than a bond takes with a key beside it. */
const BOND_OCTETS = 4_096;
const FILLER_ID = "room";
const FILLER = { adapter: FILLER_ID, local: FILLER_ID, peer: FILLER_ID } as const;

/** Rows of attribute tables; a write may be lost with the power, for the table is discovered again. */
export function indexedAttributes(database: Database): AttributeRows {
  return {
    get: (id) => database.read<unknown>(["attributes"], (tx) => tx.objectStore("attributes").get(id)),
    async put(row) {
      await database.write(["attributes"], "relaxed", (tx) => tx.objectStore("attributes").put(row));
    },
    async delete(id) {
      await database.write(["attributes"], "relaxed", (tx) => tx.objectStore("attributes").delete(id));
    },
  };
}

export class IndexedKeyRows implements KeyRows {
  readonly #database: Database;
  readonly #quarantine: Quarantine;

  constructor(database: Database, quarantine: Quarantine) {
    this.#database = database;
    this.#quarantine = quarantine;
  }

  get(table: KeyTable, id: string): Promise<unknown> {
    return this.#database.read([table], (tx) => tx.objectStore(table).get(id));
  }

  all(table: KeyTable): Promise<readonly unknown[]> {
    return this.#database.read<readonly unknown[]>([table], (tx) => tx.objectStore(table).getAll());
  }

  ofLocal(adapter: string, local: string): Promise<readonly unknown[]> {
    const range = IDBKeyRange.bound([adapter, local], [adapter, local, []]);
    return this.#database.read<readonly unknown[]>(["bondKeys"], (tx) =>
      tx.objectStore("bondKeys").index("by-local").getAll(range),
    );
  }

  ofPeer(peer: string): Promise<readonly unknown[]> {
    return this.#database.read<readonly unknown[]>(["bondKeys"], (tx) =>
      tx.objectStore("bondKeys").index("by-peer").getAll(peer),
    );
  }

  ofType(type: string): Promise<readonly unknown[]> {
    return this.#database.read<readonly unknown[]>(["bondKeys"], (tx) =>
      tx.objectStore("bondKeys").index("by-type").getAll(rangeOf(type)),
    );
  }

  nthOfType(type: string, position: number): Promise<unknown> {
    return this.#database.read<unknown>(["bondKeys"], async (tx) => {
      const cursor = await tx.objectStore("bondKeys").index("by-type").openCursor(rangeOf(type));
      const there = position === 0 ? cursor : await cursor?.advance(position);
      return there?.value;
    });
  }

  replace(
    changes: readonly RowChange[],
    vault: string | null,
  ): Promise<"done" | "conflict" | "vault-changed"> {
    const tables = [...new Set<KeyTable>(["vault", ...changes.map(({ table }) => table)])];
    return this.#database.write(tables, "strict", async (tx) => {
      const standing: unknown = await tx.objectStore("vault").get(VAULT_ID);
      if (vault !== null && !isVault(standing, vault)) return "vault-changed";
      const rows: readonly unknown[] = await Promise.all(
        changes.map(async ({ table, id }) => tx.objectStore(table).get(id)),
      );
      if (!changes.every(({ expected }, i) => isExpected(rows[i], expected))) return "conflict";
      await Promise.all(changes.map(async (change) => apply(tx, change)));
      return "done";
    });
  }

  async tryWrite(): Promise<void> {
    // A transaction without a write ends well on a full disk. Nobody sees the row: it goes within the same transaction.
    await this.#database.write(["bondKeys"], "strict", async (tx) => {
      const store = tx.objectStore("bondKeys");
      await store.put({ ...emptyRow(FILLER, "\u00a0".repeat(BOND_OCTETS), 0), id: FILLER_ID });
      await store.delete(FILLER_ID);
    });
  }

  setAside(damaged: readonly DamagedRow[]): Promise<void> {
    return this.#quarantine.setAside(damaged.map(foundOf));
  }

  eraseEverything(): Promise<void> {
    return this.#database.write(EVERYTHING, "strict", async (tx) => {
      await Promise.all(EVERYTHING.map(async (store) => tx.objectStore(store).clear()));
    });
  }
}

const rangeOf = (type: string): IDBKeyRange => IDBKeyRange.bound(`${type} `, `${type} \uffff`);

function foundOf({ table, id, reason, raw }: DamagedRow): Found {
  return { store: table, rowKey: id, reason, raw };
}

async function apply(tx: Transaction<"readwrite">, change: RowChange): Promise<void> {
  if (change.row === null) {
    await tx.objectStore(change.table).delete(change.id);
    return;
  }
  switch (change.table) {
    case "vault":
      await tx.objectStore(change.table).put(change.row);
      break;
    case "adapters":
      await tx.objectStore(change.table).put(change.row);
      break;
    case "identities":
      await tx.objectStore(change.table).put(change.row);
      break;
    case "bondKeys":
      await tx.objectStore(change.table).put(change.row);
      break;
  }
}
