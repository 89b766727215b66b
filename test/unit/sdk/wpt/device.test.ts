/** Named after web-platform-tests, bluetooth/…/device and …/idl; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { uuidOf } from "../../../../hci/codec/uuid.ts";
import { buildAdvertisingData } from "../../../../hci/gap/advertising-data.ts";
import type { Device } from "../../../../src/sdk/web-bluetooth/device.ts";
import { BluetoothUUID } from "../../../../src/sdk/web-bluetooth/uuid.ts";
import { settle } from "../../../support/manual-clock.ts";
import { type RigHost, text } from "../../../support/stack-rig.ts";
import { SdkRig } from "../../../support/sdk/rig.ts";
import { HEALTH_THERMOMETER, thermometer, thermometerServices } from "../../../support/sdk/thermometer.ts";

const REQUEST = { filters: [{ services: [HEALTH_THERMOMETER] }] };

async function meet() {
  const rig = await SdkRig.create();
  return { rig, ...(await rig.connected(thermometer(), REQUEST)) };
}

const next = (target: EventTarget, type: string): Promise<Event> =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

describe("device/gattserverdisconnected-event", () => {
  test("disconnected: when the device ends the link, and it travels up to Bluetooth", async () => {
    const { rig, device, peripheral } = await meet();
    const [atDevice, atRoot] = [
      next(device, "gattserverdisconnected"),
      next(rig.bluetooth, "gattserverdisconnected"),
    ];
    await rig.until(peripheral.disconnect());
    const event = await rig.until(atDevice);
    assert.equal(event.target, device);
    assert.equal(await atRoot, event);
    assert.equal(device.gatt.connected, false);
  });

  test("an event of disconnect() comes before the call returns", async () => {
    const { device } = await meet();
    const seen: string[] = [];
    device.ongattserverdisconnected = () => seen.push(`event, connected ${device.gatt.connected}`);
    device.gatt.disconnect();
    seen.push("returned");
    assert.deepEqual(seen, ["event, connected false", "returned"]);
  });

  test("one-event-per-disconnection", async () => {
    const { rig, device, peripheral } = await meet();
    let events = 0;
    device.addEventListener("gattserverdisconnected", () => events++);
    for (const round of [1, 2]) {
      await rig.until(peripheral.disconnect());
      await rig.quiet();
      assert.equal(events, round);
      await rig.until(device.gatt.connect());
    }
  });

  test("reconnect-during-disconnected-event: the next end is told too", async () => {
    const { rig, device, peripheral } = await meet();
    const again = Promise.withResolvers<Event>();
    device.addEventListener(
      "gattserverdisconnected",
      () => {
        void device.gatt.connect().then(() => {
          device.ongattserverdisconnected = again.resolve;
          void peripheral.disconnect();
        });
      },
      { once: true },
    );
    await rig.until(peripheral.disconnect());
    assert.equal((await rig.until(again.promise)).target, device);
  });
});

describe("device/forget", () => {
  test("connect-after-forget: a SecurityError", async () => {
    const { rig, device } = await meet();
    await rig.until(device.forget());
    assert.equal(device.gatt.connected, false);
    assert.equal((await rig.rejection(device.gatt.connect())).name, "SecurityError");
    assert.equal((await rig.rejection(device.watchAdvertisements())).name, "SecurityError");
  });

  test("connect-disconnect-after-forget: a device that was asked for again is another object", async () => {
    const { rig, device } = await meet();
    await rig.until(device.forget());
    await rig.until(device.forget());
    const again = await rig.request(REQUEST);
    assert.notEqual(again, device);
    assert.notEqual(again.id, device.id);
    await rig.until(again.gatt.connect());
    again.gatt.disconnect();
  });

  test("getDevices: a forgotten device is not in the list", async () => {
    const { rig, device } = await meet();
    await rig.until(device.forget());
    assert.deepEqual(await rig.bluetooth.getDevices(), []);
  });

  test("forget() during connect() leaves no link", async () => {
    const rig = await SdkRig.create();
    await rig.add(thermometer());
    const device = await rig.request(REQUEST);
    const attempt = rig.rejection(device.gatt.connect());
    await rig.until(device.forget());
    assert.ok(["AbortError", "SecurityError"].includes((await attempt).name));
    await rig.quiet(2000);
    assert.equal(rig.page.stack.links.length, 0);
  });
});

describe("service changes", () => {
  test("serviceadded, serviceremoved and servicechanged travel from the service to the device", async () => {
    const { rig, device, peripheral } = await meet();
    const services = await rig.until(device.gatt.getPrimaryServices());
    const seen: string[] = [];
    for (const type of ["serviceadded", "servicechanged", "serviceremoved"])
      device.addEventListener(type, ({ target }) =>
        seen.push(`${type} ${services.findIndex((service) => service === target)}`),
      );
    const [first, second] = thermometerServices();
    assert.ok(first && second);
    peripheral.replaceServices([{ ...first, characteristics: first.characteristics.toReversed() }]);
    await rig.quiet();
    assert.deepEqual(seen, ["servicechanged 0", "serviceremoved 1"]);
    seen.length = 0;
    peripheral.replaceServices([{ ...first, characteristics: first.characteristics.toReversed() }, second]);
    await rig.quiet();
    assert.deepEqual(seen, ["serviceadded -1"]);
  });
});

/** A second host that says what a test wants it to say. */
async function advertiser(
  rig: SdkRig,
  name: string,
  company: number,
  data: readonly number[],
): Promise<RigHost> {
  const host = await rig.stacks.host(name);
  await rig.until(
    host.stack.advertise({
      data: buildAdvertisingData(
        {
          services: [HEALTH_THERMOMETER, uuidOf(0x180d)],
          manufacturerData: new Map([
            [company, Uint8Array.from(data)],
            [2, Uint8Array.of(9)],
          ]),
        },
        text,
      ),
      scanResponse: buildAdvertisingData(
        {
          name,
          serviceData: new Map([
            [HEALTH_THERMOMETER, Uint8Array.of(5, 6)],
            [uuidOf(0x180d), Uint8Array.of(7)],
          ]),
        },
        text,
      ),
      connectable: true,
      intervalMs: 100,
    }),
  );
  return host;
}

