/** Our host stack as a backend, over a virtual adapter, with keys in a real store, and devices in the same room. */
import type { VirtualController } from "../../hci/virtual/controller.ts";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import type { TimeLimits } from "../../src/link/backend.ts";
import { HciBackend } from "../../src/link/hci/backend.ts";
import type { Chooser, SessionPorts } from "../../src/link/hci/ports.ts";
import { AdapterSession } from "../../src/link/hci/session.ts";
import { simulatedAdapter, type SimulatedAdapter } from "../../src/link/hci/transports/simulator.ts";
import type { PairingPrompts } from "../../src/link/pairing.ts";
import { KeysAdmission, newAdaptersOnly, type AskAboutAdapter } from "../../src/storage/keys/admission.ts";
import type { Keys } from "../../src/storage/keys/keys.ts";
import { nodeCrypto } from "./crypto.ts";
import { settle } from "./manual-clock.ts";
import { type HostOptions, type RigHost, StackRig, text } from "./stack-rig.ts";

/** A dongle: its controller, and the port through which it is opened. */
export interface Dongle {
  readonly controller: VirtualController;
  readonly adapter: SimulatedAdapter;
}

export interface OpenOptions extends Partial<SessionPorts> {
  readonly dongle?: Dongle;
  readonly ask?: AskAboutAdapter;
  readonly limits?: TimeLimits;
  /** Asked around each call to the keys: true makes this page stop there for ever, as if it had been killed. */
  readonly dies?: (call: string, when: "before" | "after") => boolean;
}

export class HciWorld {
  readonly rig = new StackRig();
  /** What works outside of the rig's clock: time stands still until it is done. */
  readonly #outside = new Set<Promise<unknown>>();
  readonly #opened: AdapterSession[] = [];
  #dongles = 0;

  constructor() {
    const { clock } = this.rig;
    const step = clock.step.bind(clock);
    clock.step = async () => {
      if (this.#outside.size === 0) return step();
      await this.#quiet();
      return true; // what was waited for may be all that was wanted: no time has passed
    };
  }

  dongle(name = `dongle ${++this.#dongles}`, options: Partial<ControllerOptions> = {}): Dongle {
    const controller = this.rig.controller(name, options);
    return { controller, adapter: simulatedAdapter(controller) };
  }

  /** Brings a backend up over the keys; the same dongle again is the same adapter again. */
  async open(keys: Keys, options: OpenOptions = {}): Promise<HciBackend> {
    const { dongle = this.dongle(), ask = newAdaptersOnly("stick"), limits, dies, ...ports } = options;
    const admission = new KeysAdmission(keys, ask);
    const opening = AdapterSession.open(
      {
        adapter: dongle.adapter,
        admission: {
          admit: async (claim, signal) => {
            const admitted = await this.outside(admission.admit(claim, signal));
            const keys = this.watched(admitted.keys);
            return { ...admitted, keys: dies === undefined ? keys : mortal(keys, dies) };
          },
        },
        clock: this.rig.clock,
        crypto: nodeCrypto,
        text,
        transport: "dongle",
        prompts: agreeable(),
        chooser: firstOne,
        privacy: false,
        ...ports,
      },
      new AbortController().signal,
    );
    const session = await this.until(opening);
    this.#opened.push(session);
    return new HciBackend(session, limits);
  }

  /** A device that comes back on the air after each link. */
  async device(name: string, options: HostOptions = {}): Promise<RigHost> {
    const host = await this.rig.host(name, options);
    const { connections } = host;
    host.stack.onConnection = (link) => {
      connections.push(link);
      void link.closed.then(() => this.rig.advertise(host));
    };
    await this.rig.advertise(host);
    return host;
  }

  until<T>(work: Promise<T>, limitMs?: number): Promise<T> {
    return this.rig.until(work, limitMs);
  }

  failure(work: Promise<unknown>): Promise<Error> {
    return this.rig.failure(work);
  }

  /** Lets `ms` pass, and everything that can happen in it, beside the clock as well: looked after every `stepMs`. */
  async moment(ms: number, stepMs = 5): Promise<void> {
    const end = this.rig.clock.now() + ms;
    for (await this.#quiet(); this.rig.clock.now() < end; await this.#quiet())
      await this.rig.clock.advance(Math.min(stepMs, end - this.rig.clock.now()));
  }

  /** Counts `work` among what time waits for. */
  outside<T>(work: Promise<T>): Promise<T> {
    this.#outside.add(work);
    const over = (): void => void this.#outside.delete(work);
    work.then(over, over);
    return work;
  }

  /** The same object, whose promises time waits for. */
  watched<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]) => {
          const result: unknown = Reflect.apply(value, object, args);
          return result instanceof Promise ? this.outside(result) : result;
        };
      },
      set: (object, name, value) => Reflect.set(object, name, value, object),
    });
  }

  async close(): Promise<void> {
    for (const session of this.#opened.splice(0)) await this.until(session.close());
  }

  async #quiet(): Promise<void> {
    await settle();
    while (this.#outside.size > 0) {
      await Promise.allSettled(this.#outside);
      await settle();
    }
  }
}

/** The same object, that is never heard of again when `dies` says so. */
function mortal<T extends object>(target: T, dies: NonNullable<OpenOptions["dies"]>): T {
  const never = new Promise<never>(() => {});
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== "function" || typeof name !== "string") return value;
      return (...args: readonly unknown[]) => {
        if (dies(name, "before")) return never;
        const result: unknown = Reflect.apply(value, object, args);
        return result instanceof Promise ? result.then((end) => (dies(name, "after") ? never : end)) : result;
      };
    },
    set: (object, name, value) => Reflect.set(object, name, value, object),
  });
}

/** Says yes to everything and compares without looking; types nothing. */
export function agreeable(change: Partial<PairingPrompts> = {}): PairingPrompts {
  return {
    accept: async () => true,
    agree: async () => true,
    compare: async () => true,
    enter: async () => null,
    display: () => {},
    keypress: () => {},
    ...change,
  };
}

/** Chooses the first device that fits, as soon as it is heard. */
export const firstOne: Chooser = (sightings, signal) => {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  const look = (): void => {
    const [first] = sightings.all;
    if (first !== undefined) resolve(first.id);
  };
  sightings.onChange = look;
  signal.addEventListener("abort", () => reject(new Error("Aborted")), { once: true });
  look();
  return promise;
};
