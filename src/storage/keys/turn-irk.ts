/** An imported identity key that a file had the wrong way round. What is heard on the air says so, never the file. */
import { reversed, toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { editPlace, type KeyContext } from "./edit.ts";
import type { BondKeyRow, KeyFacts, Slot } from "./rows.ts";
import { restOf, sealSlot, withSecrets } from "./sealing.ts";
import { slotsInOrder } from "./slots.ts";

/** `irk` in wire order, lower-case hex. Null where nothing, or both orders, spoke. */
export type JudgeIrk = (irk: string) => "as-is" | "reversed" | null;

/**
 * Turns round the imported identity keys of one place that `judge` finds reversed, and marks them as matched, in one
 * write. Nothing changes where one key of the place is right as it is, for a key that was made here, and for one that
 * was matched before. Every other key, state and proof stays. Resolves with whether something changed; rejects with
 * `locked`, and with `unreadable` for a damaged row.
 */
export async function turnIrkOf(context: KeyContext, id: string, judge: JudgeIrk): Promise<boolean> {
  const { changed } = await editPlace(context, id, async (row) => {
    if (row === undefined) return row;
    const turned = new Set<number>();
    for (const slot of slotsInOrder(row)) {
      const order = await withSecrets(context, row, slot, ({ irk }) => irk && judge(toHex(irk)));
      if (order === "as-is") return row;
      const { imported } = slot.facts;
      if (order === "reversed" && imported !== null && imported.irkMatched !== true)
        turned.add(slot.generation);
    }
    return turned.size === 0 ? row : withTurned(context, row, turned);
  });
  return changed;
}

async function withTurned(
  context: KeyContext,
  row: BondKeyRow,
  turned: ReadonlySet<number>,
): Promise<BondKeyRow> {
  const { active } = row;
  const candidates = [];
  for (const candidate of row.candidates) {
    const again = turned.has(candidate.generation)
      ? await resealed(context, row, candidate, "candidate")
      : {};
    candidates.push({ ...candidate, ...again });
  }
  const isTurned = active !== null && turned.has(active.generation);
  return { ...row, candidates, active: isTurned ? await resealed(context, row, active, "active") : active };
}

function resealed(
  context: KeyContext,
  row: BondKeyRow,
  slot: Slot,
  kind: "active" | "candidate",
): Promise<Slot> {
  return withSecrets(context, row, slot, async (secrets) => {
    const { generation, provenAt } = slot;
    const irk: Bytes | null = secrets.irk && reversed(secrets.irk);
    const rest = await restOf(context, row, slot);
    const contents = { generation, facts: matched(slot.facts), secrets: { ...secrets, irk }, rest, provenAt };
    try {
      return await sealSlot(context.vault, row, kind, contents);
    } finally {
      irk?.fill(0);
    }
  });
}

function matched(facts: KeyFacts): KeyFacts {
  return { ...facts, imported: facts.imported && { ...facts.imported, irkMatched: true } };
}
