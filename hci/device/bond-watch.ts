import { addressKey } from "../gap/address.ts";
import { ErrorCode } from "../host/hci-error.ts";
import type { Address, Clock } from "../ports.ts";
import type { Moment, Verdict } from "./verdict.ts";
import { verdictOf } from "./verdict.ts";

/** A peer that hangs up within this time of an encryption request answers that request. */
const HANG_UP_MS = 2000;
const HANG_UPS = 3;
const MIC_FAILURES = 2;

interface History {
  encryptionAskedAt: number | undefined;
  hangUps: number;
  micFailures: number;
}

/** Judges codes by what the same bonded peer did before. Kept in memory, one for a whole host. */
export class BondWatch {
  readonly #clock: Clock;
  readonly #peers = new Map<number, History>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Encryption with the stored key is being asked for now. */
  encryptionAsked(peer: Address): void {
    this.#of(peer).encryptionAskedAt = this.#clock.now();
  }

  /** The stored key encrypted a link: whoever hung up before did not do so for want of the key. */
  proven(peer: Address): void {
    const history = this.#of(peer);
    history.hangUps = 0;
    history.encryptionAskedAt = undefined;
  }

  /** A new bond: what was counted against the old one is over. */
  forget(peer: Address): void {
    this.#peers.delete(addressKey(peer));
  }

  judge(peer: Address, code: number, moment: Moment): Verdict {
    const verdict = verdictOf(code, moment);
    const history = this.#of(peer);
    const suspect: Verdict = { code, bond: "suspect", next: "ask" };
    if (code === ErrorCode.remoteUserTerminated && this.#answersRequest(history)) {
      history.hangUps++;
      return history.hangUps >= HANG_UPS ? suspect : verdict;
    }
    if (code === ErrorCode.micFailure && moment === "encrypted") {
      history.micFailures++;
      return history.micFailures >= MIC_FAILURES ? suspect : verdict;
    }
    return verdict;
  }

  #answersRequest({ encryptionAskedAt }: History): boolean {
    return encryptionAskedAt !== undefined && this.#clock.now() - encryptionAskedAt <= HANG_UP_MS;
  }

  #of(peer: Address): History {
    const key = addressKey(peer);
    let history = this.#peers.get(key);
    if (history === undefined) {
      history = { encryptionAskedAt: undefined, hangUps: 0, micFailures: 0 };
      this.#peers.set(key, history);
    }
    return history;
  }
}
