/** What a consuming application calls: the bond is proven before it connects, and it holds no pairing logic of its own. */
import { browserSurroundings } from "../bonds/browser-surroundings.ts";
import { type BondPorts, ensureBond, type EnsureTarget, type Surroundings } from "../bonds/ensure.ts";
import type { EnsurePrompts } from "../bonds/prompts.ts";
import { type Removal, removeBond, restoreBond } from "../bonds/remove.ts";
import type { BondResult, Mode, StepReport } from "../bonds/result.ts";
import type { Backend, ChooseRequest, Peer } from "../link/backend.ts";
import type { AdapterSession } from "../link/hci/session.ts";
import type { BondChange, Locks, Stores } from "../storage/ports.ts";
import type { BondRecord, Level, Probe } from "../storage/records.ts";
import { connectProven, type ConnectOptions, type ProvenConnection } from "./connect.ts";
import { Listeners, reportLater } from "./listeners.ts";
import { SDK_VERSION } from "./version.ts";

interface Surrounding {
  /** Default: IndexedDB of this origin, and Web Locks. */
  readonly stores?: Stores;
  readonly locks?: Locks;
  readonly surroundings?: Surroundings;
  /** Who is asked. Without it nothing is chosen, confirmed or replaced: see EnsurePrompts. */
  readonly prompts?: EnsurePrompts;
  readonly appVersion?: string;
  /** A listener threw. Default: `reportError`, where there is one. */
  readonly onListenerError?: (error: unknown) => void;
}

export type BondkeeperOptions = Surrounding &
  (
    | { readonly backend: Backend }
    /** Our own host on an adapter: the backend is made over it. */
    | { readonly adapter: AdapterSession }
  );

/** A record by its id, or a device that was just chosen. */
export type BondTarget = string | ChosenDevice;

export interface ChosenDevice {
  readonly peer: Peer;
  /** Services that were asked for when it was chosen. */
  readonly services: readonly string[];
  /** The read that proves the bond; needed where the backend cannot report encryption. */
  readonly probe?: Probe;
}

export interface CallOptions {
  /** The least security that counts as success; the record's own minimum counts too. */
  readonly level?: Level;
  /** Six digits that the application knows; only where pairing is explicit. Never logged, never stored. */
  readonly passkey?: string;
  readonly prompts?: EnsurePrompts;
}

export interface BondkeeperEvents {
  /** A record was written or deleted, here or in another tab. */
  readonly bondsChanged: BondChange;
  /** A step of a running procedure began or ended. */
  readonly step: StepReport;
}

/** Takes what it needs from the page where the options leave it out. */
export async function createBondkeeper(options: BondkeeperOptions): Promise<Bondkeeper> {
  const { onListenerError = reportLater, prompts, appVersion = SDK_VERSION } = options;
  const page = async () => import("./page-stores.ts");
  const ports: BondPorts = {
    backend: "adapter" in options ? await backendOf(options.adapter) : options.backend,
    stores: options.stores ?? (await page()).pageStores({ onListenerError }),
    locks: options.locks ?? (await page()).pageLocks(),
    surroundings: options.surroundings ?? browserSurroundings(),
    appVersion,
  };
  return new Bondkeeper(ports, prompts, onListenerError);
}

/** Loaded only where there is an adapter of our own: the host is large. */
async function backendOf(adapter: AdapterSession): Promise<Backend> {
  const { HciBackend } = await import("../link/hci/backend.ts");
  return new HciBackend(adapter);
}

const NEVER = new AbortController().signal;

/** The last argument of every call is the signal that ends it. */
export class Bondkeeper {
  readonly #ports: BondPorts;
  readonly #prompts: EnsurePrompts | undefined;
  readonly #events: { readonly [K in keyof BondkeeperEvents]: Listeners<BondkeeperEvents[K]> };
  readonly #closed = new AbortController();

