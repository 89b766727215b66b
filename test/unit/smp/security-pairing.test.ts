/** The attacks on a pairing, by the rows of the threat list: A3, A4, A7, A8, A9, A12, A13 and A14. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, reversed, toHex } from "../../../hci/codec/bytes.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import { randomPasskey, sixDigits } from "../../../hci/smp/digits.ts";
import { FixedCrypto, nodeCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { Duo } from "../../support/smp/duo.ts";
import { FakeLink } from "../../support/smp/fake-link.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";
import negative from "../../vectors/negative.json" with { type: "json" };

const REQUEST = "01030009100303";
const RESPONSE = "02030009100303";
const LEGACY_REQUEST = "01030001100303";
const LEGACY_RESPONSE = "02030001100303";
const ZERO_RAND = new Uint8Array(8);

test("A3 LEGACY-REFLECT: our confirm value sent back ends with 0x04, before we show our random value", async () => {
  const scripted = new Scripted("central", { policy: { legacy: true } });
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive(LEGACY_RESPONSE);
  await scripted.receive(scripted.last ?? "");
  assert.equal(scripted.last, "0504");
  assert(!scripted.sent.some((pdu) => pdu.startsWith("04")));
});

test("A3 LEGACY-REFLECT: the same with a passkey", async () => {
  const policy = { legacy: true, ioCapability: "KeyboardOnly" } as const;
  const scripted = new Scripted("central", { policy });
  scripted.side.person.onEnter = () => "123456";
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive("02000005100303");
  await scripted.receive(scripted.last ?? "");
  assert.equal(scripted.last, "0504");
});

test("A3 LEGACY-REFLECT: our random value sent back ends with 0x04", async () => {
  const scripted = new Scripted("central", { policy: { legacy: true } });
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive(LEGACY_RESPONSE);
  await scripted.receive(`03${"11".repeat(16)}`);
  await scripted.receive(scripted.last ?? "");
  assert.equal(scripted.last, "0504");
  assert.deepEqual(scripted.link.keys, []);
});

test("A4 RAND-BEFORE-CONFIRM: 0x08 and no STK", async () => {
  const scripted = new Scripted("peripheral", { policy: { legacy: true } });
  await scripted.receive(LEGACY_REQUEST);
  await scripted.receive(`04${"22".repeat(16)}`);
  assert.deepEqual(scripted.sent.slice(1), ["0508"]);
  assert.equal(await scripted.link.onLongTermKeyRequest?.(ZERO_RAND, 0), null);
});

test("A4 UNEXPECTED-PUBKEY: a public key in a legacy pairing ends it with 0x08", async () => {
  const scripted = new Scripted("peripheral", { policy: { legacy: true } });
  await scripted.receive(LEGACY_REQUEST);
  await scripted.receive(negative.public_keys[0]?.pdu_wire ?? "");
  assert.deepEqual(scripted.sent.slice(1), ["0508"]);
});

test("A4 KEYS-IN-CLEAR: keys in phase 2 end the pairing with 0x08 and are not kept", async () => {
  for (const key of [
    `06${"33".repeat(16)}`,
    `08${"55".repeat(16)}`,
    "0900c0c1c2c3c4c5",
    `0a${"66".repeat(16)}`,
  ]) {
    const scripted = new Scripted("peripheral");
    await scripted.receive(REQUEST);
    await scripted.receive(key);
    assert.deepEqual(scripted.sent.slice(1), ["0508"]);
    assert.deepEqual(scripted.side.store.puts, []);
  }
});

for (const role of ["a", "b"] as const) {
  test(`A4 keys in one burst with the last PDU of phase 2, before encryption, to the ${role === "a" ? "initiator" : "responder"}: 0x08`, async () => {
    const duo = new Duo();
    duo.channel.tamper = (pdu, from) =>
      from !== role && pdu[0] === 0x0d ? [pdu, fromHex(`08${"55".repeat(16)}`)] : [pdu];
    await duo.fail();
    assert.equal(duo.sentBy(role).at(-1), "0508");
    const us = role === "a" ? duo.central : duo.peripheral;
    assert.deepEqual(us.store.puts, []);
    assert(!duo.link.central.encrypted);
  });
}

test("A4 DHCHECK-SKIP: encryption before the DHKey check was verified ends pairing and link", async () => {
  for (const role of ["central", "peripheral"] as const) {
    const scripted = new Scripted(role);
    if (role === "central") scripted.side.manager.pair().catch(() => {});
    await scripted.receive(role === "central" ? RESPONSE : REQUEST);
    scripted.link.report(true);
    await settle();
    assert.equal(scripted.last, "0508");
    assert.deepEqual(scripted.link.disconnected, [0x05]);
    assert.equal(scripted.side.manager.security, null);
    assert.deepEqual(scripted.side.store.puts, []);
  }
});

test("A4 KEYS-UNREQUESTED: an LTK or a CSRK in phase 3 of Secure Connections ends with 0x08", async () => {
  for (const [code, length] of [
    ["06", 16],
    ["0a", 16],
    ["07", 10],
  ] as const) {
    const duo = new Duo();
    duo.channel.tamper = (pdu, from) =>
      from === "b" && pdu[0] === 0x08 ? [fromHex(code + "33".repeat(length))] : [pdu];
    await duo.fail();
    assert.equal(duo.sentBy("a").at(-1), "0508");
    assert.deepEqual(duo.central.store.puts, []);
  }
});

test("A4 a key that comes twice ends with 0x08, the last one too", async () => {
  for (const code of [0x08, 0x09])
    for (const us of ["a", "b"] as const) {
      const duo = new Duo();
      duo.channel.tamper = (pdu, from) => (from !== us && pdu[0] === code ? [pdu, pdu] : [pdu]);
      duo.central.manager.pair().catch(() => {});
      await settle();
      assert.equal(duo.sentBy(us).at(-1), "0508");
      assert.deepEqual((us === "a" ? duo.central : duo.peripheral).store.puts, []);
    }
});

test("A4 two unread PDUs in phase 2 end the pairing with 0x08, before anybody reads them", async () => {
  const crypto = new FixedCrypto({});
  crypto.generateP256 = () => new Promise(() => {});
  const scripted = new Scripted("peripheral", { crypto });
  await scripted.receive(REQUEST);
  await scripted.receive(peerKey());
  assert.deepEqual(scripted.side.events, []);
  await scripted.receive(`04${"22".repeat(16)}`);
  assert.deepEqual(scripted.sent.slice(1), ["0508"]);
});

for (const us of ["a", "b"] as const) {
  test(`A4 while the person compares, what is not the ${us === "a" ? "initiator's peer's" : "responder's peer's"} turn ends the pairing at once and closes the dialog`, async () => {
    // The responder may say nothing, the initiator only its DHKey Check
    for (const pdu of [
      `04${"22".repeat(16)}`,
      `03${"11".repeat(16)}`,
      ...(us === "a" ? [`0d${"88".repeat(16)}`] : []),
    ]) {
      const duo = new Duo();
      const side = us === "a" ? duo.central : duo.peripheral;
      for (const { person } of [duo.central, duo.peripheral]) person.onCompare = () => new Promise(() => {});
      duo.central.manager.pair().catch(() => {});
      await settle();
      const [dialog] = side.person.aborts.slice(-1);
      assert.equal(dialog?.aborted, false, "the dialog is open");
      await (us === "a" ? duo.channel.b : duo.channel.a).send(fromHex(pdu));
      await settle();
      assert.equal(duo.sentBy(us).at(-1), "0508", pdu);
      assert.equal(dialog.aborted, true, "the dialog is closed");
    }
  });
}

test("A4 what came too early before the person is asked ends the pairing before the person has answered", async () => {
  const duo = new Duo();
  for (const { person } of [duo.central, duo.peripheral]) person.onCompare = () => new Promise(() => {});
  duo.channel.tamper = (pdu, from) =>
    from === "b" && pdu[0] === 0x04 ? [pdu, fromHex(`0d${"88".repeat(16)}`)] : [pdu];
  duo.central.manager.pair().catch(() => {});
  await settle();
  assert.equal(duo.sentBy("a").at(-1), "0508");
});

test("A4 a key that comes again while the bond is being stored ends with 0x08, in both roles", async () => {
  for (const us of ["a", "b"] as const) {
    const duo = new Duo();
    const side = us === "a" ? duo.central : duo.peripheral;
    side.store.onPut = () => new Promise(() => {});
    duo.central.manager.pair().catch(() => {});
    await settle();
    await (us === "a" ? duo.channel.b : duo.channel.a).send(fromHex("0900c0c1c2c3c4c5"));
    await settle();
    assert.equal(duo.sentBy(us).at(-1), "0508");
    assert.deepEqual(side.store.bonds, []);
  }
});

test("A7 authenticated is what happened, not what both asked for: MITM bits and a Just Works outcome", async () => {
  const policy = { ioCapability: "DisplayOnly", mitm: "preferred" } as const;
  const { central, peripheral } = await new Duo({ central: { policy }, peripheral: { policy } }).pair();
  assert.deepEqual([central.authenticated, peripheral.authenticated], [false, false]);
  assert.deepEqual([central.level, central.bond?.authenticated], ["encrypted", false]);
});

test("A7 the passkey of one attempt is not that of the next", async () => {
  const shown = new Set<string>();
  for (let i = 0; i < 5; i++) {
    const duo = new Duo({
      central: { policy: { ioCapability: "DisplayOnly" } },
      peripheral: { policy: { ioCapability: "KeyboardOnly" } },
    });
    await duo.pair();
    shown.add(duo.central.person.shown ?? "none");
  }
  assert(shown.size >= 4, "five passkeys of a million, at most one pair alike");
});

test("A8 a number to compare is never typed, and a passkey never compared", async () => {
  const duo = new Duo();
  await duo.pair();
  for (const { person } of [duo.central, duo.peripheral])
    assert.deepEqual(
      person.asked.filter((question) => question !== "accept"),
      ["compare"],
    );
  assert.equal(duo.central.person.compared, duo.peripheral.person.compared);
});

test("A9 passkeys are uniform: values from 1 000 000 on are drawn again, not folded", () => {
  const draw = (...octets: readonly (readonly number[])[]): number =>
    randomPasskey(new FixedCrypto({ random: octets.map((three) => Uint8Array.from(three)) }));
  assert.equal(draw([0, 0, 0]), 0);
  assert.equal(draw([0x0f, 0x42, 0x3f]), 999_999);
  assert.equal(draw([0x0f, 0x42, 0x40], [0x0f, 0xff, 0xff], [0, 0, 7]), 7);
  assert.equal(draw([0xf0, 0, 5]), 5, "only twenty bits count");
});

test("A9 a hundred thousand passkeys fill ten classes evenly", () => {
  const classes = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 100_000; i++) {
    const index = Math.floor(randomPasskey(nodeCrypto) / 100_000);
    classes[index] = (classes[index] ?? 0) + 1;
  }
  // 99.99 % of a chi-square with nine degrees of freedom lie below 33.7
  const chiSquare = classes.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  assert(chiSquare < 45, `chi-square ${chiSquare}`);
});

test("A9 a passkey has six digits, leading zeros included", () => {
  assert.deepEqual([0, 7, 19_655, 999_999].map(sixDigits), ["000000", "000007", "019655", "999999"]);
});

for (const typed of [
  "",
  "12345",
  "1234567",
  "12345a",
  "+12345",
  "12 456",
  "١٢٣٤٥٦",
  "-00001",
  "1e5000",
  null,
]) {
  test(`A9 ${JSON.stringify(typed)} is no passkey: 0x01`, async () => {
    const scripted = new Scripted("central", { policy: { ioCapability: "KeyboardOnly" } });
    scripted.side.person.onEnter = () => typed;
    scripted.side.manager.pair().catch(() => {});
    await scripted.receive("0200000d100303");
    await scripted.receive(peerKey());
    assert.equal(scripted.last, "0501");
  });
}

/** A valid Pairing Public Key of somebody. */
function peerKey(): string {
  return `0c${toHex(reversed(fromHex("f465e43ff23d3f1b9dc7dfc04da8758184dbc966204796eccf0d6cf5e16500cc")))}${toHex(
    reversed(fromHex("0201d048bcbbd899eeefc424164e33c201c2b010ca6b4d43a8a155cad8ecb279")),
  )}`;
}

