/** What the key store needs of a database or a file: rows by id, and one atomic write. */

import { StorageError } from "../ports.ts";
import type { VaultRow } from "../vault/vault-row.ts";
import type { AdapterRow, BondKeyRow, IdentityRow } from "./rows.ts";

export type KeyTable = "vault" | "adapters" | "identities" | "bondKeys";

export interface TableRows {
  readonly vault: VaultRow;
  readonly adapters: AdapterRow;
  readonly identities: IdentityRow;
  readonly bondKeys: BondKeyRow;
}

export type RowChange = {
  readonly [Table in KeyTable]: {
    readonly table: Table;
    readonly id: string;
    /** Revision of the row it replaces; null: there must be none; `any`: whatever is there. */
    readonly expected: number | null | "any";
    /** Null deletes. */
    readonly row: TableRows[Table] | null;
  };
}[KeyTable];

/** A row that cannot be read or does not decrypt. */
export interface DamagedRow {
  readonly table: Exclude<KeyTable, "vault">;
  readonly id: string;
  readonly reason: string;
  readonly raw: unknown;
}

/** Every call rejects with StorageError where the store cannot be used. Rows are not checked here. */
export interface KeyRows {
  get(table: KeyTable, id: string): Promise<unknown>;
  /** In the order of their ids. */
  all(table: KeyTable): Promise<readonly unknown[]>;
  /** Rows of `bondKeys` of one identity, in their own order. */
  ofLocal(adapter: string, local: string): Promise<readonly unknown[]>;
  ofPeer(peer: string): Promise<readonly unknown[]>;
  /** By entries of `places`: those that begin with `type` and a space, in order. */
  ofType(type: string): Promise<readonly unknown[]>;
  /** The row at `position` of `ofType`, from 0, found without reading the others; undefined beyond the end. */
  nthOfType(type: string, position: number): Promise<unknown>;
  /**
   * All changes or none, on disk when it resolves. `conflict`: a row has another revision than expected. `vault-changed`:
   * the stored vault has another name than `vault`; null does not ask. Nothing was written then.
   */
  replace(
    changes: readonly RowChange[],
    vault: string | null,
  ): Promise<"done" | "conflict" | "vault-changed">;
  /** Writes as much as a bond takes and leaves nothing of it. Rejects where the disk has no room for that. */
  tryWrite(): Promise<void>;
  /** Keeps copies and reports them. The rows stay where they are. Never rejects. */
  setAside(damaged: readonly DamagedRow[]): Promise<void>;
  /** Deletes everything the program stores here, readable or not. */
  eraseEverything(): Promise<void>;
}

/** Whether `row`, as it stands, may be replaced under `expected`. */
export function isExpected(row: unknown, expected: RowChange["expected"]): boolean {
  if (expected === "any") return true;
  if (row === undefined) return expected === null;
  return typeof row === "object" && row !== null && "rev" in row && row.rev === expected;
}

/** Whether `row` is the vault of this name. */
export function isVault(row: unknown, name: string): boolean {
  return typeof row === "object" && row !== null && "vault" in row && row.vault === name;
}

export function unreadableRow({ table, id, reason }: DamagedRow): StorageError {
  return new StorageError({ kind: "unreadable", detail: `${table} ${id}: ${reason}` });
}
