/** The host stack on a key store that survives it: what is proven is a link that is really encrypted. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { pairAndProve } from "../../../hci/device/prove.ts";
import type { Address, Bond, KeyStore } from "../../../hci/ports.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import { settle } from "../../support/manual-clock.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { StackRig, type RigHost } from "../../support/stack-rig.ts";
import { newProfile } from "../../support/tabs.ts";
import { CLAIM, openKeysTab, type KeysTab } from "./keys-rig.ts";

beforeEach(newProfile);

/** In the place of the store in memory; the rig's time stands still while it works. */
class VaultBacked extends MemoryKeyStore {
  readonly #inner: KeyStore;
  readonly #pending: Set<Promise<unknown>>;

  constructor(inner: KeyStore, pending: Set<Promise<unknown>>) {
    super();
    this.#inner = inner;
    this.#pending = pending;
  }

  #wait<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    const over = (): void => void this.#pending.delete(work);
    work.then(over, over);
    return work;
  }

  override get(local: Address, peer: Address): Promise<Bond | undefined> {
    return this.#wait(this.#inner.get(local, peer));
  }

  override all(local: Address): Promise<readonly Bond[]> {
    return this.#wait(this.#inner.all(local));
  }

  override put(bond: Bond): Promise<{ readonly persisted: boolean }> {
    return this.#wait(this.#inner.put(bond));
  }

  override delete(local: Address, peer: Address): Promise<boolean> {
    return this.#wait(this.#inner.delete(local, peer));
  }
}

class Room {
  readonly rig = new StackRig();
  readonly #pending = new Set<Promise<unknown>>();
  #count = 0;

  constructor() {
    const { clock } = this.rig;
    const step = clock.step.bind(clock);
    clock.step = async () => {
      while (this.#pending.size > 0) {
        await Promise.allSettled(this.#pending);
        await settle();
      }
      return step();
    };
  }

  sensor(): Promise<RigHost> {
    return this.rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  }

  /** A host on a controller of its own, with the identity and the bonds that `tab` has for the adapter. */
  async phone(tab: KeysTab, adapter?: AdmittedAdapter): Promise<RigHost> {
    const admitted = adapter ?? (await tab.adapter());
    const identity = await tab.keys.identities.own(admitted.id);
    const keys = new VaultBacked(tab.keys.forAdapter(admitted), this.#pending);
    return this.rig.host(`phone ${++this.#count}`, { identity, keys });
  }

  /** Pairs and proves; the proof is told to the store, as whoever owns both does it. */
  async bond(tab: KeysTab, phone: RigHost, sensor: RigHost, replaces?: Address): Promise<string | undefined> {
    const { central } = await this.rig.connect(phone, sensor);
    for (const link of sensor.connections.slice(-1)) void link.closed.then(() => this.rig.advertise(sensor));
    const how = replaces === undefined ? {} : { replaces };
    const { proof } = await this.rig.until(pairAndProve(phone.stack, central, how));
    if (proof?.kind === "proven") {
      const { bond } = proof.link.security ?? {};
      assert.ok(bond);
      assert.equal(await tab.keys.forAdapter(await tab.adapter()).promote(bond), "active");
      await this.rig.end(proof.link);
    }
    return proof?.kind;
  }

  /** Connects and encrypts with the stored key; whether the link is encrypted then. */
  async encrypts(phone: RigHost, sensor: RigHost): Promise<boolean> {
    const { central } = await this.rig.connect(phone, sensor);
    await this.rig.until(central.secure());
    const encrypted = central.link.encrypted;
    assert.ok(phone.sent.includes("command 2019"), "with LE Enable Encryption");
    await this.rig.end(central);
    return encrypted;
  }
}

const peerOf = ({ stack }: RigHost): Address => stack.identity.address;

test("a bond made with one stack encrypts a link of another, after the store was closed and opened", async () => {
  const room = new Room();
  const sensor = await room.sensor();
  {
    await using tab = openKeysTab();
    assert.equal(await room.bond(tab, await room.phone(tab), sensor), "proven");
  }
  await using tab = openKeysTab();
  assert.equal((await tab.keys.list())[0]?.state, "active");
  assert.ok(await room.encrypts(await room.phone(tab), sensor));
});

test("a page that dies before the proof finds the half-bond, and its key encrypts", async () => {
  const room = new Room();
  const sensor = await room.sensor();
  {
    await using tab = openKeysTab();
    const phone = await room.phone(tab);
    await room.rig.bond(phone, sensor);
  }
  await using tab = openKeysTab();
  assert.equal((await tab.keys.list())[0]?.state, "half-bond");
  assert.ok(await room.encrypts(await room.phone(tab), sensor));
});

test("a new bond that fails its proof gives its place back, and the old key encrypts again", async () => {
  const room = new Room();
  const sensor = await room.sensor();
  await using tab = openKeysTab();
  const phone = await room.phone(tab);
  assert.equal(await room.bond(tab, phone, sensor), "proven");
  const [kept] = sensor.keys.bonds;
  assert.ok(kept);
  // The sensor forgets us, takes part in a new pairing, and comes back as it was before.
  await sensor.keys.delete(kept.local, kept.peer);
  const put = sensor.keys.put.bind(sensor.keys);
  sensor.keys.put = () => put(kept);
  assert.equal(await room.bond(tab, phone, sensor, peerOf(sensor)), "failed");
  const [listed] = await tab.keys.list();
  assert.deepEqual([listed?.state, listed?.alternatives], ["active", 1]);
  assert.ok(await room.encrypts(phone, sensor));
});

test("a new bond that is proven is the only one left", async () => {
  const room = new Room();
  const sensor = await room.sensor();
  await using tab = openKeysTab();
  const phone = await room.phone(tab);
  assert.equal(await room.bond(tab, phone, sensor), "proven");
  await sensor.keys.delete(peerOf(sensor), peerOf(phone));
  assert.equal(await room.bond(tab, phone, sensor, peerOf(sensor)), "proven");
  const [listed] = await tab.keys.list();
  assert.deepEqual([listed?.state, listed?.alternatives], ["active", 0]);
  assert.ok(await room.encrypts(phone, sensor));
});

test("an identity that moved to another adapter takes its bonds with it: they encrypt there", async () => {
  const room = new Room();
  const sensor = await room.sensor();
  await using tab = openKeysTab();
  const first = await tab.adapter();
  assert.equal(await room.bond(tab, await room.phone(tab), sensor), "proven");
  const second = await tab.keys.adapters.add({ ...CLAIM, address: "02:00:00:00:00:09" }, "second");
  const { address } = await tab.keys.identities.own(first.id);
  assert.deepEqual(await tab.keys.moveIdentity(address, first, second), { bonds: 1 });
  assert.ok(await room.encrypts(await room.phone(tab, second), sensor));
  assert.notDeepEqual((await tab.keys.identities.own(first.id)).address, address);
});

test("a locked vault is no bond that is missing: nothing is paired over it", async () => {
  const room = new Room();
  const sensor = await room.sensor();
  await using tab = openKeysTab();
  const phone = await room.phone(tab);
  assert.equal(await room.bond(tab, phone, sensor), "proven");
  tab.keys.vault.lock();
  await room.rig.advertise(sensor);
  const failure = await room.rig.failure(phone.stack.connect(peerOf(sensor)));
  assert.equal(failure.name, "VaultError");
  assert.equal(sensor.keys.bonds.length, 1);
});
