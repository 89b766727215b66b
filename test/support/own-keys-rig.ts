/** The bond procedure over our own host: a room, a dongle, keys in a real store, records in memory. */
import { type BondPorts, type EnsureOptions, type EnsureTarget, ensureBond } from "../../src/bonds/ensure.ts";
import type { BondResult } from "../../src/bonds/result.ts";
import type { HciBackend } from "../../src/link/hci/backend.ts";
import { peerIdOf } from "../../src/link/hci/addresses.ts";
import { type Keys } from "../../src/storage/keys/keys.ts";
import type { BondRecord } from "../../src/storage/records.ts";
import { openKeysTab, type KeysTab } from "../unit/keys/keys-rig.ts";
import { type Dongle, HciWorld, type OpenOptions } from "./hci-world.ts";
import { type MemoryStores, memoryLocks, memoryStores } from "./memory-stores.ts";
import type { RigHost } from "./stack-rig.ts";
import { newProfile } from "./tabs.ts";

/** What the room's clock shows when it is zero. */
/** Longer than any work beside the clock takes, at a quarter of an hour for each turn of the loop. */
const YEARS_MS = 10 * 365 * 86_400_000;
const START = Date.UTC(2026, 0, 2, 3, 4, 5);

export class OwnKeysRig implements AsyncDisposable {
  readonly world = new HciWorld();
  readonly dongle: Dongle = this.world.dongle("stick");
  readonly stores: MemoryStores = memoryStores();
  #locks = memoryLocks();
  #tab: KeysTab;
  #backend: HciBackend | undefined;
  #ids = 0;
  readonly #restoreDigest: () => void;

  constructor() {
    newProfile();
    this.#tab = this.#openTab();
    this.#restoreDigest = this.#countDigests();
  }

  get keys(): Keys {
    return this.#tab.keys;
  }

  get tables(): KeysTab["tables"] {
    return this.#tab.tables;
  }

  get backend(): HciBackend {
    if (this.#backend === undefined) throw new Error("Cannot use the backend: start it first");
    return this.#backend;
  }

  /** Brings the adapter up; again, it is as after a restart of the page. */
  async start(options: OpenOptions = {}): Promise<HciBackend> {
    await this.world.close();
    const tables = this.world.watched(this.tables);
    this.#backend = await this.world.open(this.keys, { dongle: this.dongle, tables, ...options });
    return this.#backend;
  }

  /** As after a reload of the page: nothing is left but what was stored. */
  async reload(options: OpenOptions = {}): Promise<HciBackend> {
    await this.world.close();
    await this.#tab.close();
    this.#tab = this.#openTab();
    this.#locks = memoryLocks(); // they go with the page that held them
    return this.start(options);
  }

  get ports(): BondPorts {
    const { clock } = this.world.rig;
    return {
      backend: this.backend,
      stores: this.stores,
      locks: this.#locks,
      surroundings: {
        now: () => START + Math.round(clock.now()),
        sleep: (ms) =>
          new Promise((resolve) => {
            clock.after(ms, resolve);
          }),
        random: () => 0,
        newId: () => `record-${++this.#ids}`,
      },
      appVersion: "1.0.0",
    };
  }

  ensure(target: EnsureTarget, options: Partial<EnsureOptions> = {}): Promise<BondResult> {
    const signal = new AbortController().signal;
    const running = ensureBond(target, { mode: "ensure", signal, ...options }, this.ports);
    // What is not counted among the work outside lets the clock run on, to an address that is renewed some day.
    return this.world.until(running, YEARS_MS);
  }

  /** As just chosen. */
  chosen(device: RigHost): EnsureTarget {
    const peer = this.backend.reach(this.idOf(device));
    if (peer === undefined) throw new Error("Cannot reach the device: it has no identity");
    return { peer, services: [], profile: null, probe: null };
  }

  idOf({ stack }: RigHost): string {
    return peerIdOf(stack.identity.address);
  }

  /** The one record there is. */
  async record(): Promise<BondRecord> {
    const [record] = await this.stores.bonds.all();
    if (record === undefined) throw new Error("Cannot find a record: there is none");
    return record;
  }

  async again(options: Partial<EnsureOptions> = {}): Promise<BondResult> {
    return this.ensure({ bondId: (await this.record()).id }, options);
  }

  /** The store dates what it writes by the room's clock. */
  #openTab(): KeysTab {
    return openKeysTab({ now: () => START + Math.round(this.world.rig.clock.now()) });
  }

  /** Hashes are made beside the clock, too: it stands still until they are done. */
  #countDigests(): () => void {
    const { subtle } = globalThis.crypto;
    const digest = subtle.digest.bind(subtle);
    const counted: typeof digest = (algorithm, data) => this.world.outside(digest(algorithm, data));
    Object.defineProperty(subtle, "digest", { value: counted, configurable: true, writable: true });
    return () => void Reflect.deleteProperty(subtle, "digest");
  }

  /** Everything stored about keys, as text. */
  async storedKeys(): Promise<string> {
    return JSON.stringify(await this.keys.export());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#restoreDigest();
    await this.world.close();
    await this.#tab.close();
  }
}
