import type { Address } from "../ports.ts";
import type { Session } from "./session.ts";
import { Refusal, Status } from "./status.ts";

export type OwnAddressType = "public" | "random" | "resolvableOrPublic" | "resolvableOrRandom";

export interface OwnAddress {
  /** As it goes on the air. */
  readonly address: Address;
  /** Made from a local IRK of the resolving list. */
  readonly resolvable: boolean;
}

/**
 * The address to use on the air towards `peer`. `random` is the random address that counts here: the controller's, or
 * that of an advertising set.
 */
export function ownAddress(
  session: Session,
  type: OwnAddressType,
  random: Address | undefined,
  peer: Address | undefined,
): OwnAddress {
  if (type === "resolvableOrPublic" || type === "resolvableOrRandom") {
    const rpa = peer && session.resolvingList.find(peer)?.localRpa;
    if (rpa !== undefined) return { address: rpa, resolvable: true };
  }
  if (type === "public" || type === "resolvableOrPublic") {
    return { address: session.core.publicAddress, resolvable: false };
  }
  // Without a random address there is nothing to fall back to (Vol 4 Part E 7.8.5, 7.8.9, 7.8.12).
  if (random === undefined) throw new Refusal(Status.InvalidParameters);
  return { address: random, resolvable: false };
}

/** Resolvable own addresses came with Core 4.2; before, those values are reserved. */
export function checkOwnAddressType(session: Session, type: OwnAddressType): void {
  const old = session.core.profile.name === "4.0";
  if (old && type !== "public" && type !== "random") throw new Refusal(Status.InvalidParameters);
}
