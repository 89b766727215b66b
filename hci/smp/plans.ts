/** What is looked up and decided before the first PDU of a pairing of ours goes out. */
import type { Address, Bond, Bytes, SecureLink } from "../ports.ts";
import type { BondKeeper } from "./bonding.ts";
import { sameAddress } from "./bonding.ts";
import { PairingError, SecurityBlocked } from "./errors.ts";
import { decoded } from "./exchange.ts";
import type { Exchange } from "./exchange.ts";
import { requestFeatures, responseFeatures } from "./features.ts";
import type { InitiatorPlan } from "./initiator.ts";
import type { LinkEncryption } from "./link-encryption.ts";
import type { OobMaterial } from "./oob.ts";
import { held } from "./oob.ts";
import type { Pairing } from "./pairing.ts";
import type { AuthenticationRequirements, PairingFeatures } from "./pdus.ts";
import { PairingRequest } from "./pdus.ts";
import type { PairingPolicy, Strength } from "./policy.ts";
import { requirementOf } from "./policy.ts";
import type { ResponderPlan } from "./responder.ts";
import type { Features, LinkSecurity, SecuritySettings } from "./settings.ts";
import { wipeBond } from "./wipe.ts";

export interface PairOptions {
  /** For this pairing alone. */
  readonly policy?: PairingPolicy;
  readonly oob?: OobMaterial;
  /** The identity whose bond a person allows to be replaced. Without it a bonded peer is never paired again. */
  readonly replaces?: Address;
}

const FEATURES: Features = { request: requestFeatures, response: responseFeatures };

/** One link as the plans see it. */
export interface Surroundings {
  readonly settings: SecuritySettings;
  readonly link: SecureLink;
  readonly encryption: LinkEncryption;
  readonly protectedBy: (strength: Strength) => void;
}

/** The procedures' view of one pairing on one link. */
export function pairingOn(
  { settings, link }: Surroundings,
  exchange: Exchange,
  oob: OobMaterial = settings.oob ?? {},
): Pairing {
  const { crypto, delegate, peer } = settings;
  const { localAddress, peerAddress } = link;
  const [initiator, responder] =
    link.role === "central" ? [localAddress, peerAddress] : [peerAddress, localAddress];
  return { exchange, crypto, delegate, initiator, responder, peer, oob };
}

/** Our authentication requirements, as a Security Request shows them. */
export function securityWish({ settings }: Surroundings): AuthenticationRequirements {
  return featuresOf(settings).request(settings.policy, held(settings.oob ?? {})).authReq;
}

export async function planInitiator(
  surroundings: Surroundings,
  options: PairOptions,
  asked: AuthenticationRequirements | undefined,
): Promise<InitiatorPlan> {
  const { settings, encryption, protectedBy } = surroundings;
  const { policy = settings.policy, oob = settings.oob ?? {} } = options;
  const wait = settings.backoff.remaining(settings.peer);
  if (wait > 0) throw new SecurityBlocked("repeated-attempts", wait);
  const bond = await bondToReplace(settings, options.replaces);
  return {
    request: featuresOf(settings).request(policy, held(oob)),
    requirement: requirementOf(policy, bond),
    asked,
    encryption,
    protectedBy,
    keeper: keeperOf(surroundings, bond),
  };
}

/**
 * The bond that this pairing may replace. A device that was reset may come under a private address that nothing resolves:
 * then the one that the person named counts, and the identity it tells in the end must be that one.
 */
async function bondToReplace(settings: SecuritySettings, replaces: Address | undefined) {
  const bond = lookedAt(await bondOf(settings));
  if (replaces === undefined) {
    if (bond !== undefined) throw new SecurityBlocked("bond-exists");
    return undefined;
  }
  if (bond === undefined) return lookedAt(await settings.keys.get(settings.local.address, replaces));
  if (!sameAddress(replaces, bond.peer)) throw new SecurityBlocked("bond-exists");
  return bond;
}

/**
 * Refuses with PairingError what needs no person to be refused. `proven`: the bond whose key protects the link. `wished`:
 * our Security Request that the peer answers with this pairing.
 */
export async function planResponder(
  surroundings: Surroundings,
  preq: Bytes,
  { proven, wished }: { readonly proven: LinkSecurity | null; readonly wished: boolean },
  inDoubt: (bond: Bond) => void,
): Promise<ResponderPlan> {
  const { settings, encryption, protectedBy } = surroundings;
  const { policy, peer, backoff, oob = {} } = settings;
  const request = decoded(PairingRequest, preq);
  if (!policy.pairable) throw new PairingError("PairingNotSupported", "local", "pairing is off");
  if (backoff.remaining(peer) > 0)
    throw new PairingError("RepeatedAttempts", "local", "too soon after a failure");
  const bond = lookedAt(await bondOf(settings));
  const same = bond !== undefined && isSameBond(proven?.bond, bond);
  if (bond !== undefined && !same) inDoubt(bond);
  return {
    request,
    preq,
    response: keepingOurWord(
      featuresOf(settings).response(request, policy, held(oob)),
      wished && securityWish(surroundings).mitm,
    ),
    requirement: requirementOf(policy, bond),
    proposal: { kind: "pairing", peer, asked: request.authReq, replaces: bond, proven: same },
    encryption,
    protectedBy,
    keeper: keeperOf(surroundings, bond),
  };
}

/** What our Security Request asked for stands in our Pairing Response too: the central may hold us to it. */
function keepingOurWord(response: PairingFeatures, askedForMitm: boolean): PairingFeatures {
  return askedForMitm ? { ...response, authReq: { ...response.authReq, mitm: true } } : response;
}

/** The bond with this peer. A store that fails rejects: that is not "no bond". */
export function bondOf({ keys, local, peer }: SecuritySettings): Promise<Bond | undefined> {
  return keys.get(local.address, peer);
}

/** A pairing asks whether there is a bond, whose and how strong: never for its keys. */
function lookedAt(bond: Bond | undefined): Bond | undefined {
  if (bond !== undefined) wipeBond(bond);
  return bond;
}

function keeperOf({ settings: { keys, local, peer } }: Surroundings, replaces: Bond | undefined): BondKeeper {
  return { keys, local, peer, replaces };
}

function featuresOf({ features = FEATURES }: SecuritySettings): Features {
  return features;
}

function isSameBond(proven: Bond | null | undefined, bond: Bond): boolean {
  return proven !== null && proven !== undefined && sameAddress(proven.peer, bond.peer);
}
