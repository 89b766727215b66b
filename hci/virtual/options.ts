import type { Address, Crypto } from "../ports.ts";
import type { ProfileName } from "./profile.ts";
import type { Radio } from "./radio.ts";
import type { Violation } from "./violation.ts";
import type { UsbLikeness } from "./output.ts";

/** How one virtual controller is built. What is left out is as the strictness tables ask by default. */
export interface ControllerOptions {
  readonly radio: Radio;
  /** AES and P-256 for the controller's own commands and for session keys. */
  readonly crypto: Crypto;
  /** For traces and errors. */
  readonly name?: string;
  /** Decides everything random in this controller; the radio has a seed of its own. */
  readonly seed?: number;
  readonly profile?: ProfileName;
  /** Made from the seed by default. */
  readonly publicAddress?: Address;
  /** Octets per ACL packet from the host, and how many the controller holds. */
  readonly aclLength?: number;
  readonly aclPackets?: number;
  /** The longest data PDU, where the profile has data length extension: 27 to 251. */
  readonly maxDataOctets?: number;
  readonly maxLinks?: number;
  readonly packetsPerEvent?: number;
  readonly acceptListSize?: number;
  readonly resolvingListSize?: number;
  /** False: the commands for P-256 do not exist, as in many dongles. */
  readonly p256?: boolean;
  /**
   * True: each answer gives no credit, a later Command Complete for opcode 0 does (Vol 4 Part E 4.4).
   */
  readonly separateCredits?: boolean;
  /** How an unknown command is answered; `either` changes by chance. */
  readonly unknownCommandAnswer?: "complete" | "status" | "either";
  /** `late`: handles jump and come back after thousands of links. `at once`: the lowest free one, to find stale users. */
  readonly handleReuse?: "late" | "at once";
  /** True: after a failed integrity check this controller just falls silent and the other side sees 0x08. */
  readonly silentMicFailure?: boolean;
  /** Whether a connection that is nearly made still wins over LE Create Connection Cancel. */
  readonly cancelRace?: "cancel wins" | "connection wins";
  /** The share of connection events after which Number Of Completed Packets waits for the next one. */
  readonly lateCompletion?: number;
  /** The share of scan requests that get through. */
  readonly scanResponses?: number;
  readonly usb?: UsbLikeness;
  /** Hears of each violation as it happens. */
  readonly onViolation?: (violation: Violation) => void;
}
