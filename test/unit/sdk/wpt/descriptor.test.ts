/** Named after web-platform-tests, bluetooth/…/descriptor; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { uuidOf } from "../../../../hci/codec/uuid.ts";
import type { Characteristic } from "../../../../src/sdk/web-bluetooth/characteristic.ts";
import { detached, meetCharacteristic as meet, octets } from "../../../support/sdk/meet.ts";
import { LONG, thermometerServices } from "../../../support/sdk/thermometer.ts";

const CONFIGURATION = "gatt.client_characteristic_configuration";

describe("descriptor", () => {
  test("getDescriptor/descriptor-found, gen-descriptor-get-same-object: by name, alias and UUID", async () => {
    const { rig, characteristic } = await meet();
    const names = ["gatt.characteristic_user_description", 0x2901, uuidOf(0x2901)];
    const found = await Promise.all(
      names.flatMap((name) => [
        rig.until(characteristic.getDescriptor(name)),
        rig.until(characteristic.getDescriptors(name)).then(([first]) => first),
      ]),
    );
    assert.equal(new Set(found).size, 1);
    assert.equal(found[0]?.characteristic, characteristic);
    assert.deepEqual(
      (await rig.until(characteristic.getDescriptors())).map(({ uuid }) => uuid),
      [uuidOf(0x2902), uuidOf(0x2901)],
    );
  });

  test("getDescriptors/descriptors-not-found: a NotFoundError; a wrong name is a TypeError", async () => {
    const { rig, characteristic } = await meet(LONG);
    assert.equal(
      (await rig.rejection(characteristic.getDescriptors())).message,
      "No Descriptors found in characteristic.",
    );
    const error = await rig.rejection(characteristic.getDescriptor(0x2901));
    assert.match(
      error.message,
      /^No Descriptors matching UUID 00002901-\S+ found in Characteristic with UUID/u,
    );
    await assert.rejects(characteristic.getDescriptor("wrong"), TypeError);
  });

  test("readValue/read-succeeds: null before, the value after", async () => {
    const { rig, characteristic } = await meet();
    const descriptor = await rig.until(characteristic.getDescriptor(0x2901));
    assert.equal(descriptor.value, null);
    const value = await rig.until(descriptor.readValue());
    assert.equal(new TextDecoder().decode(value), "Minutes between two readings");
    assert.equal(descriptor.value, value);
  });

  test("writeValue: refused by the device, or too long, or no BufferSource", async () => {
    const { rig, characteristic } = await meet();
    const descriptor = await rig.until(characteristic.getDescriptor(0x2901));
    assert.equal((await rig.rejection(descriptor.writeValue(Uint8Array.of(1)))).name, "NotSupportedError");
    assert.equal(
      (await rig.rejection(descriptor.writeValue(new Uint8Array(513)))).name,
      "InvalidModificationError",
    );
    await assert.rejects(descriptor.writeValue(JSON.parse("1")), TypeError);
  });

  test("writeValue/buffer-is-detached: an empty value goes out", async () => {
    const { rig, characteristic } = await meet();
    const descriptor = await rig.until(characteristic.getDescriptor(0x2901));
    const before = rig.page.sent.length;
    await rig.rejection(descriptor.writeValue(detached()));
    assert.match(rig.page.sent.slice(before).join(), /04 12..00$/u);
  });

  test("blocklisted-descriptors: the client configuration may be read, never written", async () => {
    const { rig, characteristic } = await meet();
    const descriptor = await rig.until(characteristic.getDescriptor(CONFIGURATION));
    assert.deepEqual(octets(await rig.until(descriptor.readValue())), [0, 0]);
    const error = await rig.rejection(descriptor.writeValue(Uint8Array.of(1, 0)));
    assert.equal(error.name, "SecurityError");
    assert.match(error.message, /marked exclude-writes/u);
  });

  for (const method of ["readValue", "writeValue"] as const) {
    const run = (descriptor: Awaited<ReturnType<Characteristic["getDescriptor"]>>) =>
      method === "readValue" ? descriptor.readValue() : descriptor.writeValue(Uint8Array.of(1));

    test(`${method}/gen-service-is-removed, gen-characteristic-is-removed: an InvalidStateError`, async () => {
      const { rig, peripheral, characteristic } = await meet();
      const descriptor = await rig.until(characteristic.getDescriptor(0x2901));
      peripheral.replaceServices([]);
      await rig.quiet();
      const error = await rig.rejection(run(descriptor));
      assert.equal(error.message, "GATT Service no longer exists.");
    });

    test(`${method}: a descriptor that is gone while its characteristic is there`, async () => {
      const { rig, peripheral, characteristic } = await meet();
      const descriptor = await rig.until(characteristic.getDescriptor(0x2901));
      const [first, ...others] = thermometerServices();
      assert.ok(first);
      const bare = first.characteristics.map((one) => ({ ...one, descriptors: [] }));
      peripheral.replaceServices([{ ...first, characteristics: bare }, ...others.slice(0, 2)]);
      await rig.quiet();
      const error = await rig.rejection(run(descriptor));
      assert.equal(error.message, "GATT Descriptor no longer exists.");
    });

    test(`${method}: of an earlier connection, an InvalidStateError`, async () => {
      const { rig, device, characteristic } = await meet();
      const descriptor = await rig.until(characteristic.getDescriptor(0x2901));
      device.gatt.disconnect();
      assert.equal((await rig.rejection(run(descriptor))).name, "NetworkError");
      await rig.until(device.gatt.connect());
      assert.match(
        (await rig.rejection(run(descriptor))).message,
        /^Descriptor with UUID \S+ is no longer valid/u,
      );
    });
  }
});