test("A12 NUMCMP-EARLY-ENC: our DHKey Check waits for the person although the peer's is there", async () => {
  for (const [answer, last] of [
    [true, "0d"],
    [false, "050c"],
  ] as const) {
    const person = Promise.withResolvers<boolean>();
    const duo = new Duo();
    duo.peripheral.person.onCompare = () => person.promise;
    const paired = duo.central.manager.pair().catch(() => {});
    await settle();
    const check = duo.sentBy("a").find((pdu) => pdu.startsWith("0d"));
    assert(check !== undefined, "the peer's check was sent");
    assert(!duo.sentBy("b").some((pdu) => pdu.startsWith("0d")));
    person.resolve(answer);
    await paired;
    await settle();
    const sent = duo.sentBy("b").filter((pdu) => pdu.startsWith("0d") || pdu.startsWith("05"));
    assert.equal(sent.length, 1);
    assert(sent[0]?.startsWith(last));
  }
});

test("A12 the central's person says no: 0x0C, and no DHKey Check ever goes out", async () => {
  const duo = new Duo();
  duo.central.person.onCompare = () => false;
  const error = await duo.fail();
  assert.equal(error.message, "Cannot pair: the numbers differ");
  assert.equal(duo.sentBy("a").at(-1), "050c");
  assert(!duo.sentBy("a").some((pdu) => pdu.startsWith("0d")));
});