describe("device/watchAdvertisements", () => {
  const watchRequest = { ...REQUEST, optionalManufacturerData: [1, 0x4c] };

  async function watched(company = 1, data: readonly number[] = [3, 4]) {
    const rig = await SdkRig.create();
    await advertiser(rig, "beacon", company, data);
    rig.pick = (entries) => entries.find(({ name }) => name !== null);
    const device = await rig.request(watchRequest);
    const events: BluetoothAdvertisingEvent[] = [];
    device.onadvertisementreceived = (event) => events.push(event);
    return { rig, device, events };
  }

  test("advertisementreceived-event-fired: with what the report said, at the device and at Bluetooth", async () => {
    const { rig, device, events } = await watched();
    let atRoot = 0;
    rig.bluetooth.onadvertisementreceived = () => void atRoot++;
    assert.equal(device.watchingAdvertisements, false);
    await rig.until(device.watchAdvertisements());
    assert.equal(device.watchingAdvertisements, true);
    await rig.quiet();
    assert.ok(events.length > 1);
    assert.equal(atRoot, events.length);
    assert.ok(events.every((event) => event.device === device && typeof event.rssi === "number"));
    assert.ok(events.some(({ name }) => name === "beacon"));
  });

  test("service-and-manufacturer-data-filtered-from-event: only what was asked for", async () => {
    const { rig, device, events } = await watched();
    await rig.until(device.watchAdvertisements());
    await rig.quiet();
    const report = events.find(({ manufacturerData }) => manufacturerData.size > 0);
    assert.deepEqual(report?.uuids, [HEALTH_THERMOMETER]);
    assert.deepEqual([...(report?.manufacturerData.keys() ?? [])], [1]);
    assert.equal(report?.manufacturerData.get(1)?.getUint16(0), 0x0304);
    const answer = events.find(({ serviceData }) => serviceData.size > 0);
    assert.deepEqual([...(answer?.serviceData.keys() ?? [])], [HEALTH_THERMOMETER]);
  });

  test("blocklisted-manufacturer-data-filtered-from-event", async () => {
    const { rig, device, events } = await watched(0x4c, [0x02, 0x15]);
    await rig.until(device.watchAdvertisements());
    await rig.quiet();
    assert.ok(events.length > 0);
    assert.ok(events.every(({ manufacturerData }) => !manufacturerData.has(0x4c)));
  });

  test("abort-before-watchAdvertisements: an AbortError", async () => {
    const { rig, device } = await watched();
    const error = await rig.rejection(device.watchAdvertisements({ signal: AbortSignal.abort() }));
    assert.equal(error.name, "AbortError");
    assert.equal(device.watchingAdvertisements, false);
  });

  test("abort-pending-operation: an AbortError, and nobody watches", async () => {
    const { rig, device, events } = await watched();
    const abort = new AbortController();
    const watching = rig.rejection(device.watchAdvertisements({ signal: abort.signal }));
    abort.abort();
    assert.equal((await watching).name, "AbortError");
    assert.equal(device.watchingAdvertisements, false);
    await rig.quiet();
    assert.equal(events.length, 0);
  });

  test("abort-signal-stops-events, and the radio stops too", async () => {
    const { rig, device, events } = await watched();
    const abort = new AbortController();
    await rig.until(device.watchAdvertisements({ signal: abort.signal }));
    await rig.quiet();
    abort.abort();
    assert.equal(device.watchingAdvertisements, false);
    const before = events.length;
    await rig.quiet();
    assert.equal(events.length, before);
    assert.equal(rig.page.stack.scanner.running, false);
  });

  test("concurrent-watchAdvertisements-calls: the second is an InvalidStateError", async () => {
    const { rig, device } = await watched();
    const first = device.watchAdvertisements();
    assert.equal((await rig.rejection(device.watchAdvertisements())).name, "InvalidStateError");
    await rig.until(first);
    assert.equal(device.watchingAdvertisements, true);
  });

  test("subsequent-watchAdvertisements-call, abort-subsequent-watchAdvertisements-call-stops-events", async () => {
    const { rig, device, events } = await watched();
    await rig.until(device.watchAdvertisements());
    const abort = new AbortController();
    await rig.until(device.watchAdvertisements({ signal: abort.signal }));
    await rig.quiet();
    assert.ok(events.length > 0);
    abort.abort();
    assert.equal(device.watchingAdvertisements, false);
  });

  test("watching-two-devices, watching-two-devices-abort-one-watchAdvertisements", async () => {
    const { rig, device, events } = await watched();
    await advertiser(rig, "other", 1, [8]);
    rig.pick = (entries) => entries.find(({ name }) => name === "other");
    const other = await rig.request(watchRequest);
    assert.notEqual(other, device);
    let others = 0;
    other.onadvertisementreceived = ({ device: from }) => {
      assert.equal(from, other);
      others++;
    };
    const abort = new AbortController();
    await rig.until(
      Promise.all([device.watchAdvertisements({ signal: abort.signal }), other.watchAdvertisements()]),
    );
    await rig.quiet();
    assert.ok(others > 0 && events.length > 0);
    abort.abort();
    const [mine, theirs] = [events.length, others];
    await rig.quiet();
    assert.equal(events.length, mine);
    assert.ok(others > theirs);
  });

  test("an adapter that goes away ends the watching", async () => {
    const { rig, device } = await watched();
    await rig.until(device.watchAdvertisements());
    rig.slot.use(undefined);
    await settle();
    assert.equal(device.watchingAdvertisements, false);
    assert.equal((await rig.rejection(device.watchAdvertisements())).name, "NotFoundError");
  });
});

