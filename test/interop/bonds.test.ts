/** Bonds that are lost, changed or found again behind another address; Security Requests in both directions. */
import assert from "node:assert/strict";
import { BondFailedError } from "../../hci/device/errors.ts";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import { formatAddress, kindOf, sameAddress } from "../../hci/gap/address.ts";
import type { Bond } from "../../hci/ports.ts";
import { nextEvent } from "../support/ble-host.ts";
import type { Room } from "./room.ts";
import { interop } from "./room.ts";

async function bondAsCentral(room: Room): Promise<Bond> {
  const { link } = await room.connect();
  await room.rig.until(link.pair());
  await room.rig.clock.advance(50);
  await room.end(link);
  return theBond(room);
}

async function bondAsPeripheral(room: Room): Promise<Bond> {
  const { link, other } = await room.accept();
  const paired = nextEvent(other.smp, "pairingComplete");
  other.smp.sendPairingRequest(room.features);
  await room.rig.until(paired);
  await room.rig.clock.advance(50);
  await room.end(link);
  return theBond(room);
}

function theBond({ us }: Room): Bond {
  const [bond] = us.keys.bonds;
  assert.ok(bond);
  return bond;
}

function withOtherKey(bond: Bond): Bond {
  const change = (key: Bond["asCentral"]): Bond["asCentral"] =>
    key && { ...key, value: Uint8Array.from(key.value, (octet) => octet ^ 0xa5) };
  return { ...bond, asCentral: change(bond.asCentral), asPeripheral: change(bond.asPeripheral) };
}

async function secureFails(room: Room, link: DeviceLink): Promise<BondFailedError> {
  const error = await room.rig.failure(link.secure());
  assert.ok(error instanceof BondFailedError, String(error));
  await room.rig.until(link.closed);
  return error;
}

for (const kind of ["secure connections", "legacy"] as const) {
  interop(`central, ${kind}: they lost the bond: 0x06, in doubt, our key stays`, { kind }, async (room) => {
    const bond = await bondAsCentral(room);
    room.them.removeBond("random", formatAddress(room.us.stack.identity.address));
    const { link, other } = await room.connect();
    assert.equal(other.smp.hasLtk, false);
    const { verdict } = await secureFails(room, link);
    assert.deepEqual(verdict, { code: 0x06, bond: "suspect", next: "ask" });
    assert.deepEqual(room.us.keys.bonds, [bond]);
    assert.equal(room.us.person.asked.includes("accept"), false);
  });

  interop(`central, ${kind}: our key is another one: 0x3d, in doubt`, { kind }, async (room) => {
    const bond = withOtherKey(await bondAsCentral(room));
    await room.us.keys.put(bond);
    const { link, other } = await room.connect();
    const gone = nextEvent(other, "disconnect");
    const { verdict } = await secureFails(room, link);
    assert.deepEqual(verdict, { code: 0x3d, bond: "suspect", next: "ask" });
    assert.equal((await gone)[0], 0x3d);
    assert.deepEqual(room.us.keys.bonds, [bond]);
  });

  interop(
    `peripheral, ${kind}: we lost the bond: they hear 0x06, and the link stays up in clear`,
    { kind },
    async (room) => {
      const bond = await bondAsPeripheral(room);
      await room.us.keys.delete(bond.local, bond.peer);
      const { link, other } = await room.accept();
      const encrypted = nextEvent(other.smp, "encrypt");
      other.smp.startEncryption();
      assert.equal((await room.rig.until(encrypted))[0], 0x06);
      assert.equal(link.security, null);
      assert.equal(link.link.end, undefined);
      await room.end(link);
    },
  );

  interop(`peripheral, ${kind}: their key is another one: 0x3d on both sides`, { kind }, async (room) => {
    const bond = withOtherKey(await bondAsPeripheral(room));
    await room.us.keys.put(bond);
    const { link, other } = await room.accept();
    const gone = nextEvent(other, "disconnect");
    other.smp.startEncryption();
    const { reason } = await room.rig.until(link.closed);
    assert.equal(reason, 0x3d);
    assert.equal((await room.rig.until(gone))[0], 0x3d);
    const verdicts = room.us.events.flatMap((event) => (event.kind === "verdict" ? [event.verdict] : []));
    assert.deepEqual(verdicts.at(-1), { code: 0x3d, bond: "suspect", next: "ask" });
    assert.deepEqual(room.us.keys.bonds, [bond]);
  });
}

