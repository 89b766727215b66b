import type { Backend, Peer } from "../link/backend.ts";
import type { Uuid } from "../link/gatt.ts";
import type { Level, Probe } from "../storage/records.ts";
import type { Locks, Stores } from "../storage/ports.ts";
import type { EnsurePrompts } from "./prompts.ts";
import type { BondResult, Mode, StepReport } from "./result.ts";

/** The device the procedure is about: one we have a record of, or one that was just chosen. */
export type EnsureTarget =
  | { readonly bondId: string }
  | {
      readonly peer: Peer;
      /** Services the page asked for when the peer was chosen. */
      readonly services: readonly Uuid[];
      readonly profile: string | null;
      readonly probe: Probe | null;
    };

export interface EnsureOptions {
  readonly mode: Mode;
  /** The least level that counts as success; the record's own minimum counts too. */
  readonly level?: Level;
  /** Only where `capabilities.pairing` is `explicit`; on Web Bluetooth the system asks. */
  readonly pin?: string;
  readonly signal: AbortSignal;
  readonly prompts?: EnsurePrompts;
  /** Called synchronously as each step starts and ends. */
  readonly onStep?: (report: StepReport) => void;
}

/** Time and chance, so that tests decide them. */
export interface Surroundings {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1, for jitter. */
  random(): number;
  newId(): string;
}

export interface BondPorts {
  readonly backend: Backend;
  readonly stores: Stores;
  readonly locks: Locks;
  readonly surroundings: Surroundings;
  readonly appVersion: string;
}

/** Never rejects for a reason of the radio, the person or the store: those are results. */
export type EnsureBond = (
  target: EnsureTarget,
  options: EnsureOptions,
  ports: BondPorts,
) => Promise<BondResult>;
