import {
  LeChannelSelectionAlgorithm,
  LeConnectionComplete,
  LeEnhancedConnectionComplete,
} from "../host/events.ts";
import type { Address } from "../ports.ts";
import type { LinkEnd } from "./link/end.ts";
import type { LinkParameters } from "./link/frame.ts";
import type { Session } from "./session.ts";
import { Status } from "./status.ts";

const NO_OCTETS = new Uint8Array(6);
const NO_PARAMETERS: LinkParameters = { interval: 0, latency: 0, timeout: 0 };

/** Whom a link leads to, as its host shall see it. */
export interface PeerView {
  /** The identity where the controller resolved the address, else the address on the air. */
  readonly address: Address;
  readonly identity: boolean;
  /** Resolvable addresses on the air, where they were used and resolved or made by the controller. */
  readonly peerRpa: Address | undefined;
  readonly localRpa: Address | undefined;
}

/** The peer behind an address on the air. */
export function viewOf(session: Session, onAir: Address, localRpa: Address | undefined): PeerView {
  const entry = session.resolvingList.resolve(onAir);
  return entry === undefined
    ? { address: onAir, identity: false, peerRpa: undefined, localRpa }
    : { address: entry.peer, identity: true, peerRpa: onAir, localRpa };
}

/** Gives a new link a handle and tells the host. Returns the handle. */
export function announceLink(session: Session, end: LinkEnd, peer: PeerView, extended: boolean): number {
  const { suggestedOctets, suggestedTime } = session.preferences;
  end.length.suggest(suggestedOctets, suggestedTime);
  const handle = session.links.add(end);
  announce(session, Status.Success, handle, end.role, peer, end.link.parameters);
  session.emit(LeChannelSelectionAlgorithm, { handle, algorithm: extended ? 1 : 0 });
  return handle;
}

/** A connection that did not come about. */
export function announceFailure(session: Session, status: number, role: "central" | "peripheral"): void {
  const nobody: Address = { type: "public", octets: NO_OCTETS };
  const view = { address: nobody, identity: false, peerRpa: undefined, localRpa: undefined };
  announce(session, status, 0, role, view, NO_PARAMETERS);
}

/** One of the two events, never both: the enhanced one if its bit is set (Vol 4 Part E 7.7.65.10). */
function announce(
  session: Session,
  status: number,
  handle: number,
  role: "central" | "peripheral",
  peer: PeerView,
  parameters: LinkParameters,
): void {
  const { type, octets } = peer.address;
  const common = {
    status,
    handle,
    role,
    peerAddress: octets,
    interval: parameters.interval,
    latency: parameters.latency,
    supervisionTimeout: parameters.timeout,
    centralClockAccuracy: 0,
  };
  if (!session.masks.allows(LeEnhancedConnectionComplete)) {
    session.emit(LeConnectionComplete, { ...common, peerAddressType: type });
    return;
  }
  const identityType = type === "public" ? "publicIdentity" : "randomIdentity";
  session.emit(LeEnhancedConnectionComplete, {
    ...common,
    peerAddressType: peer.identity ? identityType : type,
    localResolvableAddress: peer.localRpa?.octets ?? NO_OCTETS,
    peerResolvableAddress: peer.peerRpa?.octets ?? NO_OCTETS,
  });
}
