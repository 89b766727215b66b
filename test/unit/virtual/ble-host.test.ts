/** Two copies of a host that this project did not write, over two strict controllers: the controllers are put to the test. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { Pace } from "../../../hci/virtual/radio.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { nodeClock } from "../../../src/cli/node-clock.ts";
import type {
  BleHost,
  Connection,
  LocalCharacteristic,
  Manager,
  RemoteCharacteristic,
  RemoteService,
} from "../../support/ble-host.ts";
import { inEmptyDirectory, loadBleHost, nextEvent, startBleHost } from "../../support/ble-host.ts";
import { nodeCrypto } from "../../support/crypto.ts";

const service = "22222222-3333-4444-5555-666666666666";
const readable = "22222222-3333-4444-5555-666666666667";
const notifying = "22222222-3333-4444-5555-666666666668";
const longValue = "A value that does not fit into one packet of twenty-seven octets.";

interface Side {
  readonly library: BleHost;
  readonly controller: VirtualController;
  readonly manager: Manager;
}

interface Rig {
  readonly radio: Radio;
  readonly central: Side;
  readonly peripheral: Side;
}

async function side(radio: Radio, name: string, options: Partial<ControllerOptions>): Promise<Side> {
  const library = loadBleHost();
  const controller = new VirtualController({ radio, crypto: nodeCrypto, name, ...options });
  return { library, controller, manager: await startBleHost(library, controller.plug()) };
}

async function rig(
  t: TestContext,
  options: Partial<ControllerOptions> = {},
  pace: Pace = "immediate",
): Promise<Rig> {
  const leave = inEmptyDirectory();
  const radio = new Radio({ clock: nodeClock, pace, seed: 5 });
  const central = await side(radio, "central", options);
  const peripheral = await side(radio, "peripheral", options);
  t.after(async () => {
    await central.controller.dispose();
    await peripheral.controller.dispose();
    leave();
    assert.deepEqual(central.controller.violations, []);
    assert.deepEqual(peripheral.controller.violations, []);
  });
  return { radio, central, peripheral };
}

function advertise({ library, manager }: Side, name = "Lamp"): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const data = new library.AdvertisingDataBuilder()
    .addFlags(["leGeneralDiscoverableMode", "brEdrNotSupported"])
    .addLocalName(true, name)
    .build();
  manager.setAdvertisingData(data);
  manager.startAdvertising({ intervalMin: 0x20, intervalMax: 0x20 }, (status, connection) => {
    if (status === 0) resolve(connection);
    else reject(new Error(`Cannot advertise: status ${status}`));
  });
  return promise;
}

function addressOf({ controller }: Side): string {
  return toHex(controller.publicAddress.octets, ":").toUpperCase();
}

/** What the library hands to its callback. */
function once<T>(call: (done: (value: T) => void) => void): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  call(resolve);
  return promise;
}

async function connect({ central, peripheral }: Rig): Promise<{ here: Connection; there: Connection }> {
  const there = advertise(peripheral);
  const { promise, resolve } = Promise.withResolvers<Connection>();
  central.manager.connect("public", addressOf(peripheral), {}, resolve);
  return { here: await promise, there: await there };
}

