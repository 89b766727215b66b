import type { Clock } from "../../ports.ts";
import type { Radio } from "../radio.ts";
import { Status } from "../status.ts";
import { airtimeOf, T_IFS } from "./airtime.ts";
import { LinkEnd } from "./end.ts";
import type { LinkParameters } from "./frame.ts";
import type { LinkOwner } from "./owner.ts";
import { Supervision } from "./supervision.ts";

/** Events that a new link gets to prove itself (Vol 6 Part B 4.5). */
const ESTABLISHMENT_EVENTS = 6;
/** Rounds of one event when nothing is paced. */
const IMMEDIATE_ROUNDS = 64;
const SOON = Promise.resolve();

/**
 * One connection on the air: connection events, at which both sides send one PDU after the other, repeat what was lost
 * and acknowledge what they heard. While nothing can get lost and nobody has anything to send, events are not played.
 */
export class Link {
  readonly central: LinkEnd;
  readonly peripheral: LinkEnd;
  parameters: LinkParameters;
  readonly #radio: Radio;
  readonly #clock: Clock;
  readonly #supervision: Supervision;
  readonly #unwatch: () => void;
  #instants: { readonly at: number; readonly run: () => void }[] = [];
  #anchor: number;
  #anchorCounter = 0;
  #counter = 0;
  #listenAt = 0;
  #established = false;
  #scheduled = false;
  #stopTimer: () => void = () => {};
  #owed = false;
  /** Microseconds of the present connection event that are spent. */
  #spent = 0;
  /** Nothing can get lost between the two. */
  #flawless = false;
  readonly #playSoon = (): void => this.#event();