describe("idl", () => {
  test("idl-Bluetooth, idl-BluetoothDevice: the objects carry the platform's names", async () => {
    const { rig, device } = await meet();
    const [service] = await rig.until(device.gatt.getPrimaryServices());
    const [characteristic] = (await service?.getCharacteristics()) ?? [];
    const [descriptor] = (await characteristic?.getDescriptors()) ?? [];
    const names = [rig.bluetooth, device, device.gatt, service, characteristic, descriptor].map((one) =>
      Object.prototype.toString.call(one),
    );
    assert.deepEqual(names, [
      "[object Bluetooth]",
      "[object BluetoothDevice]",
      "[object BluetoothRemoteGATTServer]",
      "[object BluetoothRemoteGATTService]",
      "[object BluetoothRemoteGATTCharacteristic]",
      "[object BluetoothRemoteGATTDescriptor]",
    ]);
    for (const target of [rig.bluetooth, device, service, characteristic])
      assert.ok(target instanceof EventTarget);
  });

  test("idl-NavigatorBluetooth: it may stand where navigator.bluetooth stands, for the compiler too", async () => {
    const { rig, device } = await meet();
    const bluetooth: Bluetooth = rig.bluetooth;
    const asPageSeesIt: BluetoothDevice = device;
    const extended: Device = device;
    assert.equal(await bluetooth.getAvailability(), true);
    assert.equal(asPageSeesIt.gatt?.connected, extended.gatt.connected);
  });

  test("event handlers are null until they are set, and can be taken away", async () => {
    const { device } = await meet();
    const before: unknown = device.ongattserverdisconnected;
    assert.equal(before, null);
    let calls = 0;
    const handler = (): void => void calls++;
    device.ongattserverdisconnected = handler;
    assert.equal(device.ongattserverdisconnected, handler);
    Reflect.set(device, "ongattserverdisconnected", null);
    device.gatt.disconnect();
    assert.equal(calls, 0);
  });

  test("idl-BluetoothUUID: names, aliases and UUIDs", () => {
    assert.equal(BluetoothUUID.getService("heart_rate"), uuidOf(0x180d));
    assert.equal(BluetoothUUID.getCharacteristic("gap.device_name"), uuidOf(0x2a00));
    assert.equal(BluetoothUUID.getDescriptor("gatt.characteristic_user_description"), uuidOf(0x2901));
    assert.equal(BluetoothUUID.canonicalUUID(0xffff_ffff), "ffffffff-0000-1000-8000-00805f9b34fb");
    assert.equal(BluetoothUUID.getService(0x1809), HEALTH_THERMOMETER);
    for (const wrong of [-1, 2 ** 32, Number.NaN, Infinity]) {
      assert.throws(() => BluetoothUUID.canonicalUUID(wrong), TypeError);
      assert.throws(() => BluetoothUUID.getService(wrong), TypeError);
    }
    for (const wrong of [
      "",
      "Heart_rate",
      "0x180d",
      "gap.device_name",
      "0000180D-0000-1000-8000-00805f9b34fb",
    ])
      assert.throws(() => BluetoothUUID.getService(wrong), TypeError);
    assert.throws(() => BluetoothUUID.getDescriptor("heart_rate"), TypeError);
  });
});
