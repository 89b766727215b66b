/** Named after web-platform-tests, bluetooth/…/server and …/service/…; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { uuidOf } from "../../../../hci/codec/uuid.ts";
import type { Device } from "../../../../src/sdk/web-bluetooth/device.ts";
import type { Service } from "../../../../src/sdk/web-bluetooth/service.ts";
import { SdkRig } from "../../../support/sdk/rig.ts";
import {
  DEVICE_INFORMATION,
  EMPTY_SERVICE,
  HEALTH_THERMOMETER,
  HUMAN_INTERFACE,
  MEASUREMENT_INTERVAL,
  ODDITIES,
  thermometer,
  thermometerServices,
} from "../../../support/sdk/thermometer.ts";

const REQUEST = {
  filters: [{ services: [HEALTH_THERMOMETER] }],
  optionalServices: [
    "generic_access",
    DEVICE_INFORMATION,
    ODDITIES,
    EMPTY_SERVICE,
    uuidOf(0x1801),
    uuidOf(0x180d),
  ],
};

async function meet() {
  const rig = await SdkRig.create();
  return { rig, ...(await rig.connected(thermometer(), REQUEST)) };
}

/** Both ways to ask for services; one gives a list. */
const ASKS: readonly [string, (device: Device, uuid: BluetoothServiceUUID) => Promise<Service>][] = [
  ["getPrimaryService", (device, uuid) => device.gatt.getPrimaryService(uuid)],
  [
    "getPrimaryServices",
    async (device, uuid) => {
      const [first] = await device.gatt.getPrimaryServices(uuid);
      assert.ok(first);
      return first;
    },
  ],
];
const all = (device: Device): Promise<readonly Service[]> => device.gatt.getPrimaryServices();

describe("server", () => {
  test("connect/connection-succeeds, connect/get-same-gatt-server", async () => {
    const { rig, device } = await meet();
    assert.equal(device.gatt.connected, true);
    assert.equal(await rig.until(device.gatt.connect()), device.gatt);
    rig.stacks.assertClean();
  });

  test("device-same-object", async () => {
    const { device } = await meet();
    assert.equal(device.gatt.device, device);
  });

  test("two calls at once share one attempt", async () => {
    const rig = await SdkRig.create();
    await rig.add(thermometer());
    const device = await rig.request(REQUEST);
    const [a, b] = await rig.until(Promise.all([device.gatt.connect(), device.gatt.connect()]));
    assert.equal(a, b);
    assert.equal(rig.page.stack.links.length, 1);
  });

  test("a device that is off cannot be connected to: a NetworkError", async () => {
    const rig = await SdkRig.create();
    const peripheral = await rig.add(thermometer());
    const device = await rig.request(REQUEST);
    await rig.until(peripheral.stop());
    const error = await rig.rejection(device.gatt.connect());
    assert.equal(error.name, "NetworkError");
    assert.match(error.message, /Connection attempt failed/u);
    assert.equal(device.gatt.connected, false);
  });

  test("disconnect() ends an attempt with an AbortError, and the next attempt succeeds", async () => {
    const rig = await SdkRig.create();
    await rig.add(thermometer());
    const device = await rig.request(REQUEST);
    const attempt = rig.rejection(device.gatt.connect());
    device.gatt.disconnect();
    assert.equal((await attempt).name, "AbortError");
    await rig.until(device.gatt.connect());
    assert.equal(device.gatt.connected, true);
  });

  test("disconnect/connect-disconnect-twice", async () => {
    const { rig, device } = await meet();
    for (let round = 0; round < 2; round++) {
      device.gatt.disconnect();
      assert.equal(device.gatt.connected, false);
      await rig.until(device.gatt.connect());
      assert.equal(device.gatt.connected, true);
    }
    rig.stacks.assertClean();
  });

  test("disconnect/disconnect-twice-in-a-row: the second does nothing", async () => {
    const { rig, device } = await meet();
    let events = 0;
    device.addEventListener("gattserverdisconnected", () => events++);
    device.gatt.disconnect();
    device.gatt.disconnect();
    await rig.quiet();
    assert.equal(events, 1);
  });

  test("without an adapter connect() is a NotFoundError", async () => {
    const { rig, device } = await meet();
    await rig.until(rig.page.stack.close());
    assert.equal(device.gatt.connected, false);
    assert.equal((await rig.rejection(device.gatt.connect())).name, "NotFoundError");
  });
});

