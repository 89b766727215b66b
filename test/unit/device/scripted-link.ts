/** A backend with one peer and one link whose every answer a test decides. */
import type { BondPorts } from "../../../src/bonds/ensure.ts";
import type { Backend, Connection, LinkLost, Peer } from "../../../src/link/backend.ts";
import { DeviceError, type Failure } from "../../../src/link/failure.ts";
import type { CharacteristicRef, GattTable } from "../../../src/link/gatt.ts";
import { refKey } from "../../../src/state/gatt-tree.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { memoryStores, type MemoryStores } from "../../support/memory-stores.ts";

export const uuid = (short: number): string =>
  `0000${short.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;

export const BATTERY: CharacteristicRef = {
  service: uuid(0x180f),
  characteristic: uuid(0x2a19),
  instance: 0,
};
export const SECRET: CharacteristicRef = { service: uuid(0xfff0), characteristic: uuid(0xfff1), instance: 0 };

export const TABLE: GattTable = {
  services: [
    {
      uuid: BATTERY.service,
      characteristics: [
        {
          uuid: BATTERY.characteristic,
          properties: ["read", "notify"],
          descriptors: [{ uuid: uuid(0x2902) }],
        },
      ],
    },
    {
      uuid: SECRET.service,
      characteristics: [{ uuid: SECRET.characteristic, properties: ["read", "write"], descriptors: [] }],
    },
  ],
};

export const START = Date.parse("2026-03-01T12:00:00Z");

export function bondRecord(change: Partial<BondRecord> = {}): BondRecord {
  return {
    v: 1,
    id: "bond-1",
    transport: "demo",
    localIdentity: "webbluetooth:profile-1",
    platformId: "peer-1",
    name: "Lamp",
    label: null,
    notes: "",
    profile: null,
    services: [SECRET.service],
    createdAt: "2026-01-01T00:00:00.000Z",
    lastSeenAt: null,
    probe: null,
    refused: [],
    proofs: [],
    suspect: null,
    archived: null,
    minimumLevel: null,
    autoConnect: false,
    importedFrom: null,
    ...change,
  };
}

export const PROBED: Partial<BondRecord> = {
  probe: { ref: SECRET, source: "user", level: null, since: "2026-01-01T00:00:00.000Z" },
  proofs: [
    {
      at: "2026-02-01T00:00:00.000Z",
      transport: "demo",
      localIdentity: "webbluetooth:profile-1",
      how: "gated-read",
      level: null,
      keySize: null,
      probe: SECRET,
      appVersion: "0",
    },
  ],
};

type Answer = Uint8Array | Failure | Promise<Uint8Array>;

export class ScriptedLink {
  readonly stores: MemoryStores;
  readonly log: string[] = [];
  /** What the next reads of a characteristic give, by key; the last one stays. */
  readonly answers = new Map<string, Answer[]>();
  readonly listeners = new Map<string, (value: Uint8Array) => void>();
  table: GattTable = TABLE;
  remembered = true;
  connectFailure: Failure | undefined;
  now = START;
  #closed = Promise.withResolvers<LinkLost>();

  constructor(record: BondRecord | null = bondRecord()) {
    this.stores = memoryStores({ bonds: record === null ? [] : [record] });
  }

  readonly peer: Peer = {
    id: "peer-1",
    name: "Lamp",
    connect: async (signal) => {
      signal.throwIfAborted();
      if (this.connectFailure !== undefined) throw new DeviceError(this.connectFailure);
      this.log.push("connect");
      this.#closed = Promise.withResolvers<LinkLost>();
      return this.#connection();
    },
    forget: async () => {
      this.log.push("forget");
      return "forgotten";
    },
  };

  readonly backend: Backend = {
    capabilities: {
      transport: "demo",
      pairing: "on-demand",
      remembersPeers: true,
      keysOwnedBy: "system",
      reports: {
        encryption: false,
        bond: false,
        attributeHandles: false,
        adapterPower: false,
        attErrors: false,
      },
    },
    availability: async () => ({ state: "ready" }),
    choose: async () => this.peer,
    known: async () => (this.remembered ? [this.peer] : []),
  };

  get ports(): BondPorts {
    return {
      backend: this.backend,
      stores: this.stores,
      locks: { exclusive: async (_, work) => ({ kind: "done", value: await work() }) },
      surroundings: {
        now: () => this.now,
        sleep: async () => {},
        random: () => 0.5,
        newId: () => "bond-2",
      },
      appVersion: "test",
    };
  }

  answer(ref: CharacteristicRef, ...answers: Answer[]): void {
    this.answers.set(refKey(ref), answers);
  }

  notify(ref: CharacteristicRef, ...octets: number[]): void {
    this.listeners.get(refKey(ref))?.(Uint8Array.from(octets));
  }

  lose(): void {
    this.#closed.resolve({ by: "peer" });
  }

  #connection(): Connection {
    const closed = this.#closed;
    return {
      closed: closed.promise,
      discover: async () => this.table,
      read: async (ref, { signal }) => {
        this.log.push(`read ${refKey(ref)}`);
        const queue = this.answers.get(refKey(ref)) ?? [];
        const next = queue.length > 1 ? queue.shift() : queue[0];
        if (next === undefined) throw new DeviceError({ kind: "att-error" });
        if (next instanceof Uint8Array) return next;
        if (!(next instanceof Promise)) throw new DeviceError(next);
        return Promise.race([next, rejectedBy(signal)]);
      },
      write: async (ref, value, { response }) => {
        this.log.push(`write ${refKey(ref)} ${Buffer.from(value).toString("hex")} ${response}`);
      },
      subscribe: async (ref, onValue) => {
        this.listeners.set(refKey(ref), onValue);
        return async () => void this.listeners.delete(refKey(ref));
      },
      [Symbol.asyncDispose]: async () => {
        this.log.push("disconnect");
        closed.resolve({ by: "us" });
      },
    };
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DeviceError({ kind: "cancelled", by: "caller" })));
  });
}

/** Frames that a test lets happen. */
export class ManualFrames {
  readonly #waiting = new Set<() => void>();

  readonly onFrame = (run: () => void): (() => void) => {
    this.#waiting.add(run);
    return () => void this.#waiting.delete(run);
  };

  get waiting(): number {
    return this.#waiting.size;
  }

  draw(): void {
    const now = [...this.#waiting];
    this.#waiting.clear();
    for (const run of now) run();
  }
}
