/** The attacks on keys, by the rows of the threat list: A1, A2, A5, A6, A10 and A11: public keys, key sizes and known keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import { isBlockedIrk, isBlockedLtk } from "../../../hci/smp/keys.ts";
import { isOnCurve } from "../../../hci/smp/p256.ts";
import { FixedCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { bondWith } from "../../support/smp/bonds.ts";
import { Duo } from "../../support/smp/duo.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";
import negative from "../../vectors/negative.json" with { type: "json" };

import { legacyOnly } from "../../support/smp/legacy-only.ts";

const REQUEST = "01030009100303";
const RESPONSE = "02030009100303";
const ZERO_RAND = new Uint8Array(8);

const ROW: Readonly<Record<string, string>> = {
  "same-x-negated-y": "A2 round 5: a reflected X with negated Y",
  "echoed-key": "A2 our own public key sent back",
  "debug-key": "A10 the debug key",
  "y-zero": "A1 rounds 1 and 2: y = 0",
  "y-bit-flip": "A1 round 3: one bit of y flipped",
  "zero-point": "A1 round 4: x = y = 0",
};

for (const key of negative.public_keys) {
  const own = key.own_priv === undefined ? [] : [fromHex(key.own_priv)];
  for (const role of ["central", "peripheral"] as const) {
    test(`${ROW[key.id] ?? `A1 ${key.what}`}, to the ${role}: ${key.expect_tx} at once, no ECDH`, async () => {
      const scripted = new Scripted(role, { crypto: new FixedCrypto({ privateKeys: own }) });
      if (role === "central") scripted.side.manager.pair().catch(() => {});
      await scripted.receive(role === "central" ? RESPONSE : REQUEST);
      await scripted.receive(key.pdu_wire);
      assert.equal(scripted.last, key.expect_tx);
      assert.equal(scripted.side.crypto.dhKeys, 0);
      assert.deepEqual(scripted.side.store.puts, []);
    });
  }
}

test("A1 the curve check agrees with every key of the vectors", () => {
  for (const { x, y, on_curve: expected } of negative.public_keys)
    assert.equal(isOnCurve(fromHex(x), fromHex(y)), expected);
});

test("A1 every pairing has a fresh key pair, after a failure too", async () => {
  const crypto = new FixedCrypto({});
  const first = new Duo({ central: { crypto } });
  await first.pair();
  const second = new Duo({ central: { crypto } });
  second.channel.tamper = (pdu, from) => (from === "b" && pdu[0] === 0x0d ? [fromHex("0508")] : [pdu]);
  await second.fail();
  await new Duo({ central: { crypto } }).pair();
  const keys = crypto.generated.map(({ x }) => toHex(x));
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 3);
});

test("A5 ZERO-LTK: an LE Long Term Key Request at any moment before the DHKey check gets a Negative Reply", async () => {
  const duo = new Duo();
  const answers: unknown[] = [];
  duo.channel.tamper = (pdu, from) => {
    if (from === "a") answers.push(duo.link.peripheral.onLongTermKeyRequest?.(ZERO_RAND, 0));
    return [pdu];
  };
  await duo.pair();
  const early = (await Promise.all(answers)).slice(0, 4); // Pairing Request, Public Key, Random, DHKey Check on its way
  assert.deepEqual(early, [null, null, null, null]);
});

test("A5 an LE Long Term Key Request for an unknown EDIV or Rand gets a Negative Reply", async () => {
  const scripted = new Scripted("peripheral", { bonds: [bondWith({}, "peripheral")] });
  assert.equal(await scripted.link.onLongTermKeyRequest?.(ZERO_RAND, 1), null);
  assert.equal(await scripted.link.onLongTermKeyRequest?.(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), 0), null);
  const unbonded = new Scripted("peripheral");
  assert.equal(await unbonded.link.onLongTermKeyRequest?.(ZERO_RAND, 0), null);
});

test("A5 a publicly known or zero key in the store never reaches the controller", async () => {
  for (const value of [new Uint8Array(16), fromHex("4c68384139f574d836bcf34e9dfb01bf")]) {
    const key = { value, ediv: 0, rand: ZERO_RAND, keySize: 16 };
    for (const role of ["central", "peripheral"] as const) {
      const bond = { ...bondWith({}, role), asCentral: key, asPeripheral: key };
      const scripted = new Scripted(role, { bonds: [bond] });
      if (role === "central")
        await assert.rejects(scripted.side.manager.encrypt(), { name: "StoredKeyFailed" });
      else assert.equal(await scripted.link.onLongTermKeyRequest?.(ZERO_RAND, 0), null);
      assert.deepEqual(scripted.link.keys, []);
    }
  }
});

test("A5 every maximum key size that does not exist is refused in Pairing Request and Pairing Response", async () => {
  for (const size of [...Array(256).keys()].filter((octets) => octets < 7 || octets > 16)) {
    const octet = size.toString(16).padStart(2, "0");
    const expected = size > 16 ? "050a" : "0506";
    const peripheral = new Scripted("peripheral");
    await peripheral.receive(`01030009${octet}0303`);
    assert.deepEqual(peripheral.sent, [expected], octet);
    const central = new Scripted("central");
    central.side.manager.pair().catch(() => {});
    await central.receive(`02030009${octet}0303`);
    assert.deepEqual(central.sent.slice(1), [expected], octet);
  }
});

test("A6 15 octets are too few by default, and nobody is asked", async () => {
  const peripheral = new Scripted("peripheral");
  await peripheral.receive("010300090f0303");
  assert.deepEqual(peripheral.sent, ["0506"]);
  assert.deepEqual(peripheral.side.person.asked, []);
  const central = new Scripted("central");
  central.side.manager.pair().catch(() => {});
  await central.receive("020300090f0303");
  assert.deepEqual(central.sent.slice(1), ["0506"]);
});

test("A6 a stored bond of 7 octets is not used, in either role", async () => {
  const central = new Scripted("central", { bonds: [bondWith({ keySize: 7 })] });
  await assert.rejects(central.side.manager.encrypt(), /7 octets/);
  assert.deepEqual(central.link.keys, []);
  const peripheral = new Scripted("peripheral", { bonds: [bondWith({ keySize: 7 }, "peripheral")] });
  assert.equal(await peripheral.link.onLongTermKeyRequest?.(ZERO_RAND, 0), null);
  assert.deepEqual(peripheral.side.store.bonds.length, 1, "and it is not deleted");
});

for (const { type, value, wire, why } of negative.blocked_keys) {
  const zeroIrk = type === "irk" && /^0+$/.test(value);
  if (zeroIrk) continue;
  for (const from of ["a", "b"] as const) {
    test(`A11 a peer that distributes this ${type}: ${why} 0x0F, nothing is stored (from ${from === "a" ? "central" : "peripheral"})`, async () => {
      const policy = { legacy: true, ioCapability: "NoInputNoOutput" } as const;
      const duo = new Duo({
        central: { policy, settings: { features: legacyOnly } },
        peripheral: { policy },
      });
      const code = type === "ltk" ? 0x06 : 0x08;
      duo.channel.tamper = (pdu, sender) => [
        sender === from && pdu[0] === code ? fromHex(`0${code}${wire}`) : pdu,
      ];
      await duo.central.manager.pair().catch(() => {});
      await settle();
      const us = from === "a" ? duo.peripheral : duo.central;
      assert.equal(duo.sentBy(from === "a" ? "b" : "a").at(-1), "050f");
      assert.deepEqual(us.store.puts, []);
    });
  }
}

test("A11 every blocked key of the vectors is blocked in the store as well", () => {
  for (const { type, value } of negative.blocked_keys)
    assert(type === "ltk" ? isBlockedLtk(fromHex(value)) : isBlockedIrk(fromHex(value)));
});

test("A11 B8 a zero IRK is no key: the bond is kept without it, under the address that was used", async () => {
  const duo = new Duo();
  duo.channel.tamper = (pdu, from) => [
    from === "b" && pdu[0] === 0x08 ? fromHex(`08${"00".repeat(16)}`) : pdu,
  ];
  const { central } = await duo.pair();
  assert.equal(central.bond?.irk, null);
  assert.deepEqual(central.bond?.peer, PERIPHERAL_ADDRESS);
});

test("An identity address that cannot be one ends with 0x0A", async () => {
  for (const identity of ["0900000000000000", "09010504030201bf", "0901050403020140", "09020504030201c0"]) {
    const duo = new Duo();
    duo.channel.tamper = (pdu, from) => [from === "b" && pdu[0] === 0x09 ? fromHex(identity) : pdu];
    await duo.fail();
    assert.equal(duo.sentBy("a").at(-1), "050a", identity);
    assert.deepEqual(duo.central.store.puts, []);
  }
});

test("A platform that finds no shared secret ends the pairing with 0x0B", async () => {
  const crypto = new FixedCrypto({});
  const generate = crypto.generateP256.bind(crypto);
  crypto.generateP256 = async () => ({
    ...(await generate()),
    dhKey: () => Promise.reject(new Error("the platform refuses this point")),
  });
  const duo = new Duo({ peripheral: { crypto } });
  await duo.fail();
  assert.equal(duo.sentBy("b").at(-1), "050b");
});

test("a central's controller that asks for a key gets none, and what it asked changes nothing", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  const { link, side } = scripted;
  const encrypting = side.manager.encrypt();
  await settle();
  assert.equal(await link.onLongTermKeyRequest?.(new Uint8Array(8), 0), null);
  assert.equal(await link.onLongTermKeyRequest?.(new Uint8Array(8), 1), null);
  assert.deepEqual(side.told, []);
  link.report(true);
  link.finishEncrypt();
  assert.notEqual(await encrypting, undefined);
  assert.deepEqual(side.told, ["encrypted"]);
});
