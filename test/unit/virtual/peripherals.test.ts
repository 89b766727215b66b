/** The ready-made devices, as an independent host sees them: our host as peripheral, one that is not ours as central. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import {
  HEART_RATE_MEASUREMENT,
  HEART_RATE_SERVICE,
  heartRate,
} from "../../../hci/virtual/peripherals/heart-rate.ts";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import { lock, LOCK_COMMAND, LOCK_SERVICE, LOCK_STATE } from "../../../hci/virtual/peripherals/lock.ts";
import {
  FROM_NUM,
  FROM_RADIO,
  MESH_SERVICE,
  meshRadio,
  TO_RADIO,
} from "../../../hci/virtual/peripherals/mesh-radio.ts";
import type { PeripheralEvent } from "../../../hci/virtual/peripherals/peripheral.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import {
  forgetful,
  hiding,
  SHAPE_SERVICE,
  SHAPE_VALUE,
  shapeShifter,
} from "../../../hci/virtual/peripherals/special.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { nodeText } from "../../../src/cli/node-text.ts";
import type {
  BleHost,
  Connection,
  Manager,
  RemoteCharacteristic,
  RemoteService,
  Report,
} from "../../support/ble-host.ts";
import { inEmptyDirectory, loadBleHost, nextEvent, startBleHost } from "../../support/ble-host.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { fastClock, pass } from "../../support/fast-clock.ts";

interface Rig {
  readonly library: BleHost;
  readonly manager: Manager;
  readonly device: Peripheral;
  readonly events: PeripheralEvent[];
}

async function rig(t: TestContext, definition: PeripheralDefinition): Promise<Rig> {
  const leave = inEmptyDirectory();
  const radio = new Radio({ clock: fastClock, pace: "immediate", seed: 5 });
  const device = await Peripheral.start(definition, { radio, crypto: nodeCrypto, text: nodeText });
  const controller = new VirtualController({ radio, crypto: nodeCrypto, name: "central", profile: "4.2" });
  const library = loadBleHost();
  const manager = await startBleHost(library, controller.plug());
  const events: PeripheralEvent[] = [];
  device.onEvent = (event) => void events.push(event);
  t.after(async () => {
    await device.stop();
    await controller.dispose();
    leave();
    assert.deepEqual(device.controller.violations, []);
    assert.deepEqual(controller.violations, []);
    assert.deepEqual(
      events.filter(({ kind }) => kind === "failed"),
      [],
    );
  });
  return { library, manager, device, events };
}

function once<T>(call: (done: (value: T) => void) => void): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  call(resolve);
  return promise;
}

/** Hears the device once. */
async function find({ manager }: Rig, name: string): Promise<Report> {
  const scanner = manager.startScan({ activeScan: true });
  const report = await once<Report>((done) =>
    scanner.on("report", (heard: Report) => {
      if (heard.parsedDataItems.localName === name) done(heard);
    }),
  );
  scanner.stopScan();
  return report;
}

async function connect(all: Rig): Promise<Connection> {
  const { address, addressType } = await find(all, all.device.definition.name);
  return once((done) => all.manager.connect(addressType, address, {}, done));
}

async function disconnect({ device }: Rig, connection: Connection): Promise<void> {
  const gone = nextEvent(connection, "disconnect");
  connection.disconnect();
  await gone;
  for (let i = 0; device.connected && i < 100; i++) await pass(100);
}

async function characteristics(
  connection: Connection,
  service: string,
): Promise<ReadonlyMap<string, RemoteCharacteristic>> {
  const [found] = await once<readonly RemoteService[]>((done) =>
    connection.gatt.discoverServicesByUuid(service, 1, done),
  );
  assert.ok(found, `service ${service}`);
  const list = await once<readonly RemoteCharacteristic[]>((done) => found.discoverCharacteristics(done));
  return new Map(list.map((each) => [each.uuid.toLowerCase(), each]));
}

function named(map: ReadonlyMap<string, RemoteCharacteristic>, uuid: string): RemoteCharacteristic {
  const found = map.get(uuid);
  assert.ok(found, `characteristic ${uuid} among ${[...map.keys()].join()}`);
  return found;
}

