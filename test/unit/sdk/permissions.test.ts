import assert from "node:assert/strict";
import { test } from "node:test";
import { HostedBluetooth } from "../../../src/sdk/web-bluetooth/bluetooth.ts";
import {
  type AllowedDevice,
  MemoryPermissions,
  StoredPermissions,
} from "../../../src/sdk/web-bluetooth/permissions.ts";
import { SdkRig } from "../../support/sdk/rig.ts";
import { HEALTH_THERMOMETER, thermometer } from "../../support/sdk/thermometer.ts";

const NAME = "bondkeeper.allowed-devices";

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
}

const device = (id: string, change: Partial<AllowedDevice> = {}): AllowedDevice => ({
  id,
  address: { type: "random", octets: Uint8Array.of(0xc0, 1, 2, 3, 4, 5) },
  name: "Lock",
  services: [HEALTH_THERMOMETER],
  manufacturers: [0x4c],
  ...change,
});

test("what was put is read again, replaced by its id, and deleted", async () => {
  for (const permissions of [new MemoryPermissions(), new StoredPermissions(storage())]) {
    await permissions.put(device("a"));
    await permissions.put(device("b", { name: null }));
    await permissions.put(device("a", { name: "Other" }));
    assert.deepEqual(
      (await permissions.all()).toSorted((x, y) => x.id.localeCompare(y.id)),
      [device("a", { name: "Other" }), device("b", { name: null })],
    );
    await permissions.delete("a");
    await permissions.delete("never there");
    assert.deepEqual(
      (await permissions.all()).map(({ id }) => id),
      ["b"],
    );
  }
});

test("what cannot be read is an error, never an empty list, and nothing writes over it", async () => {
  for (const stored of ["{", "{}", '[{"id":"a"}]', '[{"id":1}]', "null"]) {
    const store = storage();
    store.kept.set(NAME, stored);
    const permissions = new StoredPermissions(store);
    await assert.rejects(permissions.all(), stored);
    await assert.rejects(permissions.put(device("a")), stored);
    await assert.rejects(permissions.delete("a"), stored);
    assert.equal(store.kept.get(NAME), stored);
  }
});

test("a page that comes again knows its devices without a chooser, and reaches them", async () => {
  const store = storage();
  const rig = await SdkRig.create({ permissions: new StoredPermissions(store) });
  await rig.add(thermometer());
  const before = await rig.request({ filters: [{ services: [HEALTH_THERMOMETER] }] });
  const again = new HostedBluetooth({
    host: rig.slot,
    openChooser: () => assert.fail("nobody is asked"),
    permissions: new StoredPermissions(store),
  });
  const [device] = await again.getDevices();
  assert.ok(device !== undefined && device !== before);
  assert.equal(device.id, before.id);
  assert.equal(device.name, "Thermometer");
  await rig.until(device.gatt.connect());
  const service = await rig.until(device.gatt.getPrimaryService(HEALTH_THERMOMETER));
  assert.equal(service.device, device);
  await rig.until(device.forget());
  assert.equal(store.kept.get(NAME), "[]");
});
