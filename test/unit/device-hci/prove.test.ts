/** A new bond counts when its key, read back from the store, has encrypted a link of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BondFailedError, NotBondedError } from "../../../hci/device/errors.ts";
import { pairAndProve } from "../../../hci/device/prove.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { StackRig } from "../../support/stack-rig.ts";

async function room() {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const advertiseAgain = (): void => {
    for (const link of sensor.connections.slice(-1)) void link.closed.then(() => rig.advertise(sensor));
  };
  return { rig, phone, sensor, advertiseAgain };
}

const identityOf = ({ stack }: RigHost) => stack.identity.address;

/** Its store says that a bond is kept, and loses it. */
function keepsNothing({ keys }: RigHost): void {
  const put = keys.put.bind(keys);
  keys.put = async (bond) => {
    const result = await put(bond);
    await keys.delete(bond.local, bond.peer);
    return result;
  };
}

test("the second link proves the bond and is ready for use", async () => {
  const { rig, phone, sensor, advertiseAgain } = await room();
  const { central } = await rig.connect(phone, sensor);
  advertiseAgain();
  const { result, proof } = await rig.until(pairAndProve(phone.stack, central));
  assert.equal(result.method, "just-works");
  assert.ok(proof?.kind === "proven");
  assert.notEqual(proof.link, central);
  assert.ok(central.link.end, "the link of the pairing is over");
  assert.ok(proof.link.gatt.table);
  assert.equal(proof.link.security?.bond?.peer, phone.keys.bonds[0]?.peer);
  rig.assertClean();
});

test("a store that kept nothing is found out", async () => {
  const { rig, phone, sensor, advertiseAgain } = await room();
  const { central } = await rig.connect(phone, sensor);
  advertiseAgain();
  keepsNothing(phone);
  const { proof } = await rig.until(pairAndProve(phone.stack, central));
  assert.ok(proof?.kind === "failed");
  assert.ok(proof.error instanceof NotBondedError);
  assert.equal(proof.restored, undefined);
});

/** A bonded pair whose sensor was reset: a person allows a new pairing. */
async function afterReset() {
  const all = await room();
  const { rig, phone, sensor } = all;
  await rig.bond(phone, sensor);
  const [old] = phone.keys.bonds;
  await sensor.keys.delete(identityOf(sensor), identityOf(phone));
  assert.ok(old);
  return { ...all, old };
}

test("a bond that replaces another is proven, and the old one is gone from the store", async () => {
  const { rig, phone, sensor, advertiseAgain, old } = await afterReset();
  const { central } = await rig.connect(phone, sensor);
  advertiseAgain();
  const { proof } = await rig.until(pairAndProve(phone.stack, central, { replaces: identityOf(sensor) }));
  assert.ok(proof?.kind === "proven");
  assert.notDeepEqual(phone.keys.bonds[0]?.asCentral, old.asCentral);
});

test("a new bond that fails its proof gives its place back to the old one", async () => {
  const { rig, phone, sensor, advertiseAgain, old } = await afterReset();
  const { central } = await rig.connect(phone, sensor);
  keepsNothing(sensor);
  advertiseAgain();
  const { proof } = await rig.until(pairAndProve(phone.stack, central, { replaces: identityOf(sensor) }));
  assert.ok(proof?.kind === "failed");
  assert.ok(proof.error instanceof BondFailedError);
  assert.deepEqual(proof.restored, old);
  assert.deepEqual(phone.keys.bonds, [old]);
});

test("a device that does not come back leaves the new bond as it is: nothing is known", async () => {
  const { rig, phone, sensor, old } = await afterReset();
  const { central } = await rig.connect(phone, sensor);
  const { proof } = await rig.until(pairAndProve(phone.stack, central, { replaces: identityOf(sensor) }));
  assert.equal(proof?.kind, "undecided");
  assert.notDeepEqual(phone.keys.bonds[0]?.asCentral, old.asCentral);
  assert.equal(phone.keys.bonds.length, 1);
});

test("a pairing that keeps no keys proves nothing", async () => {
  const rig = new StackRig();
  const phone = await rig.host("phone", { policy: { bondable: false } });
  const sensor = await rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const { central } = await rig.connect(phone, sensor);
  const { result, proof } = await rig.until(pairAndProve(phone.stack, central));
  assert.equal(result.bond, null);
  assert.equal(proof, undefined);
  assert.deepEqual(phone.keys.bonds, []);
});

test("the keys of a link are zeroed when it ends, those of the store are not", async () => {
  const { rig, phone, sensor } = await room();
  await rig.bond(phone, sensor);
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.secure());
  const key = central.bond?.asCentral?.value;
  assert.ok(key);
  assert.ok(key.some((octet) => octet !== 0));
  await rig.end(central);
  assert.ok(key.every((octet) => octet === 0));
  const { central: again } = await rig.connect(phone, sensor);
  await rig.until(again.secure());
  assert.ok(again.link.encrypted);
});
