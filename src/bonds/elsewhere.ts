/** A device that keeps few bonds may give up the one it has with another adapter of ours: a person is asked first. */
import type { BondRecord } from "../storage/records.ts";
import { lastProof } from "./evidence.ts";
import type { Run } from "./run.ts";
import { end } from "./verdict.ts";

/**
 * Before the device is remembered for this adapter: a no leaves the store as it was. Where a key for it is here already
 * that one is tried first, and may make a pairing needless.
 */
export async function warnBeforeRecord(run: Run, signal: AbortSignal): Promise<void> {
  const other = await otherBond(run);
  if (other === undefined) return;
  const stored = await run.keys?.bondOf(run.peer.id);
  if (stored !== undefined && stored.state !== "erased") return;
  run.requirePerson();
  await ask(run, other, signal);
}

/** Before anything is paired, once in a run. */
export async function warnBeforePairing(run: Run, signal: AbortSignal): Promise<void> {
  const { record, replaced, warnedOfOthers } = run;
  if (warnedOfOthers || replaced !== undefined || lastProof(record) !== undefined) return;
  const other = await otherBond(run);
  if (other !== undefined) await ask(run, other, signal);
}

async function otherBond({ ports, peer, transport, keys }: Run): Promise<BondRecord | undefined> {
  if (keys === undefined) return undefined;
  const known = await ports.stores.bonds.byPlatformId(peer.id);
  return known.find(
    (record) =>
      record.transport === transport &&
      record.localIdentity !== keys.localIdentity &&
      record.archived?.why !== "removed",
  );
}

async function ask(run: Run, other: BondRecord, signal: AbortSignal): Promise<void> {
  const goOn = await run.options.prompts?.confirmElsewhere?.(other, signal);
  if (goOn === undefined) throw end("unsupported", "other-adapter", "check-adapter");
  if (!goOn) throw end("cancelled", "by-person", "retry");
  run.warnedOfOthers = true;
}
