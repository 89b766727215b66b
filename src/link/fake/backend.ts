import { DEFAULT_LIMITS } from "../backend.ts";
import type {
  Availability,
  Backend,
  Capabilities,
  ChooseRequest,
  Connection,
  Peer,
  TimeLimits,
} from "../backend.ts";
import { abortable, cancelled, limited } from "../bounded.ts";
import { DeviceError } from "../failure.ts";
import { pageTimers } from "../timers.ts";
import type { Timers } from "../timers.ts";
import { VirtualConnection } from "./connection.ts";
import type { RadioDevice, VirtualRadio } from "./virtual-radio.ts";

/** One line of the demo's chooser. */
export interface Choice {
  readonly key: string;
  readonly name: string;
}

export interface FakeOptions {
  /** Shows the devices that fit and resolves with the key of one, or null when the person closed the list. */
  readonly pick: (devices: readonly Choice[], signal: AbortSignal) => Promise<string | null>;
  readonly limits?: TimeLimits;
  readonly timers?: Timers;
}

/**
 * Virtual devices instead of a radio, for browsers without Bluetooth and for tests. It behaves like Web Bluetooth, pairs
 * on demand and keeps to the same contract; its transport is `demo`, so that no proof of it is taken for a real one.
 */
export class FakeBackend implements Backend {
  readonly capabilities: Capabilities = {
    transport: "demo",
    pairing: "on-demand",
    remembersPeers: true,
    keysOwnedBy: "system",
    reports: {
      encryption: false,
      bond: false,
      attributeHandles: false,
      adapterPower: true,
      attErrors: false,
    },
  };
  readonly #radio: VirtualRadio;
  readonly #pick: FakeOptions["pick"];
  readonly #limits: TimeLimits;
  readonly #timers: Timers;
  readonly #peers = new Map<string, FakePeer>();

  constructor(radio: VirtualRadio, { pick, limits = DEFAULT_LIMITS, timers = pageTimers }: FakeOptions) {
    this.#radio = radio;
    this.#pick = pick;
    this.#limits = limits;
    this.#timers = timers;
  }

  availability(signal: AbortSignal): Promise<Availability> {
    if (signal.aborted) return Promise.reject(cancelled(signal));
    return Promise.resolve({ state: this.#radio.adapter });
  }

  async choose(request: ChooseRequest, signal: AbortSignal): Promise<Peer> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#radio.adapter === "adapter-missing")
      throw new DeviceError({ kind: "adapter", state: "missing" });
    const fitting = this.#radio.devices.filter((device) => fits(device, request));
    const key = await abortable(
      this.#pick(
        fitting.map(({ declared }) => ({ key: declared.key, name: declared.name })),
        signal,
      ),
      signal,
    );
    const chosen = fitting.find(({ declared }) => declared.key === key);
    if (chosen === undefined) throw new DeviceError({ kind: "cancelled", by: "chooser" });
    return this.#peer(chosen, chosen.grant());
  }

  known(signal: AbortSignal): Promise<readonly Peer[]> {
    if (signal.aborted) return Promise.reject(cancelled(signal));
    const peers = this.#radio.devices.flatMap((device) =>
      device.state.id === null ? [] : [this.#peer(device, device.state.id)],
    );
    return Promise.resolve(peers);
  }

  #peer(device: RadioDevice, id: string): FakePeer {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    const peer = new FakePeer(device, id, this.#limits, this.#timers);
    this.#peers.set(id, peer);
    return peer;
  }
}

class FakePeer implements Peer {
  readonly id: string;
  readonly #device: RadioDevice;
  readonly #limits: TimeLimits;
  readonly #timers: Timers;
  #connecting = false;
  #connection: VirtualConnection | undefined;

  constructor(device: RadioDevice, id: string, limits: TimeLimits, timers: Timers) {
    this.#device = device;
    this.id = id;
    this.#limits = limits;
    this.#timers = timers;
  }

  get name(): string {
    return this.#device.declared.name;
  }

  async connect(signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#connecting || this.#connection?.ended === false) {
      throw new DeviceError({ kind: "busy", what: "connect" });
    }
    this.#connecting = true;
    try {
      const reaching = limited(this.#reach(), "connect", this.#limits.connect, this.#timers);
      await abortable(reaching, signal);
      this.#connection = new VirtualConnection(this.#device, this.#limits, this.#timers);
      return this.#connection;
    } finally {
      this.#connecting = false;
    }
  }

  forget(signal: AbortSignal): Promise<"forgotten"> {
    if (signal.aborted) return Promise.reject(cancelled(signal));
    this.#connection?.close();
    if (this.#device.state.id === this.id) this.#device.change({ id: null });
    return Promise.resolve("forgotten");
  }

  async #reach(): Promise<void> {
    const { delays } = this.#device.declared;
    if (this.#device.state.id !== this.id) throw new DeviceError({ kind: "permission-lost" });
    await this.#device.play("connect", this.#device.state.inRange ? delays.connect : delays.unreachable);
    if (!this.#device.state.inRange) {
      throw new DeviceError({ kind: "unreachable", detail: "attempt-failed" });
    }
  }
}

function fits({ declared }: RadioDevice, { services, namePrefix = "" }: ChooseRequest): boolean {
  return services.every((uuid) => declared.advertises.includes(uuid)) && declared.name.startsWith(namePrefix);
}
