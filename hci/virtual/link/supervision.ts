import type { Clock } from "../../ports.ts";
import { Status } from "../status.ts";
import type { LinkEnd } from "./end.ts";
import type { Link } from "./link.ts";

/** Relative error of the clock of one side at most: 500 ppm (Vol 6 Part B 4.2.2). */
const WORST_CLOCK = 500e-6;

/** Ends a link whose other side has been silent for the supervision timeout, each side by its own clock. */
export class Supervision {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #stops = new Map<LinkEnd, () => void>();

  constructor(link: Link, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
  }

  /** Silence counts from now on: so far everything was heard, also the idle events that were not played. */
  start(): void {
    for (const end of [this.#link.central, this.#link.peripheral]) {
      if (this.#stops.has(end)) continue;
      end.lastHeard = Math.max(end.lastHeard, this.#lastEvent());
      this.#watch(end);
    }
  }

  restart(): void {
    if (this.#stops.size === 0) return;
    this.stop();
    this.start();
  }

  stop(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  #watch(end: LinkEnd): void {
    const drift = 1 + (2 * end.owner.random.next() - 1) * WORST_CLOCK;
    const limit = this.#link.parameters.timeout * 10 * drift;
    const check = (): void => {
      if (end.gone) return;
      const left = end.lastHeard + limit - this.#clock.now();
      if (left <= 0) end.end(Status.ConnectionTimeout);
      else this.#stops.set(end, this.#clock.after(left, check));
    };
    this.#stops.set(end, () => {});
    check();
  }

  /** When an idle link had its last event: at most one interval ago. */
  #lastEvent(): number {
    const interval = this.#link.intervalMs;
    return this.#link.established ? this.#clock.now() - (this.#clock.now() % interval) : 0;
  }
}
