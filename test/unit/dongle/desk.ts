/** A page with a dongle before it, whichever way it is reached, and what is done with it once it is open. */
import assert from "node:assert/strict";
import type { Availability, Backend, Connection } from "../../../src/link/backend.ts";
import { DeviceError, type Failure } from "../../../src/link/failure.ts";
import type { AdapterPort } from "../../../src/link/hci/ports.ts";
import { DEFAULT_DEVICE_POLICY, type PairOutcome } from "../../../src/link/security.ts";
import type { Keys } from "../../../src/storage/keys/keys.ts";
import { agreeable, HciWorld } from "../../support/hci-world.ts";
import { newProfile } from "../../support/tabs.ts";
import { openKeysTab, type KeysTab } from "../keys/keys-rig.ts";

export const never = new AbortController().signal;

/** With a room and an empty key store of its own, closed at its end. */
export abstract class Desk implements AsyncDisposable {
  readonly world: HciWorld;
  readonly #tab: KeysTab;

  constructor() {
    newProfile();
    this.world = new HciWorld();
    this.#tab = openKeysTab();
  }

  protected abstract readonly adapter: AdapterPort;

  get keys(): Keys {
    return this.#tab.keys;
  }

  open(): Promise<Backend> {
    return this.world.open(this.keys, { adapter: this.adapter });
  }

  /** What opening it ends with. */
  async refusal(): Promise<Failure> {
    const error = await this.world.failure(this.open());
    assert.ok(error instanceof DeviceError);
    return error.failure;
  }

  /** Opened, and connected to a device that was chosen just now. */
  async reach(): Promise<{ readonly backend: Backend; readonly connection: Connection }> {
    const device = await this.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
    const backend = await this.open();
    const peer = await this.world.until(backend.choose({ services: [], optionalServices: [] }, never));
    assert.equal(peer.name, device.name);
    return { backend, connection: await this.world.until(peer.connect(never)) };
  }

  pair({ bonding }: Connection): Promise<PairOutcome> {
    assert.ok(bonding);
    const how = { prompts: agreeable(), policy: DEFAULT_DEVICE_POLICY, unstored: "refuse" } as const;
    return this.world.until(bonding.pair({ ...how, signal: never }));
  }

  async leave(connection: Connection): Promise<void> {
    await this.world.until(Promise.resolve(connection[Symbol.asyncDispose]()));
  }

  /** Opened, paired, and disconnected. */
  async bonded(): Promise<Backend> {
    const { backend, connection } = await this.reach();
    await this.pair(connection);
    await this.leave(connection);
    return backend;
  }

  async state(backend: Backend): Promise<Availability["state"]> {
    return (await this.world.until(backend.availability(never))).state;
  }

  /** Comes back to the bonded device and encrypts with the stored key. */
  async encrypts(backend: Backend): Promise<boolean | null> {
    const [peer] = await this.world.until(backend.known(never));
    assert.ok(peer);
    const connection = await this.world.until(peer.connect(never));
    assert.ok(connection.bonding);
    const { security } = await this.world.until(connection.bonding.encrypt(DEFAULT_DEVICE_POLICY, never));
    await this.leave(connection);
    return security.encrypted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world.close();
    await this.#tab.close();
  }
}