interop("central: our private address changes, and they know us again", { privacy: true }, async (room) => {
  const first = await room.connect();
  const seen = first.link.link.localAddress;
  assert.equal(kindOf(seen), "resolvable");
  await room.rig.until(first.link.pair());
  await room.rig.clock.advance(50);
  await room.end(first.link);
  await room.rig.until(room.us.stack.gap.own.renew());
  const { link, other } = await room.connect();
  assert.ok(!sameAddress(link.link.localAddress, seen));
  assert.equal(other.peerIdentityAddress, formatAddress(room.us.stack.identity.address));
  await room.rig.until(link.secure());
  assert.ok(other.smp.isEncrypted);
  await room.end(link);
});

interop(
  "peripheral: our private address changes, and they know us again",
  { privacy: true },
  async (room) => {
    await bondAsPeripheral(room);
    await room.rig.until(room.us.stack.gap.own.renew());
    const { link, other } = await room.accept();
    assert.equal(kindOf(link.link.localAddress), "resolvable");
    assert.equal(other.peerIdentityAddress, formatAddress(room.us.stack.identity.address));
    const encrypted = nextEvent(other.smp, "encrypt");
    other.smp.startEncryption();
    assert.equal((await room.rig.until(encrypted))[0], 0);
    await room.end(link);
  },
);

interop(
  "a static random address of theirs is an identity like any other",
  { theirAddress: "C1:22:33:44:55:66" },
  async (room) => {
    const bond = await bondAsCentral(room);
    assert.equal(bond.peer.type, "random");
    const { link } = await room.connect();
    await room.rig.until(link.secure());
    await room.end(link);
  },
);

interop("central: their Security Request to a bonded host only encrypts", {}, async (room) => {
  await bondAsCentral(room);
  const { link, other } = await room.connect();
  const encrypted = nextEvent(other.smp, "encrypt");
  other.smp.sendSecurityRequest(true, false, true, false);
  assert.equal((await room.rig.until(encrypted))[0], 0);
  assert.equal(link.security?.level, "encrypted");
  assert.equal(room.us.sent.filter((line) => line.startsWith("06 01")).length, 1, "one Pairing Request ever");
  await room.end(link);
});

interop("central: their Security Request to an unbonded host asks a person, then pairs", {}, async (room) => {
  const { link, other } = await room.connect();
  const paired = nextEvent(other.smp, "pairingComplete");
  other.smp.sendSecurityRequest(true, false, true, false);
  await room.rig.until(paired);
  await room.rig.clock.advance(50);
  assert.deepEqual(room.us.person.asked, ["accept"]);
  assert.equal(link.security?.bond?.method, "just-works");
  await room.end(link);
});

interop(
  "B1 central: after 0x06 their Security Request leads to no pairing: the link is over",
  {},
  async (room) => {
    const bond = await bondAsCentral(room);
    room.them.removeBond("random", formatAddress(room.us.stack.identity.address));
    const { link, other } = await room.connect();
    other.smp.sendSecurityRequest(true, false, true, false);
    await secureFails(room, link);
    assert.equal(
      room.us.sent.filter((line) => line.startsWith("06 01")).length,
      1,
      "one Pairing Request ever",
    );
    assert.deepEqual(room.us.keys.bonds, [bond]);
  },
);

interop("peripheral: our Security Request makes a bonded central encrypt", {}, async (room) => {
  await bondAsPeripheral(room);
  const { link, other } = await room.accept();
  const security = await room.rig.until(link.requestSecurity());
  assert.equal(security.bond?.method, "just-works");
  assert.ok(other.smp.isEncrypted);
  await room.end(link);
});

interop(
  "peripheral: a central that pairs anew on the link on which its key was refused asks our person",
  {},
  async (room) => {
    const bond = await bondAsPeripheral(room);
    await room.us.keys.delete(bond.local, bond.peer);
    room.us.person.asked.length = 0;
    const { link, other } = await room.accept();
    const paired = nextEvent(other.smp, "pairingComplete");
    // It encrypts with the key it has, hears 0x06, and goes on with a pairing.
    const security = room.rig.until(link.requestSecurity());
    await room.rig.until(paired);
    await security;
    assert.deepEqual(room.us.person.asked, ["accept"]);
    assert.equal(room.us.keys.bonds.length, 1);
    await room.end(link);
  },
);