for (const [method, ask] of ASKS) {
  describe(`server/${method}`, () => {
    test("service-found: by name, alias and UUID the same object (gen-get-same-object)", async () => {
      const { rig, device } = await meet();
      const found = await Promise.all(
        ["health_thermometer", 0x1809, HEALTH_THERMOMETER].map((uuid) => rig.until(ask(device, uuid))),
      );
      assert.equal(new Set(found).size, 1);
      assert.equal(found[0]?.uuid, HEALTH_THERMOMETER);
      assert.equal(found[0]?.isPrimary, true);
      assert.equal(found[0]?.device, device);
    });

    test("gen-invalid-service-name: a TypeError, connected or not", async () => {
      const { device } = await meet();
      for (const name of ["wrong_name", "HEART_RATE", "", "180d", "00001809-0000-1000-8000-00805F9B34FB"])
        await assert.rejects(ask(device, name), TypeError, name);
    });

    test("gen-service-not-found: a NotFoundError", async () => {
      const { rig, device } = await meet();
      const error = await rig.rejection(ask(device, "heart_rate"));
      assert.equal(error.name, "NotFoundError");
      assert.match(error.message, /^No Services matching UUID 0000180d-.* found in Device\.$/u);
    });

    test("gen-no-permission-absent-service, gen-no-permission-present-service: a SecurityError", async () => {
      const { rig, device } = await meet();
      for (const uuid of ["glucose", uuidOf(0x1234)]) {
        const error = await rig.rejection(ask(device, uuid));
        assert.equal(error.name, "SecurityError");
        assert.match(error.message, /Origin is not allowed to access the service/u);
      }
    });

    test("blocklisted-services-with-uuid: a SecurityError", async () => {
      const { rig, device } = await meet();
      assert.equal((await rig.rejection(ask(device, HUMAN_INTERFACE))).name, "SecurityError");
    });

    test("gen-disconnected-device, gen-disconnect-called-before: a NetworkError that says how to go on", async () => {
      const { rig, device } = await meet();
      device.gatt.disconnect();
      const error = await rig.rejection(ask(device, HEALTH_THERMOMETER));
      assert.equal(error.name, "NetworkError");
      assert.equal(
        error.message,
        "GATT Server is disconnected. Cannot retrieve services. (Re)connect first with `device.gatt.connect`.",
      );
    });

    test("gen-disconnect-called-during-success, gen-disconnect-called-during-error", async () => {
      for (const uuid of [HEALTH_THERMOMETER, "heart_rate"]) {
        const { rig, device } = await meet();
        const asked = rig.rejection(ask(device, uuid));
        device.gatt.disconnect();
        const error = await asked;
        assert.equal(error.name, "NetworkError");
        assert.match(error.message, /Cannot retrieve services/u);
      }
    });

    test("gen-disconnect-invalidates-objects: calls on objects of the old connection", async () => {
      const { rig, device } = await meet();
      const service = await rig.until(ask(device, HEALTH_THERMOMETER));
      device.gatt.disconnect();
      assert.match(
        (await rig.rejection(service.getCharacteristics())).message,
        /Cannot retrieve characteristics/u,
      );
      await rig.until(device.gatt.connect());
      const error = await rig.rejection(service.getCharacteristics());
      assert.equal(error.name, "InvalidStateError");
      assert.equal(
        error.message,
        `Service with UUID ${HEALTH_THERMOMETER} is no longer valid. Remember to retrieve the service again after reconnecting.`,
      );
    });

    test("gen-get-different-service-after-reconnection", async () => {
      const { rig, device } = await meet();
      const before = await rig.until(ask(device, HEALTH_THERMOMETER));
      device.gatt.disconnect();
      await rig.until(device.gatt.connect());
      assert.notEqual(await rig.until(ask(device, HEALTH_THERMOMETER)), before);
    });
  });
}

describe("server/getPrimaryServices", () => {
  test("services-found, services-found-with-uuid, correct-services: all that may be used, two of a kind too", async () => {
    const { rig, device } = await meet();
    const services = await rig.until(all(device));
    const uuids = services.map(({ uuid }) => uuid);
    assert.equal(uuids.filter((uuid) => uuid === HEALTH_THERMOMETER).length, 2);
    assert.ok(uuids.includes(DEVICE_INFORMATION) && uuids.includes(uuidOf(0x1800)));
    const two = await rig.until(device.gatt.getPrimaryServices(HEALTH_THERMOMETER));
    assert.equal(two.length, 2);
    const minutes = await Promise.all(
      two.map(async (service) => {
        const characteristic = await rig.until(service.getCharacteristic(MEASUREMENT_INTERVAL));
        return (await rig.until(characteristic.readValue())).getUint8(0);
      }),
    );
    assert.deepEqual(minutes, [1, 2]);
  });

  test("blocklisted-services: left out of the list", async () => {
    const { rig, device } = await meet();
    const uuids = (await rig.until(all(device))).map(({ uuid }) => uuid);
    assert.ok(!uuids.includes(HUMAN_INTERFACE));
  });

  test("gen-no-permission-for-any-service: a SecurityError", async () => {
    const rig = await SdkRig.create();
    const { device } = await rig.connected(thermometer(), { filters: [{ name: "Thermometer" }] });
    assert.match((await rig.rejection(all(device))).message, /not allowed to access any service/u);
  });

  test("services-not-found: a NotFoundError", async () => {
    const rig = await SdkRig.create();
    const { device } = await rig.connected(thermometer(), {
      filters: [{ name: "Thermometer" }],
      optionalServices: ["heart_rate"],
    });
    const error = await rig.rejection(all(device));
    assert.equal(error.name, "NotFoundError");
    assert.equal(error.message, "No Services found in device.");
  });
});