test("A13 two pairings share no nonce, and OOB data serves once", async () => {
  const crypto = new FixedCrypto({});
  const nonces: string[] = [];
  for (let i = 0; i < 3; i++) {
    const own = await OobData.create(crypto);
    const oob = { own };
    const peer = { peer: { confirm: own.confirm, random: own.random } };
    const policy = { ioCapability: "NoInputNoOutput" } as const;
    const duo = new Duo({ central: { crypto, policy }, peripheral: { policy, settings: { oob: peer } } });
    const { central } = await duo.pair({ oob });
    assert.equal(central.method, "oob");
    const sent = duo.sentBy("a").find((pdu) => pdu.startsWith("04")) ?? "";
    nonces.push(sent);
    assert.notEqual(sent.slice(2), toHex(reversed(own.random)), "the OOB random value stays secret");
    const again = duo.reconnect({ peripheral: { policy, settings: { oob: peer } }, central: { policy } });
    again.central.store.delete(CENTRAL_ADDRESS, PERIPHERAL_ADDRESS).catch(() => {});
    again.peripheral.store.delete(PERIPHERAL_ADDRESS, CENTRAL_ADDRESS).catch(() => {});
    assert.match((await again.fail({ oob })).message, /used before/);
  }
  assert.equal(new Set(nonces).size, 3);
  const drawn = crypto.drawn.map((octets) => toHex(octets));
  assert.equal(new Set(drawn).size, drawn.length);
});

test("A14 another address type on the two sides ends with 0x0B: the type over the air enters f5 and f6", async () => {
  const duo = new Duo();
  const { peripheral } = duo.link;
  const wrong = new FakeLink("peripheral", peripheral.localAddress, { ...CENTRAL_ADDRESS, type: "random" });
  Object.defineProperty(peripheral, "peerAddress", { value: wrong.peerAddress });
  await duo.fail();
  assert.equal(duo.sentBy("b").at(-1), "050b");
});
