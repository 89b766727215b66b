import type { Address, Bytes } from "../../ports.ts";
import type { LinkParameters } from "../link/frame.ts";
import type { LinkEnd } from "../link/end.ts";
import type { LinkOwner } from "../link/owner.ts";

/** One advertising event as it is on the air, all its channels and auxiliary packets taken together. */
export interface Advertisement {
  /** Legacy PDUs (ADV_IND and its kin) or extended ones (ADV_EXT_IND and AUX_ADV_IND). */
  readonly legacy: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  /** Directed advertising: the address it is meant for, as on the air. */
  readonly target: Address | undefined;
  /** As on the air; undefined in anonymous advertising. */
  readonly advertiser: Address | undefined;
  readonly data: Bytes;
  /** Primary channels used: bit 0 is channel 37. */
  readonly channels: number;
  /** 1 for LE 1M, 3 for LE Coded. */
  readonly primaryPhy: number;
  /** 0 with legacy PDUs, else 1, 2 or 3. */
  readonly secondaryPhy: number;
  /** Advertising SID, 0 to 15; 255 with legacy PDUs. */
  readonly sid: number;
  /** dBm; 127 when not sent. */
  readonly txPower: number;
  /** Answers a scan request with the scan response data, or not at all when its policy says so. */
  scan(scanner: Address): Bytes | undefined;
  /** Takes a connection request, or leaves it unanswered. */
  connect(request: ConnectRequest): Acceptance | undefined;
}

export interface ConnectRequest {
  /** InitA, as on the air. */
  readonly initiator: Address;
  /** TargetA, as on the air: the advertiser's address as the initiator heard it. */
  readonly target: Address;
  readonly parameters: LinkParameters;
}

/** The advertiser's side of a connection that is being made. */
export interface Acceptance {
  readonly owner: LinkOwner;
  /** Called with its end of the link once that exists. */
  readonly begin: (end: LinkEnd) => void;
}
