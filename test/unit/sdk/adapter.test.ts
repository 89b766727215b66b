/** The SDK over an adapter of our own: one session for the bonds and for pages' own GATT code. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { EnsurePrompts } from "../../../src/bonds/prompts.ts";
import { HciBackend } from "../../../src/link/hci/backend.ts";
import { createBondkeeper } from "../../../src/sdk/bondkeeper.ts";
import { HostedBluetooth } from "../../../src/sdk/web-bluetooth/bluetooth.ts";
import type { Device } from "../../../src/sdk/web-bluetooth/device.ts";
import { SessionHost } from "../../../src/sdk/web-bluetooth/session-host.ts";
import { ENCRYPTED, SERVICE } from "../../support/att-rig.ts";
import { bondRig } from "../../support/bond-rig.ts";
import { agreeable, HciWorld } from "../../support/hci-world.ts";
import { newProfile } from "../../support/tabs.ts";
import { openKeysTab, type KeysTab } from "../keys/keys-rig.ts";

const PAGE = { filters: [{ name: "sensor" }], optionalServices: [SERVICE] };

let world: HciWorld;
let tab: KeysTab;
beforeEach(() => {
  newProfile();
  world = new HciWorld();
  tab = openKeysTab();
});
afterEach(async () => {
  await world.close();
  await tab.close();
});

async function meet() {
  const sensor = await world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const { session } = await world.open(tab.keys);
  const { stores, locks, surroundings } = bondRig().ports;
  const prompts: EnsurePrompts = { pairing: agreeable() };
  const keeper = await createBondkeeper({
    adapter: session,
    stores,
    locks,
    surroundings: { ...surroundings, sleep: async () => {} },
    prompts,
  });
  const bluetooth = new HostedBluetooth({
    host: new SessionHost(session),
    openChooser: (chooser) => {
      chooser.onChange(() => {
        const [first] = chooser.entries;
        if (first !== undefined) chooser.choose(first.key);
      });
    },
  });
  return { sensor, session, keeper, bluetooth };
}

test("ensureBond pairs, proves on a new link and says the level; the page's own code then meets an encrypted link", async () => {
  const { keeper, bluetooth, session } = await meet();
  assert.ok(keeper.backend instanceof HciBackend);
  const chosen = await world.until(keeper.choose({ services: [] }));
  const made = await world.until(keeper.ensureBond(chosen));
  assert.equal(made.code, 0, JSON.stringify(made));
  assert.equal(made.bondChanged, "created");
  assert.equal(made.level, "encrypted");
  assert.ok(made.bondId !== null);

  const again = await world.until(keeper.ensure(made.bondId));
  assert.equal(again.code, 0);
  assert.equal(again.bondChanged, "none");

  const device = await world.until(bluetooth.requestDevice(PAGE));
  await world.until(device.gatt.connect());
  assert.equal(device.bonding.security?.level, "encrypted");
  assert.equal((await world.until(device.bonding.getBond()))?.method, "just-works");
  const service = await world.until(device.gatt.getPrimaryService(SERVICE));
  const characteristic = await world.until(service.getCharacteristic(ENCRYPTED));
  assert.equal((await world.until(characteristic.readValue())).getUint8(0), 4);
  device.gatt.disconnect();
  await world.until(Promise.all(session.stack.links.map((link) => link.closed)));

  const { connection, proven } = await world.until(keeper.connect(made.bondId));
  assert.equal(proven, true);
  assert.equal(connection.bonding?.security.encrypted, true);
  await world.until((async () => connection[Symbol.asyncDispose]())());
});

const levelOf = (device: Device): string | undefined => device.bonding.security?.level;

test("device.bonding: pair, getBond, security and unpair, and no bond is replaced on the way", async () => {
  const { bluetooth } = await meet();
  const device = await world.until(bluetooth.requestDevice(PAGE));
  assert.equal(await world.until(device.bonding.getBond()), null);
  assert.equal((await world.failure(device.bonding.pair())).name, "NetworkError");
  await world.until(device.gatt.connect());
  assert.ok(device.bonding.security === null);
  const facts = await world.until(device.bonding.pair());
  assert.deepEqual(
    { ...facts },
    {
      level: "encrypted",
      authenticated: false,
      secureConnections: true,
      keySize: 16,
      method: "just-works",
      persisted: true,
    },
  );
  assert.equal((await world.failure(device.bonding.pair())).name, "InvalidStateError");
  const service = await world.until(device.gatt.getPrimaryService(SERVICE));
  const characteristic = await world.until(service.getCharacteristic(ENCRYPTED));
  assert.equal((await world.until(characteristic.readValue())).getUint8(0), 4);
  device.gatt.disconnect();
  await world.until(device.gatt.connect());
  assert.equal(levelOf(device), "encrypted", "the next connection encrypts first");
  assert.equal(await world.until(device.bonding.unpair()), true);
  assert.equal(device.gatt.connected, false);
  assert.equal(await world.until(device.bonding.unpair()), false);
  assert.equal(await world.until(device.bonding.getBond()), null);
});

test("a device that lost its bond is not paired again: connect() fails, and the bond is as it was", async () => {
  const { bluetooth, sensor } = await meet();
  const device = await world.until(bluetooth.requestDevice(PAGE));
  await world.until(device.gatt.connect());
  await world.until(device.bonding.pair());
  device.gatt.disconnect();
  for (const bond of await sensor.keys.all(sensor.stack.identity.address))
    await sensor.keys.delete(bond.local, bond.peer);
  const error = await world.failure(device.gatt.connect());
  assert.equal(error.name, "NetworkError");
  assert.equal(error.message, "Authentication failed.");
  assert.equal((await world.until(device.bonding.getBond()))?.level, "encrypted");
});

test("a session that lets go of its adapter takes the page's object along", async () => {
  const { bluetooth, session, keeper } = await meet();
  assert.ok(keeper.backend instanceof HciBackend);
  const seen: string[] = [];
  bluetooth.addEventListener("availabilitychanged", () => seen.push("changed"));
  const device = await world.until(bluetooth.requestDevice(PAGE));
  await world.until(device.gatt.connect());
  device.ongattserverdisconnected = () => seen.push("disconnected");
  await world.until(session.close());
  assert.equal(await bluetooth.getAvailability(), false);
  assert.deepEqual(seen.toSorted(), ["changed", "disconnected"]);
});
