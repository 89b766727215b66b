/** The ready-made devices as our own host meets them: each with its way of pairing and its bad habit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BondFailedError } from "../../../hci/device/errors.ts";
import type { Proof } from "../../../hci/device/prove.ts";
import { pairAndProve } from "../../../hci/device/prove.ts";
import { sameAddress } from "../../../hci/gap/address.ts";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import type { GattClient } from "../../../hci/gatt/client.ts";
import type { Address } from "../../../hci/ports.ts";
import { PairingError } from "../../../hci/smp/errors.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import { startPeripheral } from "../../../hci/virtual/peripherals/catalogue.ts";
import { HEART_RATE_MEASUREMENT, HEART_RATE_SERVICE } from "../../../hci/virtual/peripherals/heart-rate.ts";
import { MESH_PASSKEY } from "../../../hci/virtual/peripherals/mesh-radio.ts";
import type { Peripheral, PeripheralEvent } from "../../../hci/virtual/peripherals/peripheral.ts";
import { PRIVATE_ROTATION_MS, SHAPE_SERVICE, SHAPE_VALUE } from "../../../hci/virtual/peripherals/special.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { StackRig, text } from "../../support/stack-rig.ts";

interface Meeting {
  readonly rig: StackRig;
  readonly phone: RigHost;
  readonly device: Peripheral;
  readonly events: PeripheralEvent[];
}

async function meet(name: string): Promise<Meeting> {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const events: PeripheralEvent[] = [];
  const device = await rig.until(
    startPeripheral(name, rig.radio, { crypto: nodeCrypto, text, onEvent: (event) => events.push(event) }),
  );
  const shown = (): string | undefined =>
    events.flatMap((event) => (event.kind === "passkey" ? [event.digits] : [])).at(-1);
  const look = async <T>(then: () => T): Promise<T> => {
    await new Promise<void>((resolve) => {
      rig.clock.after(200, resolve);
    });
    return then();
  };
  phone.person.onEnter = () => look(() => shown() ?? null);
  phone.person.onCompare = (digits) => look(() => digits === shown());
  return { rig, phone, device, events };
}

/** The address under which the device advertises now. */
async function heard({ rig, phone }: Meeting): Promise<Address> {
  const found = Promise.withResolvers<Address>();
  const scan = await rig.until(
    phone.stack.scanner.start({ active: false, duplicates: { report: "all" } }, ({ address }) => {
      if (address !== undefined) found.resolve(address);
    }),
  );
  const address = await rig.until(found.promise);
  await rig.until(scan.stop());
  return address;
}

async function bonded(
  meeting: Meeting,
  policy = DEFAULT_POLICY,
): Promise<Extract<Proof, { readonly kind: "proven" }>> {
  const { rig, phone } = meeting;
  const link = await rig.until(phone.stack.connect(await heard(meeting)));
  const { proof } = await rig.until(pairAndProve(phone.stack, link, { policy }));
  if (proof?.kind === "failed") throw proof.error;
  assert.ok(proof?.kind === "proven", proof?.kind);
  return proof;
}

async function leave({ rig, phone, device }: Meeting): Promise<void> {
  await rig.until(device.stop());
  rig.assertClean();
  assert.deepEqual(device.controller.violations, []);
  await rig.until(phone.stack.close());
}

function handleOf(gatt: GattClient, service: string, uuid: string): number {
  const [found] = characteristicsOf(gatt.table ?? { services: [] }, service, uuid);
  assert.ok(found);
  return found.handle;
}

test("mesh radio: the passkey that it always shows makes an authenticated bond", async () => {
  const meeting = await meet("mesh-radio");
  const { link } = await bonded(meeting);
  assert.equal(link.security?.bond?.method, "passkey");
  assert.equal(link.security?.level, "secure");
  const digits = meeting.events.flatMap((event) => (event.kind === "passkey" ? [event.digits] : []));
  assert.deepEqual(digits, [MESH_PASSKEY]);
  await leave(meeting);
});

