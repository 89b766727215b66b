/** What a harness builds so that the contract of explicit pairing can be run against a backend. Imports nothing of Node. */
import type { Backend } from "../../src/link/backend.ts";
import type { CharacteristicRef } from "../../src/link/gatt.ts";

export const GUARDED_VALUE = [4];

/** In the air and in range; pairs with whoever asks, with Secure Connections, and keeps its bonds. */
export interface BondingDevice {
  /** `Peer.id` of its identity. */
  readonly peerId: string;
  /** The passkey that it shows at this moment. */
  readonly shown: string;
  /** Pairings that it was asked for. */
  readonly asked: number;
  /** Its owner resets it: it knows nobody any more. */
  reset(): Promise<void>;
  /** It ends the link that it has. */
  drop(): Promise<void>;
}

/** A fresh world for one test: no bond anywhere. */
export interface BondingBench extends AsyncDisposable {
  readonly backend: Backend;
  /** Just Works: neither display nor keys. */
  readonly plain: BondingDevice;
  /** It shows a passkey, and takes nobody who does not type it. */
  readonly display: BondingDevice;
  /** What only an encrypted link may read, of both devices; it holds `GUARDED_VALUE`. */
  readonly guarded: CharacteristicRef;
  /** Lets the time pass that `work` takes. */
  readonly until: <T>(work: Promise<T>) => Promise<T>;
  /** Lets `ms` of the backend's time pass. */
  pass(ms: number): Promise<void>;
  /** Resolves when everything that can happen in a moment has happened. */
  soon(): Promise<void>;
}

export interface BondingHarness {
  start(): Promise<BondingBench>;
}
