/**
 * The steps on the link where the keys are ours: verify by encrypting with the stored key before anything else is asked,
 * else pair, then prove by a new link that is encrypted with the key read back from the store.
 */
import { DeviceError, failureOf } from "../link/failure.ts";
import type { PairingPrompts } from "../link/pairing.ts";
import type {
  BondAdministration,
  DevicePolicy,
  Encrypted,
  LinkBonding,
  PairOutcome,
  StoredBond,
} from "../link/security.ts";
import { warnBeforePairing } from "./elsewhere.ts";
import { strongest, withProof } from "./evidence.ts";
import type { ResultReason } from "./result.ts";
import { settling, type Run } from "./run.ts";
import { end, verifyVerdict } from "./verdict.ts";

/** A record belongs to one identity of ours; another one has no key for it. */
export function requireOwnIdentity(run: Run): void {
  const { keys, recordOrNone } = run;
  if (keys === undefined || recordOrNone === undefined) return;
  if (recordOrNone.localIdentity !== keys.localIdentity)
    throw end("unsupported", "other-adapter", "check-adapter");
}

export async function performWithOwnKeys(run: Run, keys: BondAdministration): Promise<void> {
  if (run.options.allowLegacy === true && run.options.mode !== "check")
    run.record = { ...run.record, legacyAllowed: true };
  const stored = await keys.bondOf(run.replaced?.platformId ?? run.peer.id);
  if (await verifyKey(run, keys, stored)) {
    run.steps.skip("pair", "satisfied");
    run.steps.skip("prove", "satisfied");
  } else {
    run.requirePerson();
    await pairOnLink(run, keys, stored);
    await proveKey(run, keys);
  }
  if (run.options.mode === "check") return run.steps.skip("discover", "read-only");
  requireLinkLevel(run);
  await discoverIfPossible(run);
}

/** True when the stored key has encrypted the link. */
async function verifyKey(
  run: Run,
  keys: BondAdministration,
  stored: StoredBond | undefined,
): Promise<boolean> {
  const { mode } = run.options;
  if (mode === "repair") {
    run.steps.skip("verify", "by-request");
    return false;
  }
  if (stored === undefined || stored.state === "erased") {
    if (mode === "check")
      await run.steps.run("verify", () => Promise.reject(end("not-valid", "no-key", "run-ensure")));
    run.steps.skip("verify", "never-proven");
    return false;
  }
  return run.steps.runRepeating("verify", async (signal) => {
    const encrypted = await encryptWithAny(run, keys, stored, signal);
    if (encrypted === null) return false;
    await proven(run, encrypted);
    if (mode === "check") requireLinkLevel(run);
    return true;
  });
}

/**
 * Tries the key that counts and, where that one was never proven, the one that it was to replace: after a pairing that
 * was cut short either may be the one the device has. Null: a pairing that came to nothing left a key that does not
 * work, and there is nothing to lose. Ends the run where a bond is refused.
 */
async function encryptWithAny(
  run: Run,
  keys: BondAdministration,
  stored: StoredBond,
  signal: AbortSignal,
): Promise<Encrypted | null> {
  try {
    return await encrypt(run, signal);
  } catch (error) {
    if (failureOf(error).kind !== "key-refused") throw error;
    const doubtful = stored.state === "half-bond" || stored.state === "unproven";
    const { mode } = run.options;
    if (doubtful && mode === "ensure" && stored.alternatives > 0) {
      const older = await encryptWithOlder(run, keys, signal);
      if (older !== null) return older;
    }
    if (mode === "ensure" && stored.state === "half-bond" && stored.alternatives === 0 && !stored.imported) {
      await run.release(); // nothing is paired on a link on which a key failed
      return null;
    }
    throw refused(run, error, stored);
  }
}

async function encryptWithOlder(
  run: Run,
  keys: BondAdministration,
  signal: AbortSignal,
): Promise<Encrypted | null> {
  await keys.rollback(run.peer.id);
  try {
    await run.connect(signal);
    return await encrypt(run, signal);
  } catch (error) {
    await keys.reconsider(run.peer.id); // nothing is known of either: both stay as they were
    if (failureOf(error).kind === "key-refused") return null;
    throw error;
  }
}

