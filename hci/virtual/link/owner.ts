import type { Aes128, Bytes } from "../../ports.ts";
import type { Station } from "../radio.ts";
import type { Random } from "../random.ts";
import type { LinkEnd } from "./end.ts";
import type { DataLength, ParameterRange, PhySets, Version } from "./frame.ts";

/** What one end of a link needs to know of its controller, and everything that it tells it. */
export interface LinkOwner {
  readonly station: Station;
  readonly random: Random;
  readonly aes: Aes128;
  readonly version: Version;
  /** LE features as HCI sends them (Vol 6 Part B 4.6). */
  readonly features: Bytes;
  /** Octets and times that the controller supports at most, in both directions. */
  readonly maxLength: DataLength;
  /** PHYs as bits, 1, 2 and 4. */
  readonly phys: number;
  /** Data PDUs per connection event at most. */
  readonly packetsPerEvent: number;
  /** After a failed integrity check: whether the other side learns of it, or only notices the silence (0x08). */
  readonly silentMicFailure: boolean;

  /** Whether the host has room for a data PDU of this length. */
  takesData(octets: number): boolean;
  onData(end: LinkEnd, first: boolean, octets: Uint8Array): void;
  /** One HCI ACL packet has been acknowledged completely by the other side. */
  onSent(end: LinkEnd): void;
  /** A connection event is over. Returns true when the owner still has something to report at the next one. */
  onEventEnd(): boolean;
  onEnded(end: LinkEnd, reason: number): void;
  onEncryption(end: LinkEnd, status: number, refresh: boolean): void;
  /** Asks the host for the key. Returns false when it cannot be asked. */
  onKeyRequest(end: LinkEnd, rand: Bytes, ediv: number): boolean;
  onParameters(end: LinkEnd, status: number): void;
  /** Asks the host whether the peer's wish is granted. Returns false when it is not asked. */
  onParameterRequest(end: LinkEnd, range: ParameterRange): boolean;
  onDataLength(end: LinkEnd): void;
  onPhy(end: LinkEnd, status: number): void;
  /** What the host prefers by default when the other side asks to change the PHY. */
  preferredPhys(): PhySets;
  onFeatures(end: LinkEnd, status: number, features: Bytes): void;
  onVersion(end: LinkEnd, status: number, version: Version): void;
}
