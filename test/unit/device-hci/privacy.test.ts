/** Peers whose addresses change: found by the controller where it can, by the host where it cannot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf, sameAddress } from "../../../hci/gap/address.ts";
import type { ProfileName } from "../../../hci/virtual/profile.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { StackRig } from "../../support/stack-rig.ts";

async function room(profile: ProfileName) {
  const rig = new StackRig();
  const phone = await rig.host("phone", { privacy: true, controller: { profile } });
  const sensor = await rig.host("sensor", {
    privacy: true,
    controller: { profile },
    policy: { ioCapability: "NoInputNoOutput" },
  });
  return { rig, phone, sensor };
}

/** A link to whoever is on the air, as a person chooses it the first time: by its address of the moment. */
async function meet(rig: StackRig, phone: RigHost, sensor: RigHost) {
  await rig.advertise(sensor);
  const central = await rig.until(phone.stack.connect(sensor.stack.gap.own.current));
  await rig.clock.advance(1);
  const peripheral = sensor.connections.at(-1);
  assert.ok(peripheral);
  return { central, peripheral };
}

for (const [profile, who] of [
  ["4.0", "the host"],
  ["5.2", "the controller"],
] as const) {
  test(`${who} finds a bonded device behind its next private address`, async () => {
    const { rig, phone, sensor } = await room(profile);
    const { central, peripheral } = await meet(rig, phone, sensor);
    assert.equal(kindOf(central.link.peerAddress), "resolvable");
    assert.equal(kindOf(peripheral.link.peerAddress), "resolvable");
    await rig.until(central.pair());
    assert.deepEqual(central.peer, sensor.stack.identity.address, "now it is known by its identity");
    await rig.end(central);

    await rig.until(sensor.stack.gap.own.renew());
    await rig.advertise(sensor);
    const again = await rig.until(phone.stack.connect(sensor.stack.identity.address));
    assert.equal(kindOf(again.link.peerAddress), "resolvable");
    assert.ok(!sameAddress(again.link.peerAddress, central.link.peerAddress), "another address than before");
    assert.deepEqual(again.peer, sensor.stack.identity.address);
    await rig.until(again.secure());
    assert.deepEqual(again.security?.bond?.peer, again.peer);
    assert.deepEqual(sensor.connections.at(-1)?.peer, phone.stack.identity.address, "it knows us as well");
    assert.equal(phone.stack.gap.resolvingList.active, who === "the controller");
    rig.assertClean();
  });

  test(`${who}: a private address of a bonded device leads to its bond`, async () => {
    const { rig, phone, sensor } = await room(profile);
    const { central } = await meet(rig, phone, sensor);
    await rig.until(central.pair());
    await rig.end(central);
    await rig.advertise(sensor);
    const seen = sensor.stack.gap.own.current;
    const again = await rig.until(phone.stack.connect(seen));
    assert.deepEqual(again.bond?.peer, sensor.stack.identity.address);
    await rig.until(again.secure());
  });
}

test("a bonded peer that has private addresses and shows its identity is let in by an old controller too", async () => {
  const rig = new StackRig();
  const phone = await rig.host("phone", { privacy: true });
  const policy = { ioCapability: "NoInputNoOutput" } as const;
  const sensor = await rig.host("sensor", { controller: { profile: "4.2" }, policy });
  await rig.bond(phone, sensor);
  assert.notEqual(sensor.keys.bonds[0]?.irk, null, "the sensor could resolve its addresses");
  await rig.until(phone.stack.close());
  const plain = await rig.host("phone", { keys: phone.keys });
  const { central } = await rig.connect(plain, sensor);
  await rig.until(central.refresh());
  assert.equal(sensor.connections.at(-1)?.security?.level, "encrypted");
});

test("a host that hides nothing gives no key to resolve its addresses with", async () => {
  const rig = new StackRig();
  const phone = await rig.host("phone", { privacy: true });
  const sensor = await rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  await rig.bond(phone, sensor);
  assert.equal(phone.keys.bonds[0]?.irk, null);
  assert.deepEqual(sensor.keys.bonds[0]?.irk, phone.stack.identity.irk);
});

test("after encryption failed our present address is given up: it may have been recognised", async () => {
  const { rig, phone, sensor } = await room("4.0");
  const { central } = await meet(rig, phone, sensor);
  await rig.until(central.pair());
  await rig.end(central);
  await sensor.keys.delete(sensor.stack.identity.address, phone.stack.identity.address);
  await rig.advertise(sensor);
  const again = await rig.until(phone.stack.connect(sensor.stack.identity.address));
  const shown = phone.stack.gap.own.current;
  await rig.failure(again.secure());
  await rig.clock.advance(10);
  assert.ok(!sameAddress(phone.stack.gap.own.current, shown));
});

test("the key is still found when the central encrypts anew on the link of the pairing", async () => {
  const { rig, phone, sensor } = await room("4.0");
  const { central, peripheral } = await meet(rig, phone, sensor);
  await rig.until(central.pair());
  await rig.until(central.refresh());
  assert.equal(phone.sent.filter((line) => line === "command 2019").length, 2);
  assert.equal(peripheral.security?.level, "encrypted");
  assert.equal(peripheral.link.end, undefined);
});