function refused(run: Run, error: unknown, stored: StoredBond) {
  const failure = failureOf(error);
  const { name, reason, remedy } = verifyVerdict(failure, run.options.mode);
  return end(name, stored.state === "half-bond" ? "half-bond" : reason, remedy, failure);
}

async function pairOnLink(run: Run, keys: BondAdministration, stored: StoredBond | undefined): Promise<void> {
  const { settleMs } = run.manner;
  const pairing = async (signal: AbortSignal): Promise<void> => {
    await warnBeforePairing(run, signal);
    const unstored = await whereUnstored(run, keys, signal);
    await run.settle(settleMs, signal); // nothing was sent yet: a link that ends here leaves no half of a bond
    // A key that came to nothing may be replaced without asking; a bond only by a repair, which asked.
    const replaces = stored === undefined || stored.state === "erased" ? undefined : stored.peerId;
    const prompts = promptsOf(run);
    try {
      if (!run.connected) await run.connect(signal);
      const outcome = await onBonding(run, signal, (bonding) =>
        bonding.pair({
          policy: policyOf(run),
          unstored,
          signal,
          ...(prompts && { prompts }),
          ...(run.outOfBand && { outOfBand: run.outOfBand }),
          ...(replaces === undefined ? {} : { replaces }),
        }),
      );
      await adoptIdentity(run, outcome);
    } catch (error) {
      run.halfBondSuspected = await leftHalfBond(run, keys, error);
      throw error;
    }
  };
  await run.steps.run("pair", pairing, settling(run));
}

/** What the pairing told of the device's identity: it is found under that from now on. */
async function adoptIdentity(run: Run, { peer, bonded, persisted }: PairOutcome): Promise<void> {
  if (!bonded) throw end("pairing-failed", "peer-does-not-bond", "retry-in-pairing-mode");
  run.keptForSession = !persisted;
  if (peer.id === run.peer.id) return;
  run.peer = peer;
  await run.adoptRecordOf(peer);
}

/** A proof is a new link: what secured the first one is gone with it. A key that fails gives its place back. */
async function proveKey(run: Run, keys: BondAdministration): Promise<void> {
  await run.steps.runRepeating(
    "prove",
    async (signal) => {
      try {
        await run.connect(signal);
        await proven(run, await encrypt(run, signal));
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind !== "key-refused") throw error;
        await keys.rollback(run.peer.id);
        throw end("pairing-failed", failure.reason, "retry-in-pairing-mode", failure);
      }
    },
    run.provingPatience,
  );
  if (run.replaced !== undefined) run.bondChanged = "replaced";
  else if (run.bondChanged === "none") run.bondChanged = "created";
}

/** The stored key has encrypted this link. In a check that is all; else it counts from now on, with a dated proof. */
async function proven(run: Run, { security, encMs, short }: Encrypted): Promise<void> {
  run.evidence = "encrypted";
  run.security = security;
  run.shortOf = short;
  const { signal, mode } = run.options;
  if (mode === "check") {
    const stored = await run.keys?.bondOf(run.peer.id);
    run.keptForSession = stored?.persisted === false;
    return;
  }
  await promote(run, signal);
  run.record = withProof(run.record, {
    at: run.now(),
    transport: run.record.transport,
    localIdentity: run.record.localIdentity,
    how: "re-encryption",
    level: security.level,
    keySize: security.keySize,
    encMs: Math.round(encMs),
    probe: null,
    appVersion: run.ports.appVersion,
  });
}

/** What it replaced stays beside a key whose proof could not be written: the next run proves it again. */
async function promote(run: Run, signal: AbortSignal): Promise<void> {
  try {
    const stored = await onBonding(run, signal, (bonding) => bonding.promote());
    run.keptForSession = !stored.persisted;
  } catch (error) {
    const failure = failureOf(error);
    const unwritten = failure.kind === "key-store" && failure.why !== "unreadable";
    if (!unwritten && failure.kind !== "vault-locked") throw error;
    run.unsaved = failure;
  }
}

