/** The steps before the link: is there a radio, may we reach the peer, do we know it. */
import type { Availability, Peer } from "../link/backend.ts";
import { DeviceError, type Failure, failureOf } from "../link/failure.ts";
import { isFull } from "../storage/ports.ts";
import type { BondRecord } from "../storage/records.ts";
import { warnBeforeRecord } from "./elsewhere.ts";
import type { EnsureTarget } from "./ensure.ts";
import { lastProof } from "./evidence.ts";
import { mayHaveMoved } from "./own-keys.ts";
import { matchPeer, newRecord } from "./record.ts";
import type { Run } from "./run.ts";
import { end } from "./verdict.ts";

type ChosenTarget = Extract<EnsureTarget, { readonly peer: Peer }>;

/** Reads the record before anything else: without a readable store nothing may be decided. */
export async function load(run: Run): Promise<void> {
  if ("peer" in run.target) return;
  const record = await run.ports.stores.bonds.get(run.target.bondId);
  if (record === undefined) {
    if (run.options.mode === "check") return;
    throw end("usage", "bad-parameters", "fix-call");
  }
  if (record.archived?.why === "removed") throw end("usage", "bad-parameters", "fix-call");
  if (record.transport !== run.transport) throw end("unsupported", "other-transport", "use-other-browser");
  run.stored = record;
  // A repair that was cut short left the old bond set aside: it counts as what it was.
  run.record = record.archived === null ? record : { ...record, archived: null };
  run.persisted = true;
}

export async function requireAdapter(run: Run): Promise<void> {
  await run.steps.run("adapter", async (signal) => {
    const answer: Availability = await run.ports.backend.availability(signal);
    switch (answer.state) {
      case "ready":
        return;
      case "adapter-missing":
        throw new DeviceError({ kind: "adapter", state: "missing" });
      case "adapter-off":
        throw new DeviceError({ kind: "adapter", state: "off" });
      case "adapter-lost":
        throw new DeviceError({ kind: "adapter", state: "lost" });
      case "vault-locked":
        throw new DeviceError({ kind: "vault-locked" });
      case "api-missing":
        throw new DeviceError({ kind: "api-missing", why: answer.why });
      case "blocked":
        throw new DeviceError({ kind: "blocked", by: answer.by });
    }
  });
}

/** Finds the peer without a person where the platform remembers it, else asks for the chooser. */
export async function reachPeer(run: Run): Promise<void> {
  if (run.hasPeer) return run.steps.skip("permission", "satisfied");
  const record = run.recordOrNone;
  if (record === undefined) return run.steps.skip("permission", "not-needed");
  run.peer = await run.steps.run("permission", (signal) => findPeer(run, record, signal));
}

async function findPeer(run: Run, record: BondRecord, signal: AbortSignal): Promise<Peer> {
  const { prompts } = run.options;
  const peers = await run.ports.backend.known(signal);
  const byId = peers.find((peer) => peer.id === record.platformId);
  if (byId !== undefined) return byId;
  const direct = record.platformId === null ? undefined : run.ports.backend.reach?.(record.platformId);
  if (direct !== undefined) return direct;
  const namesakes = peers.filter((peer) => record.name !== "" && peer.name === record.name);
  const only = namesakes.length === 1 ? namesakes[0] : undefined;
  if (only !== undefined && (await confirmed(run, record, only, signal))) return only;
  if (prompts?.choosePeer === undefined) throw end("permission", "needs-chooser", "choose-again");
  return chooseAgain(run, record, signal);
}

async function chooseAgain(run: Run, record: BondRecord, signal: AbortSignal): Promise<Peer> {
  const chosen = await run.options.prompts?.choosePeer?.(record, signal);
  if (chosen === undefined) throw end("permission", "needs-chooser", "choose-again");
  if (chosen.id === record.platformId || (await confirmed(run, record, chosen, signal))) return chosen;
  throw end("cancelled", "by-person", "choose-again");
}

/**
 * Brings up the link. A device that was removed in the system's settings stays known to the page, but only a new choice
 * makes the system look for it: where a pairing is due anyway, the person is asked for that choice. A bond that was
 * proven and is only verified stays what it is, out of reach.
 */