async function read(characteristic: RemoteCharacteristic): Promise<{ error: number; hex: string }> {
  const { promise, resolve } = Promise.withResolvers<{ error: number; hex: string }>();
  characteristic.read((error, value) => resolve({ error, hex: error === 0 ? toHex(value) : "" }));
  return promise;
}

/** Pairs; answers with the passkey that the device shows. */
async function pair({ library, events }: Rig, connection: Connection, ioCap: string): Promise<void> {
  const { smp } = connection;
  smp.on("passkeyExchange", (_model: number, _number: unknown, answer: (passkey?: string) => void) => {
    const shown = events.findLast((event) => event.kind === "passkey");
    answer(ioCap === "KEYBOARD_ONLY" ? shown?.digits : undefined);
  });
  const failed = nextEvent(smp, "pairingFail").then(([reason]) => {
    throw new Error(`Pairing failed: ${String(reason)}`);
  });
  const done = nextEvent(smp, "pairingComplete");
  smp.sendPairingRequest({
    ioCap: library.IOCapabilities[ioCap] ?? -1,
    bondingFlags: 1,
    mitm: ioCap !== "NO_INPUT_NO_OUTPUT",
  });
  failed.catch(() => {});
  await Promise.race([done, failed]);
  // The last keys are still on their way to the device.
  const paired = (): boolean =>
    events.some((event) => event.kind === "security" && event.event.kind === "paired");
  for (let i = 0; !paired() && i < 100; i++) await pass(100);
}

test("heart rate: found by its name, closed in clear, and after Just Works a pulse every second", async (t) => {
  const all = await rig(t, heartRate());
  const connection = await connect(all);
  const found = await characteristics(connection, HEART_RATE_SERVICE);
  const measurement = named(found, HEART_RATE_MEASUREMENT);
  const refused = await once<number>((done) => measurement.writeCCCD(true, false, done));
  assert.equal(refused, 0x05);
  await pair(all, connection, "NO_INPUT_NO_OUTPUT");
  assert.equal(all.device.security?.secureConnections, true);
  assert.equal(all.device.security.authenticated, false);
  assert.equal(await once<number>((done) => measurement.writeCCCD(true, false, done)), 0);
  const [value] = await nextEvent(measurement, "change");
  assert.ok(Buffer.isBuffer(value));
  assert.equal(value[0], 0x06);
  assert.ok((value[1] ?? 0) >= 55 && (value[1] ?? 0) <= 140);
});

test("mesh radio: the fixed passkey pairs with protection; what is written comes back", async (t) => {
  const all = await rig(t, meshRadio());
  const connection = await connect(all);
  await pair(all, connection, "KEYBOARD_ONLY");
  assert.deepEqual(
    all.events.filter((event) => event.kind === "passkey").map(({ digits }) => digits),
    ["123456"],
  );
  assert.equal(all.device.security?.authenticated, true);
  await once((done) => connection.gatt.exchangeMtu(done));
  const found = await characteristics(connection, MESH_SERVICE);
  const announced = named(found, FROM_NUM);
  await once((done) => announced.writeCCCD(true, false, done));
  const change = nextEvent(announced, "change");
  const packet = "94c3".repeat(60);
  const { error } = await once<{ error: number }>((done) =>
    named(found, TO_RADIO).write(Buffer.from(packet, "hex"), (code) => done({ error: code })),
  );
  assert.equal(error, 0);
  assert.deepEqual((await change)[0], Buffer.from("01000000", "hex"));
  assert.deepEqual(await read(named(found, FROM_RADIO)), { error: 0, hex: packet });
});

test("mesh radio: a wrong passkey fails, and leaves no bond", async (t) => {
  const all = await rig(t, meshRadio("000042"));
  const connection = await connect(all);
  connection.smp.on("passkeyExchange", (_model, _number, answer: (passkey: string) => void) =>
    answer("000043"),
  );
  const failed = nextEvent(connection.smp, "pairingFail");
  const { KEYBOARD_ONLY: keyboard } = all.library.IOCapabilities;
  connection.smp.sendPairingRequest({ ioCap: keyboard ?? -1, bondingFlags: 1, mitm: true });
  assert.equal((await failed)[0], 0x04);
  assert.deepEqual(all.device.keys.list, []);
});

