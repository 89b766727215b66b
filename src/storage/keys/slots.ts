/** Which of a place's keys counts, and what becomes of the others. Pure: rows in, rows out. */
import { placeId } from "./ids.ts";
import type { SlotState } from "./record.ts";
import { MAX_CANDIDATES, type BondKeyRow, type Candidate, type Slot } from "./rows.ts";

const isPending = ({ state }: Candidate): boolean => state === "half-bond" || state === "unproven";

/**
 * The key to encrypt with next: the newest that waits for its proof, else the proven one, else the newest of all.
 * A place with keys always has one: a failed proof must not make a bonded peer look like a stranger.
 */
export function currentSlot({ active, candidates }: BondKeyRow): Slot | null {
  return candidates.find(isPending) ?? active ?? candidates[0] ?? null;
}

/** Every key of the place, in the order in which to try them. */
export function slotsInOrder(row: BondKeyRow): readonly Slot[] {
  const { active, candidates } = row;
  const rest = candidates.filter((candidate) => !isPending(candidate));
  return [...candidates.filter(isPending), ...(active === null ? [] : [active]), ...rest];
}

export function stateOf(row: BondKeyRow, slot: Slot): SlotState {
  return row.candidates.find(({ generation }) => generation === slot.generation)?.state ?? "active";
}

/** Puts a new key before the others. What a peer may still hold stays: the oldest that failed goes first. */
export function withCandidate(row: BondKeyRow, added: Candidate): BondKeyRow {
  const candidates = [added, ...row.candidates];
  while (candidates.length > MAX_CANDIDATES) {
    const gone = candidates.findLastIndex((candidate) => !isPending(candidate));
    candidates.splice(gone === -1 ? candidates.length - 1 : gone, 1);
  }
  const generations = Math.max(row.generations, added.generation);
  return settled({ ...row, candidates, generations, erasedAt: null });
}

/** A place without keys yet. */
export function emptyRow(
  { adapter, local, peer }: Pick<BondKeyRow, "adapter" | "local" | "peer">,
  name: string,
  order: number,
): BondKeyRow {
  return {
    v: 1,
    id: placeId(adapter, local, peer),
    rev: 0,
    adapter,
    local,
    peer,
    order,
    name,
    generations: 0,
    active: null,
    candidates: [],
    places: [],
    erasedAt: null,
  };
}

/** The key of `active` encrypted a connection: every other one is released. */
export function withProven(row: BondKeyRow, active: Slot): BondKeyRow {
  return settled({ ...row, active, candidates: [] });
}

/** The key that was active still encrypts: those that were to replace it did not reach the peer. They are kept. */
export function withActiveProven(row: BondKeyRow, at: string): BondKeyRow {
  const { active, candidates } = row;
  if (active === null) return row;
  return settled({
    ...row,
    active: { ...active, provenAt: at },
    candidates: candidates.map((candidate) =>
      isPending(candidate) ? { ...candidate, state: "failed" } : candidate,
    ),
  });
}

/** The key to try next is given up, and the one before it counts again. It is kept: only a proof or a person ends it. */
export function withoutCurrent(row: BondKeyRow): BondKeyRow {
  const index = row.candidates.findIndex(isPending);
  return withState(row, index, "failed");
}

/** The newest key that was given up since the last proof waits for its proof again: nothing spoke for the others. */
export function withReconsidered(row: BondKeyRow): BondKeyRow {
  const [newest] = row.candidates;
  return newest?.state === "failed" ? withState(row, 0, "unproven") : row;
}

/** The key of this generation counts from now on, whatever came after it. */
export function withCurrent(row: BondKeyRow, generation: number): BondKeyRow {
  const isActive = row.active?.generation === generation;
  const index = row.candidates.findIndex((candidate) => candidate.generation === generation);
  if (!isActive && index === -1) return row;
  return settled({
    ...row,
    candidates: row.candidates.map((candidate, i) => {
      if (!isActive && i === index)
        return isPending(candidate) ? candidate : { ...candidate, state: "unproven" };
      const comesBefore = isActive || i < index;
      return comesBefore && isPending(candidate) ? { ...candidate, state: "failed" } : candidate;
    }),
  });
}

/** The pairing that made the newest key ended well on our side. */
export function withPairingEnded(row: BondKeyRow): BondKeyRow {
  const index = row.candidates.findIndex(isPending);
  return row.candidates[index]?.state === "half-bond" ? withState(row, index, "unproven") : row;
}

export function withoutKeys(row: BondKeyRow, at: string): BondKeyRow {
  return settled({ ...row, active: null, candidates: [], erasedAt: row.erasedAt ?? at });
}

function withState(row: BondKeyRow, index: number, state: Candidate["state"]): BondKeyRow {
  const candidates = row.candidates.map((candidate, i) =>
    i === index ? { ...candidate, state } : candidate,
  );
  return settled({ ...row, candidates });
}

/** Index entries by which keys are found by type, in an order that never changes. */
export function placesOf(types: readonly string[], order: number): readonly string[] {
  return types.map((type) => `${type} ${String(order).padStart(16, "0")}`);
}

function settled(row: BondKeyRow): BondKeyRow {
  return { ...row, places: placesOf(currentSlot(row)?.facts.types ?? [], row.order) };
}
