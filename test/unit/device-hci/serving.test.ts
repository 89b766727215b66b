/** As peripheral: who is it, what may it do, what did it leave the last time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NotReadyError } from "../../../hci/device/errors.ts";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import { LinkClosedError } from "../../../hci/host/link.ts";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import { ENCRYPTED, PUSHING, SERVICE, SERVICES } from "../../support/att-rig.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { SlowKeyStore } from "../../support/slow-key-store.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { StackRig } from "../../support/stack-rig.ts";

async function room(slow = false) {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const keys = slow ? new SlowKeyStore(rig.clock) : new MemoryKeyStore();
  const sensor = await rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" }, keys });
  return { rig, phone, sensor, keys };
}

function characteristic(link: DeviceLink, uuid: string) {
  const [found] = characteristicsOf(link.gatt.table ?? { services: [] }, SERVICE, uuid);
  assert.ok(found);
  return found;
}

/** Bonded, and the phone has turned on notifications. */
async function subscribed(sensorIsSlow = false) {
  const all = await room(sensorIsSlow);
  const { rig, phone, sensor } = all;
  await rig.advertise(sensor);
  const link = await rig.until(phone.stack.connect(sensor.stack.identity.address));
  await rig.until(link.pair());
  const gatt = await rig.until(link.secure());
  await rig.until(gatt.subscribe(characteristic(link, PUSHING), () => {}));
  await rig.clock.advance(200);
  await rig.end(link);
  return all;
}

async function push({ server }: RigHost, value: number, uuid = PUSHING): Promise<void> {
  await server?.notify(uuid, Uint8Array.of(value));
}

test("a bonded client finds its subscriptions as it left them, once it has proven who it is", async () => {
  const { rig, phone, sensor } = await subscribed();
  const { central } = await rig.connect(phone, sensor);
  const from = sensor.sent.length;
  await push(sensor, 1);
  await rig.clock.advance(50);
  assert.deepEqual(
    sensor.sent.slice(from).filter((line) => line.startsWith("04 1b")),
    [],
    "in clear it gets nothing",
  );
  const gatt = await rig.until(central.secure());
  await push(sensor, 2);
  await rig.clock.advance(50);
  const [handle] = [characteristic(central, PUSHING).handle];
  const low = handle.toString(16).padStart(2, "0");
  assert.deepEqual(
    sensor.sent.slice(from).filter((line) => line.startsWith("04 1b")),
    [`04 1b${low}0002`],
  );
  assert.ok(gatt.table);
  rig.assertClean();
});

test("GATT/SR/GAS/BV-07-C a change while it was away is told to a bonded client as soon as it is encrypted", async () => {
  const { rig, phone, sensor } = await subscribed();
  sensor.server?.replaceServices(SERVICES.concat({ uuid: SERVICE, characteristics: [] }));
  const { central } = await rig.connect(phone, sensor);
  const from = sensor.sent.length;
  await rig.clock.advance(100);
  assert.deepEqual(
    sensor.sent.slice(from).filter((line) => line.startsWith("04 1d")),
    [],
    "not in clear: the client would have to ignore it",
  );
  phone.events.length = 0;
  const gatt = await rig.until(central.secure());
  await rig.clock.advance(100);
  assert.equal(sensor.sent.slice(from).filter((line) => line.startsWith("04 1d")).length, 1);
  assert.ok(phone.events.some(({ kind }) => kind === "database-changed"));
  assert.equal(gatt.table?.services.filter(({ uuid }) => uuid === SERVICE).length, 2);
  assert.deepEqual([...(await rig.until(gatt.read(characteristic(central, ENCRYPTED).handle)))], [4]);
});

test("a slow store loses nothing: key request, pairing and requests wait for it", async () => {
  const { rig, phone, sensor, keys } = await subscribed(true);
  assert.equal(keys.bonds.length, 1);
  await rig.advertise(sensor);
  const central = await rig.until(phone.stack.connect(sensor.stack.identity.address));
  assert.equal(sensor.connections.length, 1, "the sensor does not know yet who it is");
  await rig.until(central.secure());
  assert.equal(central.security?.level, "encrypted");
  assert.equal(sensor.connections.length, 2);
  rig.assertClean();
});

test("a store that fails ends the link: nobody is served whose bond cannot be looked up", async () => {
  const { rig, phone, sensor, keys } = await subscribed();
  keys.failing.add("get");
  const link = await rig.until(
    rig.advertise(sensor).then(() => phone.stack.connect(sensor.stack.identity.address)),
  );
  await rig.until(link.closed);
  assert.ok(sensor.events.some(({ kind }) => kind === "not-identified"));
  assert.equal(sensor.connections.length, 1);
});

test("our own Security Request makes the central encrypt, and then its attributes are ours to read", async () => {
  const { rig, phone, sensor } = await subscribed();
  const { central, peripheral } = await rig.connect(phone, sensor);
  const gatt = await rig.until(peripheral.secure());
  assert.equal(central.security?.level, "encrypted");
  assert.ok(gatt.table);
  assert.throws(() => central.gatt, NotReadyError);
});

test("nobody listens for connections: a central that comes all the same is turned away", async () => {
  const { rig, phone, sensor } = await room();
  sensor.stack.onConnection = undefined;
  await rig.advertise(sensor);
  const error = await rig.failure(
    phone.stack.connect(sensor.stack.identity.address).then(async ({ closed }) => {
      throw (await closed).error;
    }),
  );
  assert.ok(error instanceof LinkClosedError);
  assert.equal(error.reason, 0x13);
});

test("the owner learns that the adapter is gone, and every waiter is released", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  const gatt = await rig.until(central.explore());
  const reading = gatt.read(3);
  const failed = rig.failure(reading);
  await phone.controller.unplug();
  assert.match((await failed).message, /link ended/i);
  assert.ok(phone.events.some((event) => event.kind === "closed" && event.error !== undefined));
  await rig.until(central.closed);
});