  constructor(radio: Radio, parameters: LinkParameters, central: LinkOwner, peripheral: LinkOwner) {
    this.#radio = radio;
    this.#clock = radio.clock;
    this.parameters = parameters;
    this.#anchor = this.#clock.now();
    this.central = new LinkEnd(this, "central", central, this.#clock);
    this.peripheral = new LinkEnd(this, "peripheral", peripheral, this.#clock);
    this.#supervision = new Supervision(this, this.#clock);
    this.#unwatch = radio.watch(() => this.#pathChanged());
    this.#pathChanged();
  }

  /** connEventCount, without its overflow; idle events that were not played count too. */
  get counter(): number {
    if (this.#radio.pace === "immediate") return this.#counter;
    const elapsed = this.#clock.now() - this.#anchor;
    return Math.max(this.#counter, this.#anchorCounter + Math.floor(elapsed / this.intervalMs));
  }

  get over(): boolean {
    return this.central.gone && this.peripheral.gone;
  }

  /** Whether the first connection events brought the two together. Until then a loss is 0x3E. */
  get established(): boolean {
    return this.#established;
  }

  /** Runs something at a connection event in the future, for both ends alike. */
  at(instant: number, run: () => void): void {
    if (instant <= this.counter) run();
    else this.#instants.push({ at: instant, run });
    this.wake();
  }

  adopt(parameters: LinkParameters): void {
    if (parameters === this.parameters) return;
    this.#anchorCounter = this.counter;
    this.#anchor = this.#clock.now();
    this.parameters = parameters;
    this.#listenAt = this.counter;
    this.#supervision.restart();
  }

  /** Something may be waiting to be sent. */
  wake(): void {
    if (this.#scheduled || this.over || !this.#hasWork()) return;
    this.#scheduled = true;
    if (this.#radio.pace === "immediate" && this.#flawless) {
      void SOON.then(this.#playSoon);
      return;
    }
    this.#stopTimer = this.#clock.after(this.#untilNextEvent(), () => this.#event());
  }

  /** One end left. */
  endChanged(): void {
    if (!this.over) {
      this.#pathChanged();
      return;
    }
    this.#stopTimer();
    this.#supervision.stop();
    this.#unwatch();
  }

  /** Milliseconds between connection events. */
  get intervalMs(): number {
    const { pace } = this.#radio;
    return typeof pace === "number" ? pace : this.parameters.interval * 1.25;
  }

  #hasWork(): boolean {
    if (!this.#established || this.#owed || this.#instants.length > 0 || !this.#flawless) return true;
    return this.central.busy || this.peripheral.busy;
  }

  /** Milliseconds to the next connection event, 0 where it is late; brings the counter up to the event before it. */
  #untilNextEvent(): number {
    if (this.#radio.pace === "immediate") return this.intervalMs;
    this.#counter = this.counter;
    const at = this.#anchor + (this.#counter + 1 - this.#anchorCounter) * this.intervalMs;
    return Math.max(0, at - this.#clock.now());
  }

  #event(): void {
    this.#scheduled = false;
    if (this.over) return;
    this.#counter++;
    this.#reachInstants();
    if (this.#peripheralListens()) this.#exchange();
    else this.#lostEvent();
    if (this.over) return;
    const centralOwes = !this.central.gone && this.central.owner.onEventEnd();
    const peripheralOwes = !this.peripheral.gone && this.peripheral.owner.onEventEnd();
    this.#owed = centralOwes || peripheralOwes;
    this.wake();
  }

  /** With latency, a peripheral that has nothing to send sleeps through events (Vol 6 Part B 4.5.1). */
  #peripheralListens(): boolean {
    const { latency } = this.parameters;
    if (this.#radio.pace === "immediate") return true;
    while (this.#listenAt < this.counter) this.#listenAt += latency + 1;
    return this.#listenAt === this.counter || this.peripheral.busy || !this.#established;
  }

  #exchange(): void {
    const { central, peripheral } = this;
    const most =
      this.#radio.pace === "immediate"
        ? IMMEDIATE_ROUNDS
        : Math.min(central.owner.packetsPerEvent, peripheral.owner.packetsPerEvent);
    this.#spent = 0;
    for (let round = 0; round < most; round++) {
      const before = this.#spent;
      const closing = central.closing;
      const complete = this.#transmit(central, peripheral) && this.#transmit(peripheral, central);
      peripheral.finishClosing();
      if (closing) central.finishClosing();
      if (!complete) {
        this.#lostEvent();
        return;
      }
      this.#established = true;
      if (this.over || !(central.more || peripheral.more || central.closing)) return;
      if (!this.#isTimeFor(this.#spent - before)) return;
    }
  }

  /** Whether as much again as the last exchange took fits in before the next connection event. */
  #isTimeFor(us: number): boolean {
    return this.#radio.pace !== "interval" || this.#spent + us <= 1000 * this.intervalMs;
  }

  /** One PDU from one side to the other. It acknowledges what its sender heard before. */
  #transmit(from: LinkEnd, to: LinkEnd): boolean {
    if (from.gone) return false;
    const frame = from.nextFrame();
    this.#spent += airtimeOf(from.phy.tx, frame) + T_IFS;
    if (to.gone || !this.#carries(from, to)) return false;
    to.lastHeard = this.#clock.now();
    to.acknowledgeIfDelivered();
    if (frame !== undefined && !frame.delivered && !to.gone && to.takes(frame)) {
      frame.delivered = true;
      to.hear(frame);
    }
    return true;
  }

  #carries(from: LinkEnd, to: LinkEnd): boolean {
    return this.#flawless || this.#radio.carries(from.owner.station, to.owner.station);
  }

  #lostEvent(): void {
    if (this.#established || this.counter < ESTABLISHMENT_EVENTS) return;
    this.central.end(Status.FailedToEstablish);
    this.peripheral.end(Status.FailedToEstablish);
  }

  #reachInstants(): void {
    if (this.#instants.length === 0) return;
    const reached = this.#instants.filter(({ at }) => at <= this.counter);
    if (reached.length === 0) return;
    this.#instants = this.#instants.filter(({ at }) => at > this.counter);
    for (const { run } of reached) run();
  }

  /** The path got better or worse: from now on silence counts, or no longer. */
  #pathChanged(): void {
    if (this.over) return;
    const { central, peripheral } = this;
    this.#flawless =
      !central.gone &&
      !peripheral.gone &&
      this.#radio.flawless(central.owner.station, peripheral.owner.station);
    if (this.#flawless) this.#supervision.stop();
    else this.#supervision.start();
    this.wake();
  }
}
