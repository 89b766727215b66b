/** Changes to places: read, make the new row outside of any transaction, write only if nothing came between. */
import type { Changes } from "../changes.ts";
import { sameValue } from "../same.ts";
import { VaultError } from "../vault/ports.ts";
import type { RowChange } from "./key-rows.ts";
import type { BondKeyRow } from "./rows.ts";
import { readPlace, type SealingPorts } from "./sealing.ts";

export interface KeyContext extends SealingPorts {
  readonly changes: Changes;
  /** Milliseconds since 1970. */
  now(): number;
  /** Where a new place stands among all: after the others. */
  nextOrder(): number;
}

export const timeOf = (context: KeyContext): string => new Date(context.now()).toISOString();

/** Another tab, or another call, writes the same place at the same time: more often than this is a fault. */
const ATTEMPTS = 10;

/**
 * Replaces the row by what `change` makes of it, in one strict write; the same row back changes nothing. Resolves with
 * the row that stands afterwards and whether it is another than before. Listeners hear of it.
 */
export async function editPlace(
  context: KeyContext,
  id: string,
  change: (row: BondKeyRow | undefined) => Promise<BondKeyRow | undefined> | BondKeyRow | undefined,
): Promise<{ readonly row: BondKeyRow | undefined; readonly changed: boolean }> {
  const { rows, changes } = context;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await readPlace(rows, id);
    const after = await change(before);
    if (after === undefined || sameValue(before, after)) return { row: before, changed: false };
    const row = { ...after, rev: (before?.rev ?? 0) + 1 };
    const place = { table: "bondKeys", id, expected: before?.rev ?? null, row } as const;
    if (!(await write(context, [place], vaultOf(row)))) continue;
    changes.tell([id], []);
    return { row, changed: true };
  }
  throw new VaultError({ kind: "changed" });
}

/** The vault that sealed what is in the row; null where nothing is. */
export function vaultOf({ active, candidates }: BondKeyRow): string | null {
  return (candidates[0] ?? active)?.keys.vault ?? null;
}

/**
 * False where a row is not what was expected. Rejects with `changed` where the stored vault is not `vault`, by which the
 * rows were sealed: in another tab it was erased.
 */
export async function write(
  { rows, vault: open }: KeyContext,
  changes: readonly RowChange[],
  vault: string | null,
): Promise<boolean> {
  const outcome = await rows.replace(changes, vault);
  if (outcome !== "vault-changed") return outcome === "done";
  open.forget();
  throw new VaultError({ kind: "changed" });
}
