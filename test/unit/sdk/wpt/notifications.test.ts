/** Named after web-platform-tests, bluetooth/…/characteristic/notifications; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { meetCharacteristic as meet, octets } from "../../../support/sdk/meet.ts";
import {
  HEALTH_THERMOMETER,
  LONG,
  MEASUREMENT_INTERVAL,
  TEMPERATURE,
  thermometerServices,
} from "../../../support/sdk/thermometer.ts";

describe("characteristic/notifications", () => {
  test("startNotifications resolves with the characteristic, and values arrive as events", async () => {
    const { rig, peripheral, characteristic } = await meet();
    const values: number[][] = [];
    characteristic.addEventListener("characteristicvaluechanged", ({ target }) => {
      assert.equal(target, characteristic);
      values.push(octets(characteristic.value) ?? []);
    });
    assert.equal(await rig.until(characteristic.startNotifications()), characteristic);
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(5));
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(6));
    await rig.quiet();
    assert.deepEqual(values, [[5], [6]]);
  });

  test("indications arrive as notifications do", async () => {
    const { rig, peripheral, characteristic } = await meet(TEMPERATURE);
    const heard = Promise.withResolvers<number[] | undefined>();
    characteristic.oncharacteristicvaluechanged = () => heard.resolve(octets(characteristic.value));
    await rig.until(characteristic.startNotifications());
    peripheral.notify(TEMPERATURE, Uint8Array.of(36));
    assert.deepEqual(await rig.until(heard.promise), [36]);
  });

  test("concurrent-starts: all resolve, and each value is one event", async () => {
    const { rig, peripheral, characteristic } = await meet();
    let events = 0;
    characteristic.addEventListener("characteristicvaluechanged", () => events++);
    await rig.until(Promise.all([1, 2, 3].map(() => characteristic.startNotifications())));
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(5));
    await rig.quiet();
    assert.equal(events, 1);
  });

  test("stop-after-start-succeeds, stop-twice, concurrent-stops, stop-without-starting", async () => {
    const { rig, peripheral, characteristic } = await meet();
    let events = 0;
    characteristic.addEventListener("characteristicvaluechanged", () => events++);
    assert.equal(await rig.until(characteristic.stopNotifications()), characteristic);
    await rig.until(characteristic.startNotifications());
    await rig.until(Promise.all([characteristic.stopNotifications(), characteristic.stopNotifications()]));
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(5));
    await rig.quiet();
    assert.equal(events, 0);
    await rig.until(characteristic.startNotifications());
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(5));
    await rig.quiet();
    assert.equal(events, 1);
  });

  test("a characteristic that pushes nothing: a NotSupportedError", async () => {
    const { rig, characteristic } = await meet(LONG);
    const error = await rig.rejection(characteristic.startNotifications());
    assert.equal(error.name, "NotSupportedError");
  });

  test("service-is-removed, characteristic-is-removed: no event after it, although the handle still speaks", async () => {
    const { rig, peripheral, characteristic } = await meet();
    let events = 0;
    characteristic.addEventListener("characteristicvaluechanged", () => events++);
    await rig.until(characteristic.startNotifications());
    peripheral.replaceServices([]);
    await rig.quiet();
    peripheral.replaceServices(thermometerServices());
    await rig.quiet();
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(5));
    await rig.quiet();
    assert.equal(events, 0);
  });

  test("nothing is delivered to objects of an earlier connection", async () => {
    const { rig, device, peripheral, characteristic } = await meet();
    let events = 0;
    characteristic.addEventListener("characteristicvaluechanged", () => events++);
    await rig.until(characteristic.startNotifications());
    device.gatt.disconnect();
    await rig.until(device.gatt.connect());
    const again = await rig.characteristic(device, HEALTH_THERMOMETER, MEASUREMENT_INTERVAL);
    await rig.until(again.startNotifications());
    peripheral.notify(MEASUREMENT_INTERVAL, Uint8Array.of(5));
    await rig.quiet();
    assert.equal(events, 0);
    assert.deepEqual(octets(again.value), [5]);
  });
});