export async function connectPeer(run: Run): Promise<void> {
  const { connectAttempts: attempts, connectPauseMs: pauseMs } = run.manner;
  const connect = (): Promise<void> =>
    run.steps.runRepeating("connect", (signal) => run.connect(signal), { attempts, pauseMs });
  try {
    await connect();
  } catch (error) {
    const gone = isDropped(failureOf(error)) && pairingIsDue(run);
    if (!gone && !mayHaveMoved(run, error)) throw error;
    run.peer = await run.steps.run("permission", (signal) => chooseAgain(run, run.record, signal));
    await connect();
  }
}

/** The system knows nothing of the device any more. */
function isDropped(failure: Failure): boolean {
  return (
    failure.kind === "device-gone" || (failure.kind === "unreachable" && failure.detail === "out-of-range")
  );
}

function pairingIsDue({ options, recordOrNone }: Run): boolean {
  if (options.prompts?.choosePeer === undefined || recordOrNone === undefined) return false;
  return options.mode === "repair" || (options.mode === "ensure" && lastProof(recordOrNone) === undefined);
}

/** An id that changed is not a new device, and a name is no proof of the same one: a person decides. */
async function confirmed(run: Run, record: BondRecord, peer: Peer, signal: AbortSignal): Promise<boolean> {
  if ((await run.options.prompts?.confirmIdentity?.(record, peer, signal)) !== true) return false;
  run.record = { ...record, platformId: peer.id };
  run.note("identity-confirmed");
  return true;
}

export async function recognise(run: Run): Promise<void> {
  if (run.recordOrNone !== undefined) {
    run.evidence = "recorded";
    return run.steps.skip("known", "satisfied");
  }
  await run.steps.run("known", async (signal) => {
    if (!("peer" in run.target)) throw end("not-valid", "no-record", "run-ensure");
    run.record = await recordOf(run, run.target, signal);
    run.evidence = "recorded";
  });
}

async function recordOf(run: Run, target: ChosenTarget, signal: AbortSignal): Promise<BondRecord> {
  const { peer, services } = target;
  const { bonds } = run.ports.stores;
  await bonds.byPlatformId(peer.id); // rejects for a record of this device that cannot be read: it is not "none"
  const own = run.keys?.localIdentity;
  const records = (await bonds.all()).filter(
    ({ localIdentity }) => own === undefined || localIdentity === own,
  );
  const match = matchPeer(records, peer, services, run.transport);
  const asked = match.kind === "ask" && (await confirmed(run, match.record, peer, signal));
  if (match.kind === "same-id" || (match.kind === "ask" && asked)) {
    run.stored = match.record;
    run.persisted = true;
    return adopt(match.record, target);
  }
  if (run.options.mode === "check") throw end("not-valid", "no-record", "run-ensure");
  await warnBeforeRecord(run, signal);
  return remember(run, target);
}

/** What a new choice adds to a known record: the id of today, services it may use now, a probe if there was none. */
function adopt(record: BondRecord, { peer, services, probe }: ChosenTarget): BondRecord {
  const all = [...new Set([...record.services, ...services])];
  const adopted = { ...record, platformId: peer.id, services: all, probe: record.probe ?? probe };
  const same =
    adopted.platformId === record.platformId &&
    adopted.probe === record.probe &&
    all.length === record.services.length;
  return same ? record : adopted;
}

/** A chosen device is remembered at once: whoever chose it expects to find it in the list, proven or not. */
async function remember(run: Run, target: ChosenTarget): Promise<BondRecord> {
  const { surroundings, stores } = run.ports;
  const { profileId } = await stores.settings.get();
  const record = newRecord({
    id: surroundings.newId(),
    at: run.now(),
    transport: run.transport,
    localIdentity: run.keys?.localIdentity ?? `${run.transport}:${profileId}`,
    ...target,
  });
  run.record = record;
  run.note("added");
  try {
    await stores.bonds.put([record], run.history);
  } catch (error) {
    // Before anything is paired over keys of ours, a person is asked whether to go on with what cannot be kept.
    if (run.keys === undefined || !isFull(error)) throw error;
    return record;
  }
  run.history.length = 0;
  run.stored = record;
  run.remembered = true;
  run.persisted = true;
  return record;
}