describe("service", () => {
  test("device-same-object, device-same-from-2-services", async () => {
    const { rig, device } = await meet();
    for (const service of await rig.until(all(device))) assert.equal(service.device, device);
  });

  test("getIncludedService: the primary service that it includes, as the one object that stands for it", async () => {
    const { rig, device } = await meet();
    const service = await rig.until(device.gatt.getPrimaryService(ODDITIES));
    const [first] = await rig.until(device.gatt.getPrimaryServices(HEALTH_THERMOMETER));
    assert.equal(await rig.until(service.getIncludedService(HEALTH_THERMOMETER)), first);
    assert.deepEqual(await rig.until(service.getIncludedServices()), [first]);
    assert.equal((await rig.rejection(service.getIncludedService("heart_rate"))).name, "NotFoundError");
    assert.equal((await rig.rejection(service.getIncludedService("glucose"))).name, "SecurityError");
    assert.ok(first);
    assert.equal((await rig.rejection(first.getIncludedServices())).name, "NotFoundError");
  });

  for (const method of ["getCharacteristic", "getCharacteristics"] as const) {
    describe(`service/${method}`, () => {
      const thermometerService = (device: Device) => device.gatt.getPrimaryService(HEALTH_THERMOMETER);

      test("characteristic-found, gen-get-same-object", async () => {
        const { rig, device } = await meet();
        const service = await rig.until(thermometerService(device));
        const found = await Promise.all(
          ["measurement_interval", 0x2a21, MEASUREMENT_INTERVAL].map((uuid) =>
            rig.until<unknown>(service[method](uuid)),
          ),
        );
        assert.equal(new Set(found.flat()).size, 1);
      });

      test("gen-invalid-characteristic-name: a TypeError", async () => {
        const { rig, device } = await meet();
        const service = await rig.until(thermometerService(device));
        await assert.rejects(service[method]("wrong_name"), TypeError);
        await assert.rejects(
          service[method]("heart_rate"),
          TypeError,
          "a service's name is none of a characteristic",
        );
      });

      test("gen-characteristic-not-found: a NotFoundError", async () => {
        const { rig, device } = await meet();
        const service = await rig.until(thermometerService(device));
        const error = await rig.rejection(service[method]("battery_level"));
        assert.equal(error.name, "NotFoundError");
        assert.match(
          error.message,
          /^No Characteristics matching UUID 00002a19-\S+ found in Service with UUID 00001809-/u,
        );
      });

      test("gen-blocklisted-characteristic: a SecurityError", async () => {
        const { rig, device } = await meet();
        const service = await rig.until(device.gatt.getPrimaryService(DEVICE_INFORMATION));
        const error = await rig.rejection(service[method]("serial_number_string"));
        assert.equal(error.name, "SecurityError");
        assert.match(error.message, /^getCharacteristic\(s\) called with blocklisted UUID/u);
      });

      test("gen-reconnect-during: a NetworkError, although the device is connected again afterwards", async () => {
        const { rig, device } = await meet();
        const service = await rig.until(thermometerService(device));
        const asked = rig.rejection(service[method](MEASUREMENT_INTERVAL));
        device.gatt.disconnect();
        const [error] = await rig.until(Promise.all([asked, device.gatt.connect()]));
        assert.match(error.message, /Cannot retrieve characteristics/u);
      });

      test("gen-service-is-removed: an InvalidStateError", async () => {
        const { rig, device, peripheral } = await meet();
        const service = await rig.until(thermometerService(device));
        peripheral.replaceServices(thermometerServices().slice(2, 4));
        await rig.quiet();
        const error = await rig.rejection(service[method](MEASUREMENT_INTERVAL));
        assert.equal(error.name, "InvalidStateError");
        assert.equal(error.message, "GATT Service no longer exists.");
      });
    });
  }

  test("getCharacteristics/blocklisted-characteristics: left out of the list", async () => {
    const { rig, device } = await meet();
    const service = await rig.until(device.gatt.getPrimaryService(DEVICE_INFORMATION));
    const uuids = (await rig.until(service.getCharacteristics())).map(({ uuid }) => uuid);
    assert.deepEqual(uuids, [uuidOf(0x2a24)]);
  });

  test("getCharacteristics/characteristics-not-found: a NotFoundError", async () => {
    const { rig, device } = await meet();
    const service = await rig.until(device.gatt.getPrimaryService(EMPTY_SERVICE));
    const error = await rig.rejection(service.getCharacteristics());
    assert.equal(error.message, "No Characteristics found in service.");
  });
});
