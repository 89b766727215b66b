/** A Backend whose every answer the test decides. For the bond procedure; real backends have their own contract. */
import type {
  Availability,
  Backend,
  Capabilities,
  Connection,
  LinkLost,
  Peer,
} from "../../src/link/backend.ts";
import { DeviceError, type Failure } from "../../src/link/failure.ts";
import type { CharacteristicRef, GattTable } from "../../src/link/gatt.ts";

export const LOCK_SERVICE = "0000fd00-0000-1000-8000-00805f9b34fb";
export const LOCK_STATE = "0000fd01-0000-1000-8000-00805f9b34fb";
export const BATTERY = "0000180f-0000-1000-8000-00805f9b34fb";
export const BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb";

export const PROBE_REF: CharacteristicRef = {
  service: LOCK_SERVICE,
  characteristic: LOCK_STATE,
  instance: 0,
};

export const TABLE: GattTable = {
  services: [
    {
      uuid: LOCK_SERVICE,
      characteristics: [{ uuid: LOCK_STATE, properties: ["read", "write"], descriptors: [] }],
    },
    {
      uuid: BATTERY,
      characteristics: [{ uuid: BATTERY_LEVEL, properties: ["read", "notify"], descriptors: [] }],
    },
  ],
};

type Call = "connect" | "discover" | "read" | "forget";

export class ScriptedPeer implements Peer {
  readonly id: string;
  name: string | undefined;
  table: GattTable = TABLE;
  /** Every call in order, reads with their characteristic. */
  readonly calls: string[] = [];
  /** Links that are up. */
  open = 0;
  forgotten = false;
  readonly #plans = new Map<Call, (Failure | "ok" | "hang")[]>();

  constructor(id: string, name: string | undefined) {
    this.id = id;
    this.name = name;
  }

  /** The next calls of this kind answer so, in order; later ones succeed. */
  plan(call: Call, ...answers: readonly (Failure | "ok" | "hang")[]): void {
    this.#plans.set(call, [...(this.#plans.get(call) ?? []), ...answers]);
  }

  async connect(signal: AbortSignal): Promise<Connection> {
    await this.#answer("connect", "connect", signal);
    this.open++;
    return this.#connection();
  }

  async forget(signal: AbortSignal): Promise<"forgotten"> {
    await this.#answer("forget", "forget", signal);
    this.forgotten = true;
    return "forgotten";
  }

  /** The newest link ends from the other side. */
  drop: () => void = () => {};

  #connection(): Connection {
    const closed = Promise.withResolvers<LinkLost>();
    let up = true;
    this.drop = () => closed.resolve({ by: "peer" });
    return {
      closed: closed.promise,
      discover: async (signal) => {
        await this.#answer("discover", "discover", signal);
        return this.table;
      },
      read: async (ref, { signal }) => {
        await this.#answer("read", `read ${ref.characteristic.slice(4, 8)}`, signal);
        return new Uint8Array([1]);
      },
      write: () => Promise.reject(new Error("The bond procedure never writes")),
      subscribe: () => Promise.reject(new Error("The bond procedure never subscribes")),
      [Symbol.asyncDispose]: async () => {
        if (!up) return;
        up = false;
        this.open--;
        closed.resolve({ by: "us" });
      },
    };
  }

  async #answer(call: Call, shown: string, signal: AbortSignal): Promise<void> {
    this.calls.push(shown);
    if (signal.aborted) throw new DeviceError({ kind: "cancelled", by: "caller" });
    const answer = this.#plans.get(call)?.shift() ?? "ok";
    if (answer === "hang") await aborted(signal);
    else if (answer !== "ok") throw new DeviceError(answer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DeviceError({ kind: "cancelled", by: "caller" })));
  });
}

const CAPABILITIES: Capabilities = {
  transport: "web-bluetooth",
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
};

export class ScriptedBackend implements Backend {
  capabilities: Capabilities = CAPABILITIES;
  answer: Availability = { state: "ready" };
  peers: ScriptedPeer[] = [];

  availability(): Promise<Availability> {
    return Promise.resolve(this.answer);
  }

  choose(): Promise<Peer> {
    return Promise.reject(new DeviceError({ kind: "cancelled", by: "chooser" }));
  }

  known(): Promise<readonly Peer[]> {
    return Promise.resolve(this.peers);
  }
}
