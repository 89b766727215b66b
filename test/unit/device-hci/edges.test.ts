/** What happens at the edges: between two steps, against a controller's word, over a cable that reorders. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AttError } from "../../../hci/att/errors.ts";
import { BondFailedError, WeakBondError } from "../../../hci/device/errors.ts";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { AUTHENTICATED, ENCRYPTED, SERVICE, SERVICES } from "../../support/att-rig.ts";
import { SlowKeyStore } from "../../support/slow-key-store.ts";
import type { HostOptions } from "../../support/stack-rig.ts";
import { StackRig } from "../../support/stack-rig.ts";

const EXCHANGE_MTU = 0x02;
const ENCRYPTION_CHANGE = 0x08;
const ENCRYPTION_CHANGE_V2 = 0x59;

async function room(phoneOptions: HostOptions = {}, sensorOptions: HostOptions = {}) {
  const rig = new StackRig();
  const phone = await rig.host("phone", phoneOptions);
  const sensor = await rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" }, ...sensorOptions });
  return { rig, phone, sensor };
}

test("Service Changed between encryption and the hash makes even an equal hash worth nothing", async () => {
  let change = (): void => {};
  const { rig, phone, sensor } = await room(
    {},
    {
      onEvent: (event) =>
        event.kind === "security" && event.event.kind === "encrypted" ? change() : undefined,
    },
  );
  const first = await rig.connect(phone, sensor);
  await rig.until(first.central.pair());
  await rig.until(first.central.secure());
  await rig.end(first.central);
  change = () => sensor.server?.replaceServices(SERVICES);
  const { central } = await rig.connect(phone, sensor);
  const gatt = await rig.until(central.secure());
  assert.ok(central.requests > 4, `${central.requests} requests: discovered anew`);
  assert.ok(gatt.table);
});

test("Service Changed while the MTU is agreed does as well", async () => {
  let change = (): void => {};
  const { rig, phone, sensor } = await room({
    cable: (inner, clock) =>
      intercept(inner, {
        clock,
        outgoing: (packet) => {
          if (packet.type === "acl" && packet.bytes[8] === EXCHANGE_MTU) change();
          return [{ packet, delayMs: 0 }];
        },
      }),
  });
  const first = await rig.connect(phone, sensor);
  await rig.until(first.central.pair());
  await rig.until(first.central.secure());
  await rig.end(first.central);
  change = () => sensor.server?.replaceServices(SERVICES);
  const { central } = await rig.connect(phone, sensor);
  const gatt = await rig.until(central.secure());
  assert.ok(central.requests > 4, `${central.requests} requests: discovered anew`);
  assert.ok(gatt.table);
});

test("after a pairing nothing is known any more: what was discovered before counts for nothing", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  assert.equal(phone.tables.entries.size, 1);
  await rig.until(central.pair());
  assert.equal(phone.tables.entries.size, 0);
  const before = central.requests;
  await rig.until(central.secure());
  assert.ok(central.requests - before > 4, "discovered anew");
  assert.equal([...phone.tables.entries.values()][0]?.configured, true);
});

test("a peer that cannot do better is asked once, however often it refuses", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.pair());
  const gatt = await rig.until(central.secure());
  const [guarded] = characteristicsOf(gatt.table ?? { services: [] }, SERVICE, AUTHENTICATED);
  assert.ok(guarded);
  central.wantPairing({ replaces: sensor.stack.identity.address });
  const from = phone.sent.length;
  for (let i = 0; i < 3; i++) assert.ok((await rig.failure(gatt.read(guarded.handle))) instanceof AttError);
  assert.deepEqual(
    phone.sent.slice(from).filter((line) => line.startsWith("06 01")),
    [],
    "there was a pairing on this link already",
  );
});

test("A6 a controller that reports a shorter key than the bond has is believed", async () => {
  const { rig, phone, sensor } = await room({
    cable: (inner, clock) =>
      intercept(inner, {
        clock,
        incoming: (packet) => {
          const { type, bytes } = packet;
          if (type !== "event" || bytes[0] !== ENCRYPTION_CHANGE) return [{ packet, delayMs: 0 }];
          const told = Uint8Array.of(ENCRYPTION_CHANGE_V2, 5, ...bytes.subarray(2), 7);
          return [{ packet: { type, bytes: told }, delayMs: 0 }];
        },
      }),
  });
  await rig.bond(phone, sensor);
  const { central } = await rig.connect(phone, sensor);
  assert.ok((await rig.failure(central.secure())) instanceof WeakBondError);
});

test("C1 before the MTU is agreed a longer ATT frame is the peer's fault, and after it is not", async () => {
  const { rig, phone, sensor } = await room();
  const { central, peripheral } = await rig.connect(phone, sensor);
  const long = new Uint8Array(40).fill(0x1b);
  await rig.until(peripheral.link.send(4, long));
  await rig.clock.advance(50);
  assert.equal(
    [...central.link.faults.values()].reduce((sum, count) => sum + count, 0),
    1,
  );
  await rig.until(central.explore());
  await rig.until(peripheral.link.send(4, long));
  await rig.clock.advance(50);
  assert.equal(
    [...central.link.faults.values()].reduce((sum, count) => sum + count, 0),
    1,
  );
});

test("BLERP: a device that hangs up three times when it is asked to encrypt is in doubt", async () => {
  const rig = new StackRig();
  const keys = new SlowKeyStore(rig.clock);
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor", { keys, policy: { ioCapability: "NoInputNoOutput" } });
  await rig.advertise(sensor);
  const link = await rig.until(phone.stack.connect(sensor.stack.identity.address));
  await rig.until(link.pair());
  await rig.clock.advance(500);
  await rig.end(link);
  const marks: string[] = [];
  for (let i = 0; i < 3; i++) {
    await rig.advertise(sensor);
    const again = await rig.until(phone.stack.connect(sensor.stack.identity.address));
    const securing = rig.failure(again.secure());
    rig.clock.after(20, () => {
      for (const one of sensor.stack.host.links.all) void one.disconnect(0x13);
    });
    const error = await securing;
    assert.ok(error instanceof BondFailedError);
    assert.equal(error.verdict.code, 0x13);
    marks.push(error.verdict.bond);
  }
  assert.deepEqual(marks, ["keep", "keep", "suspect"]);
  assert.equal(phone.keys.bonds.length, 1);
});

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`over USB-like cables whose events and data overtake each other, seed ${seed}`, async () => {
    const controller = { seed, usb: { eventDelay: 3, aclDelay: 3 } };
    const { rig, phone, sensor } = await room(
      { controller },
      { controller: { ...controller, seed: seed + 100 } },
    );
    await rig.advertise(sensor);
    const first = await rig.until(phone.stack.connect(sensor.stack.identity.address));
    await rig.until(first.pair());
    await rig.until(first.secure());
    await rig.clock.advance(50);
    await rig.end(first);
    await rig.clock.advance(50);
    await rig.advertise(sensor);
    const central = await rig.until(phone.stack.connect(sensor.stack.identity.address));
    const gatt = await rig.until(central.secure());
    const [secret] = characteristicsOf(gatt.table ?? { services: [] }, SERVICE, ENCRYPTED);
    assert.ok(secret);
    assert.deepEqual([...(await rig.until(gatt.read(secret.handle)))], [4]);
    rig.assertClean();
  });
}