test("lock: refuses Just Works, opens after numeric comparison, and only then", async (t) => {
  const all = await rig(t, lock());
  const connection = await connect(all);
  await assert.rejects(pair(all, connection, "NO_INPUT_NO_OUTPUT"), /Pairing failed: 3/);
  await disconnect(all, connection);
  await pass(1100); // the wait after a failed attempt

  const again = await connect(all);
  await pair(all, again, "DISPLAY_YES_NO");
  assert.match(all.events.findLast((event) => event.kind === "passkey")?.digits ?? "", /^\d{6}$/);
  assert.equal(all.device.security?.level, "secure");
  const found = await characteristics(again, LOCK_SERVICE);
  assert.deepEqual(await read(named(found, LOCK_STATE)), { error: 0, hex: "01" });
  const command = named(found, LOCK_COMMAND);
  assert.equal(await once((done) => command.write(Buffer.of(2), done)), 0);
  assert.deepEqual(await read(named(found, LOCK_STATE)), { error: 0, hex: "02" });
  assert.equal(await once((done) => command.write(Buffer.of(9), done)), 0x13);
});

test("lock: the stored key opens it again on the next connection", async (t) => {
  const all = await rig(t, lock());
  const first = await connect(all);
  await pair(all, first, "DISPLAY_YES_NO");
  await disconnect(all, first);
  const second = await connect(all);
  const encrypted = nextEvent(second.smp, "encrypt");
  second.smp.startEncryption();
  assert.equal((await encrypted)[0], 0);
  assert.equal(all.device.security?.level, "secure");
});

test("legacy: pairs without Secure Connections, with a passkey, and its key works again", async (t) => {
  const all = await rig(t, legacyDevice());
  const first = await connect(all);
  await pair(all, first, "KEYBOARD_ONLY");
  assert.equal(all.device.security?.secureConnections, false);
  assert.equal(all.device.security.level, "encrypted");
  assert.equal(first.smp.currentEncryptionLevel?.sc, false);
  await disconnect(all, first);
  const second = await connect(all);
  const encrypted = nextEvent(second.smp, "encrypt");
  second.smp.startEncryption();
  assert.equal((await encrypted)[0], 0);
});

test("forgetful: on the next connection its key is gone, 0x06", async (t) => {
  const all = await rig(t, forgetful());
  const first = await connect(all);
  await pair(all, first, "KEYBOARD_ONLY");
  assert.equal(all.device.keys.list.length, 1);
  await disconnect(all, first);
  assert.equal(all.device.keys.list.length, 0);
  const second = await connect(all);
  const encrypted = nextEvent(second.smp, "encrypt");
  second.smp.startEncryption();
  assert.equal((await encrypted)[0], 0x06);
});

test("shape shifter: another table on every connection, with another hash", async (t) => {
  const all = await rig(t, shapeShifter());
  const hashes = [toHex(all.device.server.hash)];
  const first = await connect(all);
  await pair(all, first, "NO_INPUT_NO_OUTPUT");
  const before = all.device.server.characteristic(SHAPE_VALUE)?.handle;
  assert.equal((await read(named(await characteristics(first, SHAPE_SERVICE), SHAPE_VALUE))).hex, "01");
  await disconnect(all, first);
  hashes.push(toHex(all.device.server.hash));
  const second = await connect(all);
  const encrypted = nextEvent(second.smp, "encrypt");
  second.smp.startEncryption();
  await encrypted;
  assert.notEqual(all.device.server.characteristic(SHAPE_VALUE)?.handle, before);
  assert.equal(new Set(hashes).size, 2);
});

test("private: a resolvable address on the air, the identity only for a bonded central", async (t) => {
  const all = await rig(t, { ...hiding(), rotationMs: 1000 });
  const report = await find(all, "Private belt");
  assert.equal(report.addressType, "random");
  assert.match(report.address, /^[4-7]/);
  const first = await connect(all);
  const done = nextEvent(first.smp, "pairingComplete");
  await pair(all, first, "NO_INPUT_NO_OUTPUT");
  const [result] = await done;
  const identity = toHex(all.device.identity.address.octets, ":").toUpperCase();
  assert.ok(typeof result === "object" && result !== null && "rspIdentityAddress" in result);
  assert.deepEqual(result.rspIdentityAddress, { addressType: "public", address: identity });
  await disconnect(all, first);
  await pass(1100);
  const later = await find(all, "Private belt");
  assert.notEqual(later.address, report.address);
});
