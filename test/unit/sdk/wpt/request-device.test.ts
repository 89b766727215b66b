/** Named after web-platform-tests, bluetooth/…/{requestDevice,getDevices,adapter}; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { uuidOf } from "../../../../hci/codec/uuid.ts";
import { AvailabilityEvent } from "../../../../src/sdk/web-bluetooth/bluetooth.ts";
import type { PeripheralDefinition } from "../../../../hci/virtual/peripherals/definition.ts";
import { justWorks } from "../../../../hci/virtual/peripherals/policies.ts";
import { SdkRig } from "../../../support/sdk/rig.ts";
import { HEALTH_THERMOMETER, HUMAN_INTERFACE, thermometer } from "../../../support/sdk/thermometer.ts";

const plainDevice = (name: string, advertises: readonly string[] = []): PeripheralDefinition => ({
  name,
  advertises,
  services: [],
  policy: justWorks,
  allowsNewPairing: true,
});
const all = { acceptAllDevices: true } as const;

describe("adapter", () => {
  test("adapter-absent-getAvailability: false without an adapter", async () => {
    const rig = await SdkRig.create();
    rig.slot.use(undefined);
    assert.equal(await rig.bluetooth.getAvailability(), false);
  });

  test("adapter-powered-on-getAvailability: true with one", async () => {
    const rig = await SdkRig.create();
    assert.equal(await rig.bluetooth.getAvailability(), true);
  });

  test("adapter-added-getAvailability, adapter-removed-getAvailability: each change is an event", async () => {
    const rig = await SdkRig.create();
    const seen: boolean[] = [];
    rig.bluetooth.addEventListener("availabilitychanged", (event) => {
      assert.ok(event instanceof AvailabilityEvent);
      seen.push(event.value);
    });
    const { stack } = rig.page;
    rig.slot.use(undefined);
    rig.slot.use(stack);
    await rig.until(stack.close());
    assert.deepEqual(seen, [false, true, false]);
    assert.equal(await rig.bluetooth.getAvailability(), false);
  });
});

describe("requestDevice", () => {
  test("radio-not-present: a NotFoundError", async () => {
    const rig = await SdkRig.create();
    rig.slot.use(undefined);
    const error = await rig.rejection(rig.bluetooth.requestDevice(all));
    assert.equal(error.name, "NotFoundError");
    assert.match(error.message, /Bluetooth adapter not available/u);
  });

  test("not-processing-user-gesture: a SecurityError, and no chooser", async () => {
    const rig = await SdkRig.create({ hasGesture: () => false });
    const error = await rig.rejection(rig.bluetooth.requestDevice(all));
    assert.equal(error.name, "SecurityError");
    assert.match(error.message, /Must be handling a user gesture/u);
    assert.equal(rig.choosers.length, 0);
  });

  test("wrong options are told before a gesture is asked for", async () => {
    const rig = await SdkRig.create({ hasGesture: () => false });
    await assert.rejects(rig.bluetooth.requestDevice({ filters: [] }), TypeError);
  });

  test("discovery-succeeds, single-filter-single-service: the device that advertises the service", async () => {
    const rig = await SdkRig.create();
    await rig.add(plainDevice("Other", [uuidOf(0x180d)]));
    await rig.add(thermometer());
    const device = await rig.request({ filters: [{ services: ["health_thermometer"] }] });
    assert.equal(device.name, "Thermometer");
    assert.equal(device.gatt.connected, false);
    assert.match(device.id, /^[\w+/]{22}==$/u);
  });

  test("filter-matches, filter-does-not-match: name, prefix, services and all of them together", async () => {
    const rig = await SdkRig.create();
    rig.pick = () => undefined;
    await rig.add(thermometer());
    const shown = async (...filters: BluetoothLEScanFilter[]): Promise<number> => {
      const asked = rig.bluetooth.requestDevice({ filters });
      const over = rig.rejection(asked);
      await rig.quiet();
      const chooser = rig.choosers.at(-1);
      const found = chooser?.entries.length ?? -1;
      chooser?.cancel();
      assert.equal((await over).name, "NotFoundError");
      return found;
    };
    const services = [HEALTH_THERMOMETER];
    assert.equal(await shown({ services, name: "Thermometer" }), 1);
    assert.equal(await shown({ namePrefix: "Therm" }), 1);
    assert.equal(await shown({ services, name: "Wrong", namePrefix: "Therm" }), 0);
    assert.equal(await shown({ services: [HEALTH_THERMOMETER, uuidOf(0x180d)] }), 0);
    assert.equal(await shown({ name: "Wrong" }, { services }), 1);
    assert.equal(await shown({ name: "thermometer" }), 0);
    assert.equal(await shown({ manufacturerData: [{ companyIdentifier: 1 }] }), 0);
  });

  test("exclusion filters take out what filters let in", async () => {
    const rig = await SdkRig.create();
    rig.pick = (entries) => (entries.length > 0 ? entries[0] : undefined);
    await rig.add(plainDevice("Sensor A"));
    await rig.add(plainDevice("Sensor B"));
    const device = await rig.request({
      filters: [{ namePrefix: "Sensor" }],
      exclusionFilters: [{ name: "Sensor A" }],
    });
    assert.equal(device.name, "Sensor B");
  });

  test("acceptAllDevices/device-with-name, device-with-empty-name: each is shown", async () => {
    for (const name of ["Named", ""]) {
      const rig = await SdkRig.create();
      rig.pick = (entries) => entries.find((entry) => entry.name !== null);
      await rig.add(plainDevice(name));
      assert.equal((await rig.request(all)).name, name);
    }
  });

  test("name-empty-device-from-name-empty-filter", async () => {
    const rig = await SdkRig.create();
    await rig.add(plainDevice("Named"));
    await rig.add(plainDevice(""));
    assert.equal((await rig.request({ filters: [{ name: "" }] })).name, "");
  });

  test("acceptAllDevices/optional-services-missing, optional-services-present: only those may be used", async () => {
    const rig = await SdkRig.create();
    const { device } = await rig.connected(thermometer(), all);
    const error = await rig.rejection(device.gatt.getPrimaryServices());
    assert.equal(error.name, "SecurityError");
    assert.match(error.message, /any service\. Tip/u);
    await rig.request({ ...all, optionalServices: [HEALTH_THERMOMETER] });
    const services = await rig.until(device.gatt.getPrimaryServices());
    assert.deepEqual([...new Set(services.map(({ uuid }) => uuid))], [HEALTH_THERMOMETER]);
  });

  test("same-device: one object for one device, whatever asked for it", async () => {
    const rig = await SdkRig.create();
    await rig.add(thermometer());
    const first = await rig.request({ filters: [{ name: "Thermometer" }] });
    assert.equal(await rig.request({ filters: [{ services: [HEALTH_THERMOMETER] }] }), first);
    assert.equal(first.gatt.device, first);
  });

  test("doesnt-consume-user-gesture: two calls with one gesture; the second closes the first chooser", async () => {
    const rig = await SdkRig.create();
    rig.pick = () => undefined;
    const first = rig.rejection(rig.bluetooth.requestDevice(all));
    await rig.quiet();
    rig.pick = ([entry]) => entry;
    await rig.add(thermometer());
    const second = await rig.request(all);
    assert.match((await first).message, /User cancelled the requestDevice\(\) chooser/u);
    assert.equal(second.name, "Thermometer");
  });

  test("blocklisted-service-in-optionalServices: the service stays out of reach", async () => {
    const rig = await SdkRig.create();
    const { device } = await rig.connected(thermometer(), {
      ...all,
      optionalServices: [HUMAN_INTERFACE, HEALTH_THERMOMETER],
    });
    const error = await rig.rejection(device.gatt.getPrimaryService(HUMAN_INTERFACE));
    assert.equal(error.name, "SecurityError");
    assert.match(error.message, /getPrimaryService\(s\) called with blocklisted UUID/u);
  });

  test("a chooser that cannot be opened ends the request", async () => {
    const rig = await SdkRig.create({
      openChooser: () => {
        throw new Error("no dialog here");
      },
    });
    assert.equal((await rig.rejection(rig.bluetooth.requestDevice(all))).name, "UnknownError");
  });

  test("an adapter that goes away is told to the chooser; the person ends it", async () => {
    const rig = await SdkRig.create();
    rig.pick = () => undefined;
    const asked = rig.rejection(rig.bluetooth.requestDevice(all));
    await rig.quiet();
    const [chooser] = rig.choosers;
    assert.equal(chooser?.state, "scanning");
    rig.slot.use(undefined);
    assert.equal(chooser.state, "adapter-gone");
    chooser.cancel();
    assert.equal((await asked).name, "NotFoundError");
  });
});

describe("getDevices", () => {
  test("no-granted-devices: an empty list", async () => {
    const rig = await SdkRig.create();
    assert.deepEqual(await rig.bluetooth.getDevices(), []);
  });

  test("granted-devices-with-services, returns-same-bluetooth-device-object", async () => {
    const rig = await SdkRig.create();
    const { device } = await rig.connected(thermometer(), { filters: [{ services: [HEALTH_THERMOMETER] }] });
    const [known, ...others] = await rig.bluetooth.getDevices();
    assert.equal(known, device);
    assert.deepEqual(others, []);
    assert.ok((await rig.until(device.gatt.getPrimaryServices())).length > 0);
  });
});

describe("requestLEScan", () => {
  test("is refused as not supported, since the type package demands the method", async () => {
    const rig = await SdkRig.create();
    assert.equal((await rig.rejection(rig.bluetooth.requestLEScan())).name, "NotSupportedError");
  });
});
