/** Encryption with the stored key, in both roles, and what stands in the way of a second attempt at anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoredKeyFailed } from "../../../hci/smp/errors.ts";
import { settle } from "../../support/manual-clock.ts";
import { bondWith, longTermKey } from "../../support/smp/bonds.ts";
import { Duo } from "../../support/smp/duo.ts";
import { FakeHciError } from "../../support/smp/fake-link.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";

test("The key that was stored encrypts the next link, in both roles, and its worth is known on both sides", async () => {
  const duo = new Duo();
  const { central } = await duo.pair();
  const again = duo.reconnect();
  assert.deepEqual(await again.central.manager.encrypt(), central.bond);
  for (const side of [again.central, again.peripheral]) {
    assert.deepEqual(side.told, ["encrypted"]);
    assert.equal(side.manager.security?.level, "secure");
    assert.equal(side.manager.security.keySize, 16);
  }
  assert.deepEqual(again.channel.log, [], "no SMP PDU is needed");
});

test("Without a bond nothing is sent and nothing encrypted", async () => {
  const scripted = new Scripted("central");
  assert.equal(await scripted.side.manager.encrypt(), undefined);
  assert.deepEqual([scripted.sent, scripted.link.keys], [[], []]);
});

test("A peripheral that lost its bond: the cause is 0x06, the central's bond stays, the link is ended by us", async () => {
  const duo = new Duo();
  await duo.pair();
  const again = duo.reconnect({ peripheral: { store: new MemoryKeyStore() } });
  await assert.rejects(again.central.manager.encrypt(), (error: unknown) => {
    assert(error instanceof StoredKeyFailed && error.cause instanceof FakeHciError);
    return error.cause.status === 0x06;
  });
  assert.deepEqual(again.link.central.disconnected, [0x05]);
  assert.equal(again.central.store.bonds.length, 1);
  const [event] = again.central.events;
  assert(event?.kind === "bond-in-doubt" && event.why === "key-failed");
});

test("Another key on the other side: both hear of it, both bonds stay", async () => {
  const duo = new Duo();
  await duo.pair();
  const [bond] = duo.peripheral.store.bonds;
  assert(bond !== undefined);
  const store = new MemoryKeyStore([{ ...bond, asPeripheral: longTermKey(16, 0x77) }]);
  const again = duo.reconnect({ peripheral: { store } });
  await assert.rejects(again.central.manager.encrypt(), StoredKeyFailed);
  await settle();
  assert(again.ended instanceof FakeHciError && again.ended.status === 0x3d);
  for (const side of [again.central, again.peripheral]) {
    assert.deepEqual(side.told, ["bond-in-doubt"]);
    assert.equal(side.store.bonds.length, 1);
  }
});

test("A controller that says nothing for 30 s has not encrypted", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  const failed = assert.rejects(scripted.side.manager.encrypt(), /no answer within 30 s/);
  await scripted.side.clock.advance(30_000);
  await failed;
  assert.deepEqual(scripted.link.disconnected, [0x05]);
  assert.equal(scripted.side.clock.pending, 0);
});

test("A late success after those 30 s vouches for nothing", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  scripted.side.manager.encrypt().catch(() => {});
  await scripted.side.clock.advance(30_000);
  scripted.link.report(true);
  scripted.link.finishEncrypt();
  await settle();
  assert.equal(scripted.side.manager.security, null);
});

test("A controller that reports success and no encryption is not believed", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  const failed = assert.rejects(scripted.side.manager.encrypt(), StoredKeyFailed);
  await settle();
  scripted.link.finishEncrypt();
  await failed;
});

test("An upgrade on a link encrypted with the stored key: new key, new bond, the old key was there all the while", async () => {
  const weak = { policy: { ioCapability: "NoInputNoOutput" } } as const;
  const duo = new Duo({ central: weak, peripheral: weak });
  await duo.pair();
  const again = duo.reconnect();
  await again.central.manager.encrypt();
  assert.equal(again.central.manager.security?.level, "encrypted");
  again.peripheral.person.onAccept = ({ proven, replaces }) => proven && replaces !== undefined;
  const { central, peripheral } = await again.pair({ replaces: PERIPHERAL_ADDRESS });
  assert.deepEqual([central.level, peripheral.level], ["secure", "secure"]);
  assert.equal(again.peripheral.told.includes("bond-in-doubt"), false, "it is the same device");
  assert.equal(again.link.central.keys.length, 2);
  const third = again.reconnect();
  await third.central.manager.encrypt();
  assert.equal(third.central.manager.security?.level, "secure");
});

test("An upgrade that fails before its key was used leaves the link as secure as it was", async () => {
  const weak = { policy: { ioCapability: "NoInputNoOutput" } } as const;
  const duo = new Duo({ central: weak, peripheral: weak });
  await duo.pair();
  const again = duo.reconnect();
  await again.central.manager.encrypt();
  again.central.person.onCompare = () => false;
  await again.fail({ replaces: PERIPHERAL_ADDRESS });
  assert.equal(again.central.manager.security?.level, "encrypted");
});

test("One thing at a time: a second pairing, and encryption during one, are refused before anything is sent", async () => {
  const scripted = new Scripted("central");
  scripted.side.manager.pair().catch(() => {});
  await settle();
  await assert.rejects(scripted.side.manager.pair(), { obstacle: "busy" });
  await assert.rejects(scripted.side.manager.encrypt(), { obstacle: "busy" });
  assert.equal(scripted.sent.length, 1);
});

test("Each role has its own verbs", async () => {
  const [central, peripheral] = [new Scripted("central"), new Scripted("peripheral")];
  await assert.rejects(peripheral.side.manager.pair(), { obstacle: "wrong-role" });
  await assert.rejects(peripheral.side.manager.encrypt(), { obstacle: "wrong-role" });
  await assert.rejects(central.side.manager.requestSecurity(), { obstacle: "wrong-role" });
});

test("The central's Pairing Failed answers our Security Request", async () => {
  const scripted = new Scripted("peripheral");
  const refused = assert.rejects(scripted.side.manager.requestSecurity(), {
    reason: "PairingNotSupported",
    by: "peer",
  });
  await assert.rejects(scripted.side.manager.requestSecurity(), { obstacle: "busy" });
  await scripted.receive("0505");
  await refused;
  assert.deepEqual(scripted.sent, ["0b0d"]);
  assert.equal(scripted.side.clock.pending, 0);
});

test("A peer with a private address and no IRK is paired and not bonded: it could not be found again", async () => {
  const rpa = { type: "random", octets: Uint8Array.of(0x4a, 1, 2, 3, 4, 5) } as const;
  const duo = new Duo({
    central: { policy: { peerKeys: { encKey: true, idKey: false } } },
    peripheral: { local: { address: rpa, irk: new Uint8Array(16).fill(3) } },
  });
  const { central } = await duo.pair();
  assert.equal(central.bond, null);
  assert.deepEqual(duo.central.store.puts, []);
  assert.equal(duo.central.manager.security?.level, "secure");
});

test("Data right behind the peer's last key finds the link protected, though the store still writes", async () => {
  for (const us of ["central", "peripheral"] as const) {
    const store = new MemoryKeyStore();
    const gate = Promise.withResolvers<void>();
    store.onPut = () => gate.promise;
    const duo = new Duo({ [us]: { store } });
    const pairing = duo.central.manager.pair();
    await settle();
    const { security } = duo[us].manager;
    assert.deepEqual([security?.level, security?.bond], ["secure", null]);
    gate.resolve();
    await pairing;
    await settle();
    assert.notEqual(duo[us].manager.security?.bond, null);
  }
});
