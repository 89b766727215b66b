/** Whole hosts over a serial port: a strict stand-in for the browser's objects in front of a strict controller. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { seededRandom } from "../../../hci/virtual/random.ts";
import type { Backend } from "../../../src/link/backend.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import { claimOfSerial, webSerialAdapter } from "../../../src/link/hci/transports/webserial.ts";
import { DEFAULT_SERIAL } from "../../../src/link/serial.ts";
import { HciWorld } from "../../support/hci-world.ts";
import {
  StandInSerial,
  StandInSerialDevice,
  type StandInSerialOptions,
} from "../../support/serial-stand-in.ts";
import { newProfile } from "../../support/tabs.ts";
import { openKeysTab, type KeysTab } from "../keys/keys-rig.ts";
import { encrypts, leave, never, pair, reach } from "./usage.ts";

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

interface Desk {
  readonly serial: StandInSerial;
  readonly device: StandInSerialDevice;
  readonly open: () => Promise<Backend>;
}

function desk(options: Partial<StandInSerialOptions> = {}): Desk {
  const controller = world.rig.controller("dongle");
  const device = new StandInSerialDevice({
    ids: { usbVendorId: 0x2fe3, usbProductId: 0x0100 },
    power: () => controller.plug(),
    random: seededRandom(4),
    ...options,
  });
  device.permitted = true;
  const serial = new StandInSerial();
  const adapter = webSerialAdapter({
    bus: serial,
    wanted: claimOfSerial(serial.plug(device)),
    settings: DEFAULT_SERIAL,
    clock: world.rig.clock,
  });
  return { serial, device, open: () => world.open(tab.keys, { adapter }) };
}

async function bonded({ open }: Desk): Promise<Backend> {
  const sensor = await world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const backend = await open();
  const connection = await reach(world, backend, sensor);
  await world.until(pair(connection));
  await leave(world, connection);
  return backend;
}

test("pairs and encrypts over a serial port, opened as it was asked for", async () => {
  const at = desk();
  const backend = await bonded(at);
  assert.equal(await encrypts(world, backend), true);
  const { port } = at.device;
  assert.deepEqual(port?.opened, { ...DEFAULT_SERIAL, bufferSize: 65_536 });
  assert.equal(port?.terminalReady, true);
});

test("closing lets go of the port, so that another program finds it free", async () => {
  const at = desk();
  await bonded(at);
  const { port } = at.device;
  await world.close();
  assert.equal(port?.opened, undefined);
});

test("garbage ends the adapter by name; opened again with Reset, the bond encrypts", async () => {
  const at = desk();
  const backend = await bonded(at);
  at.device.port?.inject(0x77, 0x01, 0x02);
  await world.rig.clock.advance(100);
  assert.equal((await world.until(backend.availability(never))).state, "ready");
  assert.equal(await encrypts(world, backend), true);
});

test("the rest of an earlier session in the port is dropped", async () => {
  const at = desk();
  const opening = at.open();
  await Promise.resolve();
  // The second half of an event, and a whole one, from before Reset.
  for (let turn = 0; turn < 20 && at.device.port?.opened === undefined; turn++) await Promise.resolve();
  at.device.port?.inject(0x01, 0x00, 0x04, 0x05, 0x04, 0x00, 0x40, 0x00, 0x13);
  const backend = await opening;
  assert.equal((await world.until(backend.availability(never))).state, "ready");
});

test("a break on the line and a pulled plug are a lost adapter; plugged in again, the bond encrypts", async () => {
  const at = desk();
  const backend = await bonded(at);
  at.device.port?.breakLine();
  await world.rig.clock.advance(100);
  assert.equal((await world.until(backend.availability(never))).state, "ready");
  at.serial.pull(at.device);
  await world.rig.clock.advance(100);
  assert.equal((await world.until(backend.availability(never))).state, "adapter-missing");
  at.serial.plug(at.device);
  assert.equal((await world.until(backend.availability(never))).state, "ready");
  assert.equal(await encrypts(world, backend), true);
});

test("a busy port and two that look alike are errors by name", async () => {
  const busy = await world.failure(desk({ busy: true }).open());
  assert.deepEqual(busy instanceof DeviceError && busy.failure, { kind: "adapter", state: "held" });
  const at = desk();
  const twin = new StandInSerialDevice(at.device.options);
  twin.permitted = true;
  at.serial.plug(twin);
  const alike = await world.failure(at.open());
  assert.deepEqual(alike instanceof DeviceError && alike.failure, { kind: "adapter", state: "missing" });
});
