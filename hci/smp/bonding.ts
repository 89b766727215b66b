/** From distributed keys to a stored bond, with the checks that protect the bonds that exist. */
import { equal } from "../codec/bytes.ts";
import type { Address, Bond, Crypto, KeyStore, LongTermKey, PairingMethod } from "../ports.ts";
import { PairingError } from "./errors.ts";
import type { Agreement } from "./features.ts";
import type { DistributedKeys, LocalIdentity } from "./keys.ts";
import { isStatic } from "./keys.ts";
import type { Phase2 } from "./pairing.ts";
import { strengthOfPhase2 } from "./pairing.ts";
import type { SecurityLevel } from "./policy.ts";
import { levelOf } from "./policy.ts";
import { wipeBond } from "./wipe.ts";

/** What a finished pairing gave. */
export interface PairingResult {
  readonly method: PairingMethod;
  readonly secureConnections: boolean;
  readonly authenticated: boolean;
  /** 7 to 16 octets. */
  readonly keySize: number;
  readonly level: SecurityLevel;
  /** Null where one of the sides does not bond, no LTK was left, or no address to find the peer under again. */
  readonly bond: Bond | null;
  /** False where the store could not promise to keep the bond. */
  readonly persisted: boolean;
}

export interface BondKeeper {
  readonly keys: KeyStore;
  readonly local: LocalIdentity;
  /** The peer's address over the air, or its identity where the link was made to a resolved one. */
  readonly peer: Address;
  /** The bond that a person allowed to be replaced. */
  readonly replaces: Bond | undefined;
}

/**
 * Who we say we are in phase 3. A peer that does not bond gets a key that is good for nothing and the address that it
 * knows already: our identity is for those that a person bonded with.
 */
export function shownIdentity(
  { local }: BondKeeper,
  { bonding }: Agreement,
  crypto: Crypto,
  overTheAir: Address,
): LocalIdentity {
  return bonding ? local : { irk: crypto.random(16), address: overTheAir };
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.type === b.type && equal(a.octets, b.octets);
}

/**
 * Stores the candidate and resolves when it is safe. The store keeps the bond it replaces until the new key has
 * encrypted a link. Throws PairingError where the peer takes an identity that is not its own.
 */
export async function keepBond(
  keeper: BondKeeper,
  agreement: Agreement,
  phase2: Phase2,
  own: DistributedKeys,
  received: DistributedKeys,
): Promise<PairingResult> {
  const facts = strengthOfPhase2(phase2, agreement);
  const method = pairingMethod(agreement);
  const peer = identityOf(keeper.peer, received);
  const ltks = longTermKeys(agreement, phase2, own, received);
  await refuseTakenIdentity(keeper, peer);
  const keyless = ltks.asCentral === null && ltks.asPeripheral === null;
  if (!agreement.bonding || peer === undefined || keyless)
    return { ...facts, method, level: levelOf(facts), bond: null, persisted: false };

  const bond: Bond = {
    local: keeper.local.address,
    peer,
    ...ltks,
    irk: received.irk,
    secureConnections: facts.secureConnections,
    authenticated: facts.authenticated,
    method,
  };
  const { persisted } = await keeper.keys.put(bond);
  return { ...facts, method, level: levelOf(facts), bond, persisted };
}

/** One key for both roles with Secure Connections; in legacy pairing the key belongs to the peripheral that made it. */
function longTermKeys(
  agreement: Agreement,
  { key }: Phase2,
  own: DistributedKeys,
  received: DistributedKeys,
): Pick<Bond, "asCentral" | "asPeripheral"> {
  if (!agreement.secureConnections) return { asCentral: received.ltk, asPeripheral: own.ltk };
  const shared: LongTermKey = {
    value: key,
    ediv: 0,
    rand: new Uint8Array(8),
    keySize: agreement.keySize,
  };
  return { asCentral: shared, asPeripheral: shared };
}

/**
 * Under which address the peer is found again; undefined for a private address without an IRK. Where the peer names the
 * octets that it used over the air, the type that it really used counts: some name the wrong one.
 */
function identityOf(overTheAir: Address, { irk, identity }: DistributedKeys): Address | undefined {
  const lasting = overTheAir.type === "public" || isStatic(overTheAir.octets);
  if (identity !== null && irk !== null) {
    return lasting && equal(identity.octets, overTheAir.octets) ? overTheAir : identity;
  }
  return lasting ? overTheAir : undefined;
}

/** CVE-2021-3436: nobody becomes the owner of an identity that is bonded, unless a person replaces just that bond. */
async function refuseTakenIdentity(keeper: BondKeeper, peer: Address | undefined): Promise<void> {
  const { replaces } = keeper;
  if (replaces !== undefined && (peer === undefined || !sameAddress(peer, replaces.peer)))
    throw new PairingError("KeyRejected", "local", "the peer has another identity than the bond");
  if (replaces !== undefined || peer === undefined) return;
  const other = await keeper.keys.get(keeper.local.address, peer);
  if (other === undefined) return;
  wipeBond(other);
  throw new PairingError("KeyRejected", "local", "the identity belongs to another bond");
}

function pairingMethod({ method, secureConnections }: Agreement): PairingMethod {
  if (secureConnections) return method.kind;
  switch (method.kind) {
    case "just-works":
      return "legacy-just-works";
    case "passkey":
      return "legacy-passkey";
    case "oob":
      return "legacy-oob";
    case "numeric-comparison":
      throw new TypeError("Cannot name the method: legacy pairing has no numeric comparison");
  }
}
