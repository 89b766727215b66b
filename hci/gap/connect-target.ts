import type { ConnectionParameters } from "../codec/connection-parameters.ts";
import type { Address } from "../ports.ts";
import type { Link } from "../host/link.ts";
import { sameAddress } from "./address.ts";

/** Whom to connect to. */
export type ConnectTarget =
  /** The one who answers to this address on the air. */
  | { readonly address: Address }
  /** A bonded peer, wherever its private address is now. Without an IRK its identity is its address. */
  | { readonly identity: Address; readonly irk: Uint8Array<ArrayBuffer> | null };

/** Quick enough for discovery and pairing, slow enough for several links. */
export const DEFAULT_PARAMETERS: ConnectionParameters = {
  intervalMin: 12,
  intervalMax: 24,
  latency: 0,
  supervisionTimeout: 400,
};

/** What LE Create Connection takes for it. */
export interface PeerAddress {
  readonly peerAddressType: "public" | "random" | "publicIdentity" | "randomIdentity";
  readonly peerAddress: Address["octets"];
}

export function onAir({ type, octets }: Address): PeerAddress {
  return { peerAddressType: type, peerAddress: octets };
}

/** For a peer on the resolving list: whichever private address it uses. */
export function resolved({ type, octets }: Address): PeerAddress {
  return { peerAddressType: type === "public" ? "publicIdentity" : "randomIdentity", peerAddress: octets };
}

/** Whether this link leads where we wanted to go. */
export function leadsTo(link: Link, { peerAddressType, peerAddress }: PeerAddress): boolean {
  const type = peerAddressType === "public" || peerAddressType === "publicIdentity" ? "public" : "random";
  const wanted: Address = { type, octets: peerAddress };
  return (
    sameAddress(link.peerAddress, wanted) ||
    (link.peerIdentity !== undefined && sameAddress(link.peerIdentity, wanted))
  );
}