  constructor(ports: BondPorts, prompts: EnsurePrompts | undefined, onError: (error: unknown) => void) {
    this.#ports = ports;
    this.#prompts = prompts;
    this.#events = { bondsChanged: new Listeners(onError), step: new Listeners(onError) };
    const { bondsChanged } = this.#events;
    ports.stores.bonds.onChange((change) => bondsChanged.tell(change), this.#closed.signal);
  }

  get backend(): Backend {
    return this.#ports.backend;
  }

  /** Until the signal aborts. A listener that throws harms nobody. */
  on<K extends keyof BondkeeperEvents>(
    type: K,
    listener: (event: BondkeeperEvents[K]) => void,
    signal: AbortSignal = NEVER,
  ): void {
    const listeners: Listeners<BondkeeperEvents[K]> = this.#events[type];
    listeners.add(listener, signal);
  }

  /** Opens the backend's chooser; must be called from a person's act. Rejects with DeviceError. */
  async choose(
    request: Partial<ChooseRequest> & { readonly probe?: Probe } = {},
    signal = NEVER,
  ): Promise<ChosenDevice> {
    const { services = [], optionalServices = [], namePrefix, probe } = request;
    const asked = { services, optionalServices, ...(namePrefix === undefined ? {} : { namePrefix }) };
    const peer = await this.backend.choose(asked, signal);
    return { peer, services: [...services, ...optionalServices], ...(probe && { probe }) };
  }

  /** Brings the bond to a proven state, doing only what is missing; pairs only where nothing was proven before. */
  ensureBond(target: BondTarget, options: CallOptions = {}, signal = NEVER): Promise<BondResult> {
    return this.#run("ensure", target, options, signal);
  }

  /** The same under its short name. */
  ensure(target: BondTarget, options: CallOptions = {}, signal = NEVER): Promise<BondResult> {
    return this.ensureBond(target, options, signal);
  }

  /** Says whether the bond works, and changes nothing. */
  check(target: BondTarget, options: CallOptions = {}, signal = NEVER): Promise<BondResult> {
    return this.#run("check", target, options, signal);
  }

  /** Replaces the bond after consent (`prompts.confirmRepair`); the old one comes back unless the new one is proven. */
  repair(bondId: string, options: CallOptions = {}, signal = NEVER): Promise<BondResult> {
    return this.#run("repair", bondId, options, signal);
  }

  /** `ensure`, then the link. Rejects with BondError where the bond is not proven, see ConnectOptions. */
  connect(
    target: BondTarget,
    options: ConnectOptions & CallOptions = {},
    signal = NEVER,
  ): Promise<ProvenConnection> {
    const ensure = () => this.ensureBond(target, options, signal);
    return connectProven({ ports: this.#ports, target, ensure }, options, signal);
  }

  /** Every record that was not removed; what is recorded is not proven. Rejects with StorageError. */
  async bonds(): Promise<readonly BondRecord[]> {
    const all = await this.#ports.stores.bonds.all();
    return all.filter(({ archived }) => archived?.why !== "removed");
  }

  /** Takes our record away; `restore` brings it back. Where the system keeps the keys, only a person can remove them. */
  remove(bondId: string): Promise<Removal> {
    return removeBond(bondId, this.#ports);
  }

  restore(bondId: string): Promise<boolean> {
    return restoreBond(bondId, this.#ports);
  }

  /** Ends the listeners. What runs goes on: each call has its own signal. */
  close(): void {
    this.#closed.abort();
  }

  #run(mode: Mode, target: BondTarget, options: CallOptions, signal: AbortSignal): Promise<BondResult> {
    const prompts = options.prompts ?? this.#prompts;
    return ensureBond(
      targetOf(target),
      {
        mode,
        signal,
        onStep: (report) => this.#events.step.tell(report),
        ...(options.level === undefined ? {} : { level: options.level }),
        ...(options.passkey === undefined ? {} : { pin: options.passkey }),
        ...(prompts && { prompts }),
      },
      this.#ports,
    );
  }
}

function targetOf(target: BondTarget): EnsureTarget {
  if (typeof target === "string") return { bondId: target };
  const { peer, services, probe = null } = target;
  return { peer, services, profile: null, probe };
}
