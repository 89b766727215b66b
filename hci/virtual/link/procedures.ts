import type { Clock } from "../../ports.ts";
import type { ControlPdu } from "./frame.ts";

const RESPONSE_TIMEOUT_MS = 40_000;

/** One Link Layer control procedure of one end of a link. */
export interface Procedure {
  /** Takes a control PDU; returns false when it is not its own. */
  receive(pdu: ControlPdu): boolean;
}

/**
 * The rule of Vol 6 Part B 5.2: a side has one procedure of its own at a time, the next waits. A peer that does not
 * answer within 40 s loses the link (5.2, procedure response timeout).
 */
export class ProcedureQueue {
  readonly #clock: Clock;
  readonly #onTimeout: () => void;
  readonly #waiting: { readonly name: string; readonly start: () => void }[] = [];
  #active: string | undefined;
  #stopTimer: () => void = () => {};

  constructor(clock: Clock, onTimeout: () => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  get active(): string | undefined {
    return this.#active;
  }

  has(name: string): boolean {
    return this.#active === name || this.#waiting.some((waiting) => waiting.name === name);
  }

  begin(name: string, start: () => void): void {
    this.#waiting.push({ name, start });
    this.#next();
  }

  /** Starts the response timer again, as each control PDU of the procedure does. */
  expectAnswer(): void {
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(RESPONSE_TIMEOUT_MS, this.#onTimeout);
  }

  /** The procedure waits for something that has a time limit of its own. */
  suspendTimer(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
  }

  end(name: string): void {
    if (this.#active !== name) return;
    this.suspendTimer();
    this.#active = undefined;
    this.#next();
  }

  close(): void {
    this.suspendTimer();
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#active !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#active = next.name;
    next.start();
  }
}
