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
 * The address to use on the air towards `peer`, or undefined where there is none. `random` is the random address that
 * counts here: the controller's, or that of an advertising set.
 */
export function findOwnAddress(
  session: Session,
  type: OwnAddressType,
  random: Address | undefined,
  peer: Address | undefined,
): OwnAddress | undefined {
  if (type === "resolvableOrPublic" || type === "resolvableOrRandom") {
    const rpa = peer && session.resolvingList.find(peer)?.localRpa;
    if (rpa !== undefined) return { address: rpa, resolvable: true };
  }
  const fixed = type === "public" || type === "resolvableOrPublic" ? session.core.publicAddress : random;
  return fixed && { address: fixed, resolvable: false };
}

/** The same for a command: it is refused where there is no such address (Vol 4 Part E 7.8.5, 7.8.9, 7.8.12). */
export function ownAddress(...args: Parameters<typeof findOwnAddress>): OwnAddress {
  const own = findOwnAddress(...args);
  if (own === undefined) throw new Refusal(Status.InvalidParameters);
  return own;
}

/** Resolvable own addresses came with Core 4.2; before, those values are reserved. */
export function checkOwnAddressType(session: Session, type: OwnAddressType): void {
  const old = session.core.profile.name === "4.0";
  if (old && type !== "public" && type !== "random") throw new Refusal(Status.InvalidParameters);
}
