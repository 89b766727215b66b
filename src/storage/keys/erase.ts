/** Ways out that lose keys on purpose. Only a person's act, confirmed, leads here. */
import { Misfit } from "../check.ts";
import { isFields } from "../check.ts";
import { VaultError } from "../vault/ports.ts";
import { VAULT_ID, type VaultRows } from "../vault/vault-row.ts";
import { timeOf, type KeyContext } from "./edit.ts";
import type { KeyRows, RowChange } from "./key-rows.ts";
import { listBonds, type BondListing } from "./listing.ts";
import { bondKeyRow } from "./rows.ts";
import { readablePlaces } from "./sealing.ts";
import { withoutKeys } from "./slots.ts";

const idIn = (raw: unknown): string => (isFields(raw) ? String(raw["id"]) : "");

/** Where the vault keeps its row, and whether anything was sealed by one. */
export function vaultRows(rows: KeyRows): VaultRows {
  return {
    read: () => rows.get("vault", VAULT_ID),
    async replace(row, expected) {
      return (await rows.replace([{ table: "vault", id: VAULT_ID, expected, row }], null)) === "done";
    },
    anySealed: () => anySealed(rows),
  };
}

async function anySealed(rows: KeyRows): Promise<boolean> {
  if ((await rows.all("identities")).length > 0) return true;
  return (await rows.all("bondKeys")).some((raw) => {
    try {
      const { active, candidates } = bondKeyRow(raw);
      return active !== null || candidates.length > 0;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      return true;
    }
  });
}

/** Another tab can write while this one erases; what it sealed goes in the next round. */
const ROUNDS = 5;

/**
 * The way out of a forgotten passphrase: every key, our own identities and the vault go; names, addresses and dates of
 * the bonds stay. Resolves with the devices that have to be paired again. Works while the vault is locked or damaged.
 */
export async function eraseVault(context: KeyContext): Promise<readonly BondListing[]> {
  const { rows, vault, changes } = context;
  const at = timeOf(context);
  const gone = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const raw = await rows.all("bondKeys");
    const places = await readablePlaces(rows, raw);
    const readable = new Set(places.map(({ id }) => id));
    const damaged = raw.map(idIn).filter((id) => !readable.has(id));
    const erased = places.filter(({ active, candidates }) => active !== null || candidates.length > 0);
    const identities = (await rows.all("identities")).map(idIn);
    const written: readonly RowChange[] = [
      { table: "vault", id: VAULT_ID, expected: "any", row: null },
      ...identities.map((id) => ({ table: "identities", id, expected: "any", row: null }) as const),
      ...damaged.map((id) => ({ table: "bondKeys", id, expected: "any", row: null }) as const),
      ...erased.map((row) => {
        const without = { ...withoutKeys(row, at), rev: row.rev + 1 };
        return { table: "bondKeys", id: row.id, expected: "any", row: without } as const;
      }),
    ];
    await rows.replace(written, null);
    for (const id of [...damaged, ...erased.map((row) => row.id)]) gone.add(id);
    if (await anySealed(rows)) continue;
    vault.forget();
    changes.tell([], [...gone]);
    return (await listBonds(context)).filter(({ state }) => state === "erased");
  }
  throw new VaultError({ kind: "changed" });
}

/** For a machine that leaves: everything this program stored, bonds, history and settings included. */
export async function eraseEverything({ rows, vault, changes }: KeyContext): Promise<void> {
  const ids = (await rows.all("bondKeys")).map(idIn);
  await rows.eraseEverything();
  vault.forget();
  changes.tell([], ids);
}