const SHORT: Readonly<Record<NonNullable<Encrypted["short"]>, ResultReason>> = {
  level: "link-below-level",
  "key-size": "key-too-short",
  legacy: "legacy-not-allowed",
};

/** The bond works; is it as strong as the caller and the record demand? */
function requireLinkLevel({ shortOf }: Run): void {
  if (shortOf !== null) throw end("below-level", SHORT[shortOf], "repair");
}

/** The table is worth keeping; a bond that was proven does not depend on it. */
async function discoverIfPossible(run: Run): Promise<void> {
  try {
    await run.steps.runRepeating("discover", (signal) => run.discover(signal));
  } catch (error) {
    if (failureOf(error).kind === "cancelled") throw error;
  }
}

function encrypt(run: Run, signal: AbortSignal): Promise<Encrypted> {
  return onBonding(run, signal, (bonding) => bonding.encrypt(policyOf(run), signal));
}

function onBonding<T>(run: Run, signal: AbortSignal, work: (bonding: LinkBonding) => Promise<T>): Promise<T> {
  return run.onLink(signal, ({ bonding }) => {
    if (bonding === undefined)
      throw new DeviceError({ kind: "usage", text: "Cannot secure the link: this backend does not pair" });
    return work(bonding);
  });
}

export function policyOf(run: Run): DevicePolicy {
  const { minimumLevel, legacyAllowed = false } = run.record;
  return {
    minimumLevel: strongest(run.level ?? null, minimumLevel) ?? "encrypted",
    legacyAllowed,
  };
}

/** Said before anything is paired: what cannot be kept is paired only if a person goes on without. */
async function whereUnstored(
  run: Run,
  keys: BondAdministration,
  signal: AbortSignal,
): Promise<"refuse" | "this-session"> {
  const readiness = await keys.readiness();
  if (readiness === "ready") return "refuse";
  if ((await run.options.prompts?.confirmUnstored?.(readiness, signal)) === true) return "this-session";
  if (readiness === "vault-locked") throw end("permission", "vault-locked", "unlock-vault");
  throw end("permission", "keys-not-writable", "free-space");
}

/** Whether the device may believe in a bond that we have no end of. */
async function leftHalfBond(run: Run, keys: BondAdministration, error: unknown): Promise<boolean> {
  const failure = failureOf(error);
  const cutShort =
    failure.kind === "pairing-failed" &&
    (failure.reason === "link-lost-while-pairing" || failure.reason === "smp-timeout");
  if (!cutShort) return false;
  const stored = await keys.bondOf(run.peer.id).catch(() => undefined);
  return stored === undefined || stored.state === "half-bond";
}

/**
 * A passkey that was given with the call is typed for the person, and only that: nothing else is answered by it, neither
 * a comparison nor whether a listener may find the keys. Where nobody is asked, the policy of the device has allowed that.
 */
function promptsOf({ options }: Run): PairingPrompts | undefined {
  const { pin, prompts } = options;
  const asked = prompts?.pairing;
  if (pin === undefined) return asked;
  return {
    accept: async () => false,
    async agree(terms, about) {
      const isClear = terms.method === "passkey" && (terms.secureConnections || asked === undefined);
      return isClear || (await asked?.agree(terms, about)) === true;
    },
    compare: async (digits, about) => (await asked?.compare(digits, about)) === true,
    enter: async () => pin,
    display: (digits, about) => asked?.display(digits, about),
    keypress: (key, about) => asked?.keypress(key, about),
  };
}

/** Whether a device that does not answer may have come back under another address, which only a person can point at. */
export function mayHaveMoved(run: Run, error: unknown): boolean {
  const { keys, options, replaced } = run;
  return (
    keys !== undefined &&
    replaced !== undefined &&
    options.prompts?.choosePeer !== undefined &&
    failureOf(error).kind === "unreachable"
  );
}
