import type { Clock } from "../ports.ts";
import type { Advertisement } from "./advertising/advertisement.ts";
import type { Random } from "./random.ts";
import { seededRandom } from "./random.ts";

/** Anything with an antenna: one per controller. */
export interface Station {
  /** Hears one advertising event that reached it. */
  hear(advertisement: Advertisement, rssi: number, from: Station): void;
}

export type Pace = "interval" | "immediate" | number;

export interface RadioOptions {
  readonly clock: Clock;
  readonly seed?: number;
  /**
   * `interval`: data moves at connection events, as on the air. A number: the same, with this many milliseconds between
   * events instead of the connection interval. `immediate`: a connection event takes place as soon as there is something
   * to send; for measurements of the host and for quick tests.
   */
  readonly pace?: Pace;
  /** The share of packets lost on every path, 0 to 1. */
  readonly loss?: number;
}

/** The air between controllers: who hears whom, how well, and what gets lost. */
export class Radio {
  readonly clock: Clock;
  readonly random: Random;
  readonly pace: Pace;
  readonly #stations = new Map<Station, number>();
  readonly #cuts = new Set<string>();
  readonly #watchers = new Set<() => void>();
  readonly #losses: Random;
  readonly #levels: Random;
  #loss: number;
  #joined = 0;

  constructor(options: RadioOptions) {
    this.clock = options.clock;
    this.random = seededRandom(options.seed ?? 1);
    this.pace = options.pace ?? "interval";
    this.#loss = options.loss ?? 0;
    this.#losses = this.random.stream("losses");
    this.#levels = this.random.stream("levels");
  }

  /** The station is in range from now on; the result takes it away. */
  join(station: Station): () => void {
    this.#stations.set(station, this.#joined++);
    return () => {
      this.#stations.delete(station);
      this.#changed();
    };
  }

  /** Sends one advertising event to everybody in range. Each receiver loses it, or not, by itself. */
  broadcast(from: Station, advertisement: Advertisement): void {
    for (const to of this.#stations.keys()) {
      if (to !== from && this.carries(from, to)) to.hear(advertisement, this.level(from, to), from);
    }
  }

  /** Whether one packet arrives. */
  carries(from: Station, to: Station): boolean {
    return this.connected(from, to) && !this.#losses.chance(this.#loss);
  }

  connected(a: Station, b: Station): boolean {
    return this.#stations.has(a) && this.#stations.has(b) && !this.#cuts.has(this.#path(a, b));
  }

  /** True as long as nothing can get lost between the two: idle connection events need not be played then. */
  flawless(a: Station, b: Station): boolean {
    return this.#loss === 0 && this.connected(a, b);
  }

  /** Nothing passes between the two, in either direction, until `mend`. */
  cut(a: Station, b: Station): void {
    this.#cuts.add(this.#path(a, b));
    this.#changed();
  }

  mend(a: Station, b: Station): void {
    this.#cuts.delete(this.#path(a, b));
    this.#changed();
  }

  setLoss(share: number): void {
    this.#loss = share;
    this.#changed();
  }

  /** Signal strength in dBm: a base per path, fading around it, sometimes 127 for "not available". */
  level(from: Station, to: Station): number {
    if (this.#levels.chance(0.03)) return 127;
    const base =
      -40 - ((((this.#stations.get(from) ?? 0) + 1) * ((this.#stations.get(to) ?? 0) + 1) * 7) % 40);
    return base + this.#levels.below(13) - 6;
  }

  /** Calls `changed` whenever a path got better or worse; the result stops that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  #path(a: Station, b: Station): string {
    const [first, second] = [this.#stations.get(a) ?? -1, this.#stations.get(b) ?? -1];
    return first < second ? `${first} ${second}` : `${second} ${first}`;
  }

  #changed(): void {
    for (const changed of this.#watchers) changed();
  }
}
