/** Attributes of peers without a bond, and what a refusal for want of security may lead to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AttError } from "../../../hci/att/errors.ts";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import { NotReadyError } from "../../../hci/device/errors.ts";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import { DEFAULT_POLICY as POLICY } from "../../../hci/smp/policy.ts";
import { AUTHENTICATED, ENCRYPTED, PLAIN, SERVICE, SERVICES } from "../../support/att-rig.ts";
import { StackRig, together } from "../../support/stack-rig.ts";

async function room(sensorIo: "NoInputNoOutput" | "DisplayYesNo" = "NoInputNoOutput") {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor", { policy: { ioCapability: sensorIo } });
  together(rig, phone, sensor);
  return { rig, phone, sensor };
}

function handleOf(link: DeviceLink, uuid: string): number {
  const [found] = characteristicsOf(link.gatt.table ?? { services: [] }, SERVICE, uuid);
  assert.ok(found);
  return found.handle;
}

test("an unbonded device is explored in clear; its table is used again when its hash is the same", async () => {
  const { rig, phone, sensor } = await room();
  const first = await rig.connect(phone, sensor);
  await rig.until(first.central.explore());
  assert.deepEqual(
    [...(await rig.until(first.central.gatt.read(handleOf(first.central, PLAIN))))],
    [1, 2, 3],
  );
  const full = first.central.requests;
  await rig.end(first.central);

  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  assert.equal(central.requests, 4, "MTU, hash, Service Changed, Client Supported Features");
  assert.ok(full > central.requests);
  assert.equal(central.security, null);
  rig.assertClean();
});

test("attributes are closed before anybody asked for them", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  assert.throws(() => central.gatt, NotReadyError);
  await rig.clock.advance(1000);
  assert.equal(central.requests, 0);
});

test("a refusal for want of security pairs nobody that nobody asked for", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  const error = await rig.failure(central.gatt.read(handleOf(central, ENCRYPTED)));
  assert.ok(error instanceof AttError);
  assert.equal(error.code, 0x05);
  assert.ok(!phone.sent.some((line) => line.startsWith("06")), "no SMP");
});

test("where a person wants a bond, the refusal is cured by one pairing and the request is sent again", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  central.wantPairing();
  assert.deepEqual([...(await rig.until(central.gatt.read(handleOf(central, ENCRYPTED))))], [4]);
  assert.equal(central.security?.level, "encrypted");
  assert.equal(phone.keys.bonds.length, 1);
  rig.assertClean();
});

test("several refusals at once lead to one pairing", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  central.wantPairing();
  const handle = handleOf(central, ENCRYPTED);
  const reads = [1, 2, 3].map(() => central.gatt.read(handle));
  const values = await rig.until(Promise.all(reads));
  assert.deepEqual(values.map(String), ["4", "4", "4"]);
  assert.equal(phone.sent.filter((line) => line.startsWith("06 01")).length, 1);
});

test("Insufficient Authentication again after a pairing is the answer: no loop", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  central.wantPairing();
  const handle = handleOf(central, AUTHENTICATED);
  for (let i = 0; i < 2; i++) {
    const error = await rig.failure(central.gatt.read(handle));
    assert.ok(error instanceof AttError);
    assert.equal(error.code, 0x05);
  }
  assert.equal(phone.sent.filter((line) => line.startsWith("06 01")).length, 1);
});

test("GAP/SEC/AUT/BV-17-C a refusal on a clear link adds no MITM of its own", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  central.wantPairing({ policy: { ...POLICY, mitm: "off" } });
  await rig.until(central.gatt.read(handleOf(central, ENCRYPTED)));
  const request = phone.sent.find((line) => line.startsWith("06 01"));
  assert.equal(Number.parseInt(request?.slice(9, 11) ?? "ff", 16) & 0x04, 0, request);
});

test("GAP/SEC/AUT/BV-13-C an unauthenticated bond encrypts first; a person's wish raises it, an error alone does not", async () => {
  const { rig, phone, sensor } = await room("DisplayYesNo");
  const [identity] = [sensor.stack.identity.address];
  const first = await rig.connect(phone, sensor);
  const justWorks = { ...POLICY, mitm: "off", ioCapability: "NoInputNoOutput" } as const;
  await rig.until(first.central.pair({ policy: justWorks }));
  await rig.end(first.central);
  assert.equal(phone.keys.bonds[0]?.authenticated, false);

  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.secure());
  const handle = handleOf(central, AUTHENTICATED);
  const refused = await rig.failure(central.gatt.read(handle));
  assert.ok(refused instanceof AttError);
  central.wantPairing({ replaces: identity });
  assert.deepEqual([...(await rig.until(central.gatt.read(handle)))], [5]);
  assert.equal(central.security?.level, "secure");
  assert.equal(phone.keys.bonds[0]?.authenticated, true);
});

test("what the device changes while we are connected is told, and discovered again at our wish", async () => {
  const { rig, phone, sensor } = await room();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.explore());
  sensor.server?.replaceServices(SERVICES.concat({ uuid: SERVICE, characteristics: [] }));
  await rig.clock.advance(100);
  assert.ok(phone.events.some(({ kind }) => kind === "database-changed"));
  assert.equal(phone.tables.entries.size, 0, "what was known is forgotten");
  const table = await rig.until(central.rediscover());
  assert.equal(table.services.filter(({ uuid }) => uuid === SERVICE).length, 2);
  assert.equal(phone.tables.entries.size, 1);
});
