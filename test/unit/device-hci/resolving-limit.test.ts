/** More bonded peers with private addresses than the controller has room for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bond } from "../../../hci/ports.ts";
import { settle } from "../../support/manual-clock.ts";
import { type RigHost, StackRig } from "../../support/stack-rig.ts";

const SIZE = 2;

const BONDS = 5_000;

/** A bond with a peer that is never there. */
function absent(n: number, local: Bond["local"]): Bond {
  const octets = (seed: number, length: number) =>
    Uint8Array.from({ length }, (_, i) => (((n + 1) * (seed + i * 2 + 1)) >> (i % 8)) & 0xff);
  const key = { value: octets(3, 16), ediv: 0, rand: new Uint8Array(8), keySize: 16 };
  const peer = { type: "random", octets: Uint8Array.of(0xc0, 0, n >> 8, n & 0xff, 1, 2) } as const;
  return {
    local,
    peer,
    asCentral: key,
    asPeripheral: key,
    irk: octets(5, 16),
    secureConnections: true,
    authenticated: false,
    method: "just-works",
  };
}

async function room(): Promise<{ rig: StackRig; phone: RigHost; sensors: readonly RigHost[] }> {
  const rig = new StackRig();
  const phone = await rig.host("phone", { controller: { resolvingListSize: SIZE } });
  const sensors: RigHost[] = [];
  for (const name of ["first", "second", "third", "fourth"]) {
    const sensor = await rig.host(name, { privacy: true, policy: { ioCapability: "NoInputNoOutput" } });
    // Found once by the address of the moment; from then on by its identity.
    await rig.advertise(sensor);
    const { current } = sensor.stack.gap.own;
    const link = await rig.until(phone.stack.connect(current));
    await rig.until(link.pair());
    await rig.end(link);
    sensors.push(sensor);
  }
  return { rig, phone, sensors };
}

const listed = ({ stack }: RigHost, sensors: readonly RigHost[]): string[] =>
  sensors
    .filter((sensor) => stack.gap.resolvingList.has(sensor.stack.identity.address))
    .map(({ name }) => name);

test("those used last are on the controller's list, the others are resolved by the host, and the owner is told", async () => {
  const { rig, phone, sensors } = await room();
  assert.deepEqual(listed(phone, sensors), ["third", "fourth"]);
  const told = phone.events.filter(({ kind }) => kind === "resolving-list-full");
  assert.deepEqual(told.at(-1), { kind: "resolving-list-full", listed: SIZE, left: 2 });

  const [first] = sensors;
  assert.ok(first);
  await rig.advertise(first);
  const link = await rig.until(phone.stack.reach(first.stack.identity.address));
  assert.equal(link.security?.level, "encrypted");
  await settle();
  await rig.end(link);
  assert.deepEqual(listed(phone, sensors), ["first", "fourth"], "it has a place now, the oldest gave way");
  rig.assertClean();
});

test(`${BONDS} bonds: the list is full, the owner is told once, and one that is not on it is found all the same`, async () => {
  const { rig, phone, sensors } = await room();
  for (let n = 0; n < BONDS; n++) await phone.keys.put(absent(n, phone.stack.identity.address));
  const before = phone.events.length;
  await rig.until(phone.stack.refreshBonds());
  const told = phone.events.slice(before).filter(({ kind }) => kind === "resolving-list-full");
  assert.deepEqual(told, [
    { kind: "resolving-list-full", listed: SIZE, left: BONDS + sensors.length - SIZE },
  ]);
  const [first] = sensors;
  assert.ok(first);
  assert.equal(phone.stack.gap.resolvingList.has(first.stack.identity.address), false);
  await rig.advertise(first);
  const link = await rig.until(phone.stack.reach(first.stack.identity.address));
  assert.equal(link.security?.level, "encrypted");
  await settle();
  await rig.end(link);
  assert.equal(phone.stack.gap.resolvingList.used, SIZE);
  rig.assertClean();
});