test("heart rate: Just Works, and a pulse every now and then", async () => {
  const meeting = await meet("heart-rate");
  const { rig } = meeting;
  const { link } = await bonded(meeting);
  assert.equal(link.security?.bond?.method, "just-works");
  const [pulse] = characteristicsOf(
    link.gatt.table ?? { services: [] },
    HEART_RATE_SERVICE,
    HEART_RATE_MEASUREMENT,
  );
  assert.ok(pulse);
  const values: Uint8Array[] = [];
  await rig.until(link.gatt.subscribe(pulse, (value) => values.push(value)));
  await rig.clock.advance(5000);
  assert.ok(values.length >= 3, `${values.length} values`);
  await leave(meeting);
});

test("lock: the numbers are compared on both sides", async () => {
  const meeting = await meet("lock");
  const { link } = await bonded(meeting);
  assert.equal(link.security?.bond?.method, "numeric-comparison");
  assert.equal(link.security?.level, "secure");
  await leave(meeting);
});

test("legacy device: refused by default; a person's choice for it makes a bond of the lowest level", async () => {
  const meeting = await meet("legacy");
  const { rig, phone } = meeting;
  const link = await rig.until(phone.stack.connect(await heard(meeting)));
  const error = await rig.failure(link.pair());
  assert.ok(error instanceof PairingError);
  assert.equal(error.reason, "AuthenticationRequirements");
  await rig.end(link);
  await rig.clock.advance(2000);

  const lenient = { ...DEFAULT_POLICY, legacy: true };
  const again = await rig.host("phone", { policy: lenient });
  again.person.onEnter = phone.person.onEnter;
  const proof = await bonded({ ...meeting, phone: again }, lenient);
  const { bond, level } = proof.link.security ?? {};
  assert.equal(bond?.secureConnections, false);
  assert.equal(level, "encrypted");
  await leave(meeting);
});

test("forgetful: its next connection finds no key, and nothing is paired by itself", async () => {
  const meeting = await meet("forgetful");
  const { rig, phone } = meeting;
  const link = await rig.until(phone.stack.connect(await heard(meeting)));
  const { proof } = await rig.until(pairAndProve(phone.stack, link));
  assert.ok(proof?.kind === "failed");
  assert.ok(proof.error instanceof BondFailedError);
  assert.deepEqual(proof.error.verdict, { code: 0x06, bond: "suspect", next: "ask" });
  assert.equal(phone.keys.bonds.length, 1, "the key stays until a person decides");
  await leave(meeting);
});

test("shape shifter: another table on each connection, and the right value from each", async () => {
  const meeting = await meet("shape-shifter");
  const { rig, phone } = meeting;
  const { link } = await bonded(meeting);
  const values: number[][] = [];
  const handles: number[] = [];
  const take = async (gatt: GattClient): Promise<void> => {
    const handle = handleOf(gatt, SHAPE_SERVICE, SHAPE_VALUE);
    handles.push(handle);
    values.push([...(await rig.until(gatt.read(handle)))]);
  };
  await take(link.gatt);
  const { peer } = link;
  await rig.end(link);
  for (let i = 0; i < 2; i++) {
    const again = await rig.until(phone.stack.connect(peer));
    await take(await rig.until(again.secure()));
    await rig.end(again);
  }
  assert.deepEqual(values, [[2], [3], [4]]);
  assert.notEqual(handles[0], handles[1]);
  assert.equal(handles[0], handles[2]);
  await leave(meeting);
});

test("private: its address is another one every half minute, and its bond finds it", async () => {
  const meeting = await meet("private");
  const { rig, phone } = meeting;
  const first = await heard(meeting);
  const { link } = await bonded(meeting);
  const { peer } = link;
  await rig.end(link);
  await rig.clock.advance(2 * PRIVATE_ROTATION_MS);
  const again = await rig.until(phone.stack.connect(peer));
  assert.ok(!sameAddress(again.link.peerAddress, first));
  assert.ok(sameAddress(again.peer, peer));
  await rig.until(again.secure());
  await leave(meeting);
});

test("a name that the catalogue lacks is refused with those it has", async () => {
  const rig = new StackRig();
  for (const name of ["toaster", "toString", "__proto__"]) {
    await assert.rejects(
      startPeripheral(name, rig.radio, { crypto: nodeCrypto, text }),
      /Cannot start "\w+": known are mesh-radio, heart-rate/,
    );
  }
});