test("scan, connect, exchange the MTU, discover, read, write and be notified", async (t) => {
  const all = await rig(t);
  const written: string[] = [];
  const notifier: LocalCharacteristic = {
    uuid: notifying,
    properties: ["notify"],
    onSubscriptionChange: (connection, on) => {
      if (on) notifier.notify?.(connection, longValue);
    },
  };
  const value: LocalCharacteristic = {
    uuid: readable,
    properties: ["read", "write"],
    onRead: (_, callback) => callback(0, longValue),
    onWrite: (_connection, _needsResponse, octets, callback) => {
      written.push(octets.toString());
      callback(0);
    },
  };
  all.peripheral.manager.gattDb.addServices([{ uuid: service, characteristics: [value, notifier] }]);
  const there = advertise(all.peripheral);
  const scanner = all.central.manager.startScan({});
  const found = Promise.withResolvers<string>();
  scanner.on("report", (report: { address: string; parsedDataItems: { localName?: string } }) => {
    if (report.parsedDataItems.localName === "Lamp") found.resolve(report.address);
  });
  assert.equal(await found.promise, addressOf(all.peripheral));
  scanner.stopScan();
  const { promise, resolve } = Promise.withResolvers<Connection>();
  all.central.manager.connect("public", addressOf(all.peripheral), {}, resolve);
  const here = await promise;
  await there;

  await once((done) => here.gatt.exchangeMtu(done));
  assert.equal(here.gatt.currentMtu, 517);
  const [discovered] = await once<readonly RemoteService[]>((done) =>
    here.gatt.discoverServicesByUuid(service, 1, done),
  );
  assert.ok(discovered);
  const characteristics = await once<readonly RemoteCharacteristic[]>((done) =>
    discovered.discoverCharacteristics(done),
  );
  const [first, second] = characteristics;
  assert.ok(first && second);
  const read = await new Promise<string>((done) => {
    first.read((_, octets) => done(octets.toString()));
  });
  assert.equal(read, longValue);
  await once((done) => first.write(Buffer.from(longValue), done));
  assert.deepEqual(written, [longValue]);
  const notified = nextEvent(second, "change");
  second.writeCCCD(true, false, () => {});
  assert.equal(String((await notified)[0]), longValue);
});

test("pairing with Secure Connections, then the stored key again on the next connection", async (t) => {
  const all = await rig(t);
  const first = await connect(all);
  const paired = [
    nextEvent(first.here.smp, "pairingComplete"),
    nextEvent(first.there.smp, "pairingComplete"),
  ];
  first.here.smp.sendPairingRequest({ bondingFlags: 1 });
  await Promise.all(paired);
  assert.equal(first.here.smp.currentEncryptionLevel?.sc, true);
  assert.equal(first.there.smp.isEncrypted, true);
  const gone = nextEvent(first.there, "disconnect");
  first.here.disconnect();
  await gone;

  const second = await connect(all);
  assert.equal(second.here.smp.hasLtk, true);
  const encrypted = [nextEvent(second.here.smp, "encrypt"), nextEvent(second.there.smp, "encrypt")];
  second.here.smp.startEncryption();
  const [here, there] = await Promise.all(encrypted);
  assert.equal(here?.[0], 0);
  assert.equal(there?.[0], 0);
});

test("numeric comparison and passkey: the level says so on both sides", async (t) => {
  const all = await rig(t, {}, 2);
  const { library } = all.central;
  const { here, there } = await connect(all);
  const { DISPLAY_YES_NO: compare } = library.IOCapabilities;
  assert.notEqual(compare, undefined);
  there.smp.on("pairingRequest", (_request, callback: (features: object) => void) =>
    callback({ ioCap: compare, bondingFlags: 1, mitm: true }),
  );
  const numbers: unknown[] = [];
  for (const { smp } of [here, there]) {
    smp.on("passkeyExchange", (_model, number: unknown, callback: () => void) => {
      numbers.push(number);
      callback();
    });
  }
  const done = [nextEvent(here.smp, "pairingComplete"), nextEvent(there.smp, "pairingComplete")];
  here.smp.sendPairingRequest({ ioCap: compare ?? 0, bondingFlags: 1, mitm: true });
  await Promise.all(done);
  assert.equal(numbers.length, 2);
  assert.equal(numbers[0], numbers[1]);
  assert.match(String(numbers[0]), /^\d{6}$/);
  assert.equal(here.smp.currentEncryptionLevel?.mitm, true);
});

test("a bond lost on the other side: 0x06, and the link goes on in clear", async (t) => {
  const all = await rig(t);
  const first = await connect(all);
  const paired = nextEvent(first.there.smp, "pairingComplete");
  const bonded = nextEvent(first.here.smp, "pairingComplete");
  first.here.smp.sendPairingRequest({ bondingFlags: 1 });
  await Promise.all([paired, bonded]);
  const gone = nextEvent(first.there, "disconnect");
  first.here.disconnect();
  await gone;
  all.peripheral.manager.removeBond("public", addressOf(all.central));

  const second = await connect(all);
  const encrypted = nextEvent(second.here.smp, "encrypt");
  second.here.smp.startEncryption();
  assert.equal((await encrypted)[0], 0x06);
  await once((done) => second.here.gatt.exchangeMtu(done));
  assert.equal(second.here.gatt.currentMtu, 517);
});
