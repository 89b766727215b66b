/** Named after web-platform-tests, bluetooth/…/characteristic; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AttError } from "../../../../hci/att/errors.ts";
import type { Characteristic } from "../../../../src/sdk/web-bluetooth/characteristic.ts";
import { meetCharacteristic as meet, octets, REQUEST } from "../../../support/sdk/meet.ts";
import { SdkRig } from "../../../support/sdk/rig.ts";
import {
  EXTENDED,
  HEALTH_THERMOMETER,
  ODDITIES,
  REFUSING,
  SECURED,
  TEMPERATURE,
  thermometer,
  thermometerServices,
  WRITE_ONLY,
} from "../../../support/sdk/thermometer.ts";

const OPERATIONS: readonly [string, (characteristic: Characteristic) => Promise<unknown>][] = [
  ["readValue", (one) => one.readValue()],
  ["writeValue", (one) => one.writeValue(Uint8Array.of(1))],
  ["writeValueWithResponse", (one) => one.writeValueWithResponse(Uint8Array.of(1))],
  ["writeValueWithoutResponse", (one) => one.writeValueWithoutResponse(Uint8Array.of(1))],
  ["startNotifications", (one) => one.startNotifications()],
  ["stopNotifications", (one) => one.stopNotifications()],
  ["getDescriptor", (one) => one.getDescriptor("gatt.characteristic_user_description")],
  ["getDescriptors", (one) => one.getDescriptors()],
];

describe("characteristic", () => {
  test("characteristicProperties: each as the device declares it", async () => {
    const { characteristic } = await meet();
    assert.deepEqual(characteristic.properties, {
      broadcast: false,
      read: true,
      writeWithoutResponse: false,
      write: true,
      notify: true,
      indicate: false,
      authenticatedSignedWrites: false,
      reliableWrite: false,
      writableAuxiliaries: false,
    });
    assert.throws(() => Object.assign(characteristic.properties, { read: false }), TypeError);
  });

  test("extended properties are read from their descriptor", async () => {
    const { characteristic } = await meet(EXTENDED);
    const { reliableWrite, writableAuxiliaries, broadcast } = characteristic.properties;
    assert.deepEqual(
      { reliableWrite, writableAuxiliaries, broadcast },
      {
        reliableWrite: true,
        writableAuxiliaries: true,
        broadcast: false,
      },
    );
  });

  test("service-same-object, service-same-from-2-characteristics", async () => {
    const { rig, device, characteristic } = await meet();
    const service = await rig.until(device.gatt.getPrimaryService(HEALTH_THERMOMETER));
    const other = await rig.until(service.getCharacteristic(TEMPERATURE));
    assert.equal(characteristic.service, service);
    assert.equal(other.service, service);
  });

  for (const [method, run] of OPERATIONS) {
    test(`${method}: gen-characteristic-is-removed, an InvalidStateError`, async () => {
      const { rig, peripheral, characteristic } = await meet();
      const [first, ...others] = thermometerServices();
      assert.ok(first);
      // The same service at the same place, with another characteristic in it.
      const changed = { ...first, characteristics: first.characteristics.toReversed() };
      peripheral.replaceServices([changed, ...others.slice(0, 2)]);
      await rig.quiet();
      const error = await rig.rejection(run(characteristic));
      assert.equal(error.name, "InvalidStateError");
      assert.equal(error.message, "GATT Characteristic no longer exists.");
    });

    test(`${method}: gen-service-is-removed, an InvalidStateError`, async () => {
      const { rig, peripheral, characteristic } = await meet();
      peripheral.replaceServices([]);
      await rig.quiet();
      const error = await rig.rejection(run(characteristic));
      assert.equal(error.name, "InvalidStateError");
      assert.equal(error.message, "GATT Service no longer exists.");
    });

    test(`${method}: disconnected is a NetworkError, reconnected an InvalidStateError`, async () => {
      const { rig, device, characteristic } = await meet();
      device.gatt.disconnect();
      const gone = await rig.rejection(run(characteristic));
      assert.equal(gone.name, "NetworkError");
      assert.match(
        gone.message,
        /^GATT Server is disconnected\. Cannot (perform GATT operations|retrieve descriptors)\./u,
      );
      await rig.until(device.gatt.connect());
      const stale = await rig.rejection(run(characteristic));
      assert.equal(stale.name, "InvalidStateError");
      assert.match(stale.message, /^Characteristic with UUID 00002a21-\S+ is no longer valid\. Remember/u);
    });
  }

  test("a link that ends under an operation ends it with a NetworkError", async () => {
    const { rig, device, characteristic } = await meet();
    const [read, next] = [
      rig.rejection(characteristic.readValue()),
      rig.rejection(characteristic.readValue()),
    ];
    await Promise.resolve();
    await Promise.resolve();
    device.gatt.disconnect();
    assert.equal((await read).name, "NetworkError");
    assert.equal((await next).name, "NetworkError");
  });
});

describe("characteristic/readValue", () => {
  test("read-succeeds, read-updates-value: null before, then the value, a new view each time", async () => {
    const { rig, characteristic } = await meet();
    assert.equal(characteristic.value, null);
    const first = await rig.until(characteristic.readValue());
    assert.equal(characteristic.value, first);
    const second = await rig.until(characteristic.readValue());
    assert.deepEqual(octets(second), [1, 0]);
    assert.notEqual(second, first);
  });

  test("event-is-fired: with the value, before the promise resolves, and it travels up", async () => {
    const { rig, device, characteristic } = await meet();
    const seen: string[] = [];
    const note = (where: string) => (event: Event) => {
      assert.equal(event.target, characteristic);
      seen.push(`${where} ${octets(characteristic.value)?.join()} ${event.bubbles}`);
    };
    rig.bluetooth.addEventListener("characteristicvaluechanged", note("bluetooth"));
    device.addEventListener("characteristicvaluechanged", note("device"));
    characteristic.service.addEventListener("characteristicvaluechanged", note("service"));
    characteristic.addEventListener("characteristicvaluechanged", note("characteristic"));
    const reading = characteristic.readValue().then(() => seen.push("resolved"));
    await rig.until(reading);
    assert.deepEqual(seen, [
      "characteristic 1,0 true",
      "service 1,0 true",
      "device 1,0 true",
      "bluetooth 1,0 true",
      "resolved",
    ]);
  });

  test("add-multiple-event-listeners: each listener hears of each event once", async () => {
    const { rig, characteristic } = await meet();
    let calls = 0;
    const listener = (): void => void calls++;
    characteristic.addEventListener("characteristicvaluechanged", listener);
    characteristic.addEventListener("characteristicvaluechanged", listener);
    characteristic.addEventListener("characteristicvaluechanged", () => calls++);
    characteristic.oncharacteristicvaluechanged = () => calls++;
    await rig.until(characteristic.readValue());
    assert.equal(calls, 3);
  });

  test("what may not be read by its properties is a NotSupportedError, without a request", async () => {
    const { rig, characteristic } = await meet(WRITE_ONLY);
    const error = await rig.rejection(characteristic.readValue());
    assert.equal(error.name, "NotSupportedError");
  });

  const REFUSALS: readonly [string, number, string, string][] = [
    ["Insufficient Authentication", 0x05, "NetworkError", "GATT Error: Not paired."],
    ["Insufficient Authorization", 0x08, "SecurityError", "GATT operation not authorized."],
    ["Read Not Permitted", 0x02, "NotSupportedError", "GATT operation not permitted."],
    ["Request Not Supported", 0x06, "NotSupportedError", "GATT Error: Not supported."],
    [
      "Invalid Attribute Value Length",
      0x0d,
      "InvalidModificationError",
      "GATT Error: invalid attribute length.",
    ],
    ["Invalid Handle", 0x01, "NotSupportedError", "GATT Error Unknown."],
    ["an error of the application", 0x80, "NotSupportedError", "GATT Error Unknown."],
  ];
  for (const [name, code, exception, text] of REFUSALS)
    test(`${name}: ${exception}, "${text}"`, async () => {
      const { rig, characteristic } = await meet(REFUSING, () => code);
      for (const work of [
        () => characteristic.readValue(),
        () => characteristic.writeValueWithResponse(Uint8Array.of(1)),
      ]) {
        const error = await rig.rejection(work());
        assert.equal(error.name, exception);
        assert.equal(error.message, text);
        assert.ok(
          error.cause instanceof AttError && error.cause.code === code,
          "the host's own error is its cause",
        );
      }
    });

  test("secure-read-fails: nobody pairs for the page, and the peer's refusal is what it hears", async () => {
    const { rig, device, characteristic } = await meet(SECURED);
    const error = await rig.rejection(characteristic.readValue());
    assert.equal(error.message, "GATT Error: Not paired.");
    assert.equal(device.bonding.security, null);
    assert.deepEqual(rig.page.person.asked, []);
  });

  test("secure-read-succeeds: with a person's consent the same read pairs and is repeated", async () => {
    const asked: string[] = [];
    const rig = await SdkRig.create({
      mayPair: async ({ name }) => {
        asked.push(String(name));
        return true;
      },
    });
    const { device } = await rig.connected(thermometer(), REQUEST);
    const characteristic = await rig.characteristic(device, ODDITIES, SECURED);
    assert.deepEqual(octets(await rig.until(characteristic.readValue())), [42]);
    assert.deepEqual(asked, ["Thermometer"]);
    assert.equal(device.bonding.security?.level, "encrypted");
    assert.equal((await rig.until(device.bonding.getBond()))?.persisted, true);
  });
});
