/** Records that came in with a file go out again. */
import type { ImportPlan } from "../formats/import-plan.ts";
import type { BondStore } from "../storage/ports.ts";
import { sameValue } from "../storage/same.ts";

/**
 * Takes back what still is as the import left it: a proof or a name that came since is not thrown away. Resolves with how
 * many records stay for that.
 */
export async function undoImport(
  bonds: Pick<BondStore, "get" | "put" | "delete">,
  { records, undo }: ImportPlan,
): Promise<number> {
  const untouched = new Set<string>();
  for (const record of records) {
    if (sameValue(await bonds.get(record.id), record)) untouched.add(record.id);
  }
  await bonds.put(undo.previous.filter(({ id }) => untouched.has(id)));
  for (const id of undo.added) if (untouched.has(id)) await bonds.delete(id);
  return records.length - untouched.size;
}

export const exceptFor = (kept: number): string =>
  kept === 0 ? "" : `, except for ${kept} that changed since`;
