/** What a harness builds so that the contract of `Backend` can be run against it. Imports nothing of Node. */
import type { Backend, TimeLimits } from "../../src/link/backend.ts";
import type { CharacteristicProperty } from "../../src/link/gatt.ts";

export const BATTERY = "0000180f-0000-1000-8000-00805f9b34fb";
export const LEVEL = "00002a19-0000-1000-8000-00805f9b34fb";
export const VENDOR = "b0d20001-5f3a-4c1e-9a77-3d2f6b8e4c10";
export const ECHO = "b0d20002-5f3a-4c1e-9a77-3d2f6b8e4c10";
export const TWIN = "b0d20003-5f3a-4c1e-9a77-3d2f6b8e4c10";

export interface ContractCharacteristic {
  readonly uuid: string;
  readonly properties: readonly CharacteristicProperty[];
  readonly value: readonly number[];
}

/** The device that the harness must put into the air: open, in range, first in the chooser. */
export const CONTRACT_DEVICE: {
  readonly name: string;
  readonly services: readonly {
    readonly uuid: string;
    readonly characteristics: readonly ContractCharacteristic[];
  }[];
} = {
  name: "Contract device",
  services: [
    { uuid: BATTERY, characteristics: [{ uuid: LEVEL, properties: ["read", "notify"], value: [42] }] },
    {
      uuid: VENDOR,
      characteristics: [
        { uuid: ECHO, properties: ["read", "write", "writeWithoutResponse"], value: [1, 2, 3] },
        { uuid: TWIN, properties: ["read"], value: [10] },
        { uuid: TWIN, properties: ["read"], value: [11] },
      ],
    },
  ],
};

export type Hangable = "connect" | "discover" | "read" | "write" | "subscribe";

/** A fresh world for one test. */
export interface ContractBench extends AsyncDisposable {
  readonly backend: Backend;
  /** The limits that the backend was given. */
  readonly limits: TimeLimits;
  /** What the person does in the next choosers. At the start: pick. */
  chooser(does: "pick" | "cancel" | "nothing"): Promise<void>;
  adapter(state: "present" | "missing"): Promise<void>;
  /** The next platform call of that kind never settles. */
  hang(operation: Hangable): Promise<void>;
  /** The peer or the radio ends the link. */
  dropLink(): Promise<void>;
  /** The peer sends this as the value of the battery level. */
  notify(value: readonly number[]): Promise<void>;
  /** What the device holds as value of the echo characteristic. */
  echo(): Promise<readonly number[]>;
  /** Lets `ms` of the backend's time pass. */
  pass(ms: number): Promise<void>;
  /** Resolves when everything that can happen without time passing has happened. */
  soon(): Promise<void>;
}

/** What some platforms cannot show; their tests are left out. */
export type ContractFeature =
  | "adapter-missing"
  | "hang-connect"
  | "hang-discover"
  | "hang-read"
  | "hang-write"
  | "hang-subscribe"
  | "drop-with-open-read"
  | "twin-characteristics"
  | "peer-drop";

export interface ContractHarness {
  start(): Promise<ContractBench>;
  readonly cannot?: readonly ContractFeature[];
}

export type ContractTest = (name: string, run: () => Promise<void>) => void;
