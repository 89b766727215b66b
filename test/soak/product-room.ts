/**
 * The page without its screens, over a virtual dongle in a room with three devices, for as long as the room's clock is
 * moved: our host as the page composes it, keys and records in IndexedDB, the trace, the pairing manager, the scanner and
 * the order of identity keys.
 */
import { type BondPorts, type EnsureOptions, type EnsureTarget, ensureBond } from "../../src/bonds/ensure.ts";
import type { BondResult } from "../../src/bonds/result.ts";
import { ownHost } from "../../src/app/own-host.ts";
import { aes128 } from "../../src/crypto/aes128.ts";
import { matchIrk } from "../../src/formats/keys/irk-order.ts";
import { peerIdOf } from "../../src/link/hci/addresses.ts";
import type { HciBackend } from "../../src/link/hci/backend.ts";
import { IrkWatch } from "../../src/link/hci/irk-watch.ts";
import { type ScanRadio, scanRadioOf } from "../../src/link/hci/scan-radio.ts";
import { TraceRecorder } from "../../src/link/hci/trace-recorder.ts";
import { PairingManager } from "../../src/state/pairing-manager.ts";
import { newAdaptersOnly } from "../../src/storage/keys/admission.ts";
import { UnsettledIrks } from "../../src/storage/keys/unsettled-irks.ts";
import { Waits, type WaitRow } from "../../src/storage/keys/waits.ts";
import type { BondRecord } from "../../src/storage/records.ts";
import { type Dongle, HciWorld } from "../support/hci-world.ts";
import { memoryLocks } from "../support/memory-stores.ts";
import type { RigHost } from "../support/stack-rig.ts";
import { newProfile, openTab, type Tab } from "../support/tabs.ts";
import { type KeysTab, openKeysTab } from "../unit/keys/keys-rig.ts";
import { countOutside } from "./outside.ts";

const START = Date.UTC(2026, 0, 2);
const ROTATION_MS = 60_000;
/** Longer than any procedure takes, its waiting times included. */
const PATIENCE_MS = 600_000;

export interface Devices {
  /** Just Works. */
  readonly belt: RigHost;
  /** Just Works, and a new private address every minute. */
  readonly tag: RigHost;
  /** Shows a passkey. */
  readonly lock: RigHost;
}

interface Parts {
  readonly world: HciWorld;
  readonly dongle: Dongle;
  readonly devices: Devices;
  readonly keys: KeysTab;
  readonly stores: Tab;
  readonly backend: HciBackend;
  readonly pairing: PairingManager;
  readonly trace: TraceRecorder;
  readonly orders: IrkWatch;
  readonly ports: BondPorts;
  /** As long as the page is there. */
  readonly page: AbortController;
  readonly stopCounting: () => void;
}

export class ProductRoom implements AsyncDisposable {
  readonly parts: Parts;
  readonly scanner: ScanRadio;

  private constructor(parts: Parts) {
    this.parts = parts;
    this.scanner = scanRadioOf(parts.backend);
  }

  static async open(): Promise<ProductRoom> {
    newProfile();
    const world = new HciWorld();
    const stopCounting = countOutside(world);
    const { clock } = world.rig;
    const now = (): number => START + Math.round(clock.now());
    const dongle = world.dongle("stick");
    const devices = {
      belt: await world.device("belt", { policy: { ioCapability: "NoInputNoOutput" } }),
      tag: await world.device("tag", {
        policy: { ioCapability: "NoInputNoOutput" },
        privacy: true,
        rotationMs: ROTATION_MS,
      }),
      lock: await world.device("lock", { policy: { ioCapability: "DisplayOnly", mitm: "required" } }),
    };
    const keys = openKeysTab({ now });
    const stores = openTab({ now });
    const page = new AbortController();
    const trace = new TraceRecorder({ clock, now });
    const late: { ports?: BondPorts } = {};
    const pairing = new PairingManager({
      get bond() {
        if (late.ports === undefined) throw new Error("Cannot ask: the page is not ready");
        return late.ports;
      },
      after: (ms, run) => clock.after(ms, run),
      onListenerError: raise,
    });
    const backend = await ownHost({
      adapter: trace.around(dongle.adapter),
      transport: "dongle",
      keys: keys.keys,
      tables: keys.tables,
      waits: new Waits(waitsInMemory(), now, raise),
      stores,
      prompts: pairing,
      chooser: async () => null,
      ask: newAdaptersOnly("stick"),
      clock,
      onListenerError: raise,
    });
    let ids = 0;
    const ports: BondPorts = {
      backend,
      stores,
      locks: memoryLocks(),
      surroundings: {
        now,
        sleep: (ms) => new Promise((resolve) => void clock.after(ms, resolve)),
        random: () => 0,
        newId: () => `record-${++ids}`,
      },
      appVersion: "soak",
    };
    late.ports = ports;
    await world.until(pairing.start(page.signal));
    const orders = new IrkWatch({
      session: backend.session,
      irks: new UnsettledIrks(keys.keys),
      order: (irk, heard) => matchIrk(aes128, irk, heard).order,
      aes: aes128,
      clock,
      onTurned: () => {},
      onError: raise,
    });
    orders.start(page.signal);
    const parts = { world, dongle, devices, keys, stores, backend, pairing, trace, orders, ports, page };
    return new ProductRoom({ ...parts, stopCounting });
  }

  get now(): number {
    return this.parts.world.rig.clock.now();
  }

  until<T>(work: Promise<T>): Promise<T> {
    return this.parts.world.until(work, PATIENCE_MS);
  }

  pass(ms: number): Promise<void> {
    return this.parts.world.moment(ms, 100);
  }

  /** A person agrees to everything and types what the lock shows, or another code. */
  answer({ wrong = false } = {}): () => void {
    const { pairing, devices } = this.parts;
    return pairing.view.watch(() => {
      for (const { id, ask } of pairing.view.value.requests) {
        const { shown = "" } = devices.lock.person;
        const passkey = wrong ? String((Number(shown) + 1) % 1_000_000).padStart(6, "0") : shown;
        queueMicrotask(() =>
          pairing.respond(id, ask.kind === "enter" ? { accept: true, passkey } : { accept: true }),
        );
      }
    });
  }

  ensure(target: EnsureTarget, options: Partial<EnsureOptions> = {}): Promise<BondResult> {
    const { ports, pairing } = this.parts;
    const { signal } = new AbortController();
    const prompts = { pairing, confirmRepair: async () => true };
    return this.until(ensureBond(target, { mode: "ensure", signal, prompts, ...options }, ports));
  }

  async recordOf({ stack }: RigHost): Promise<BondRecord | undefined> {
    const id = peerIdOf(stack.identity.address);
    const all = await this.until(this.parts.stores.bonds.all());
    return all.find(({ platformId, archived }) => platformId === id && archived === null);
  }

  /** Ends what the page began, in the order in which a page ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { world, backend, orders, page, keys, stores, stopCounting } = this.parts;
    page.abort();
    await this.until(orders.idle);
    await this.until(backend.session.close());
    await this.until(Promise.all([keys.close(), stores.close()]));
    await world.close();
    stopCounting();
  }
}

function waitsInMemory() {
  let rows: readonly WaitRow[] = [];
  return {
    read: async () => rows,
    write: async (next: readonly WaitRow[]) => void (rows = next),
  };
}

function raise(error: unknown): never {
  throw error;
}
