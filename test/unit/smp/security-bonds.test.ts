/** The attacks on bonds, by the rows B1 to B9 of the threat list, and when a bond is stored. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex, fromHex } from "../../../hci/codec/bytes.ts";
import type { Bond } from "../../../hci/ports.ts";
import { PairingError, StoredKeyFailed } from "../../../hci/smp/errors.ts";
import { settle } from "../../support/manual-clock.ts";
import { bondWith, longTermKey } from "../../support/smp/bonds.ts";
import { Duo } from "../../support/smp/duo.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";
import { address } from "../../support/vectors.ts";

/** A store as text, octet for octet. */
function contents(store: MemoryKeyStore): string {
  return JSON.stringify(store.bonds, (_, value: unknown) =>
    value instanceof Uint8Array ? toHex(value) : value,
  );
}

/** Both sides of a pair that is bonded with Secure Connections and numeric comparison. */
async function bonded(): Promise<Duo> {
  const duo = new Duo();
  await duo.pair();
  return duo;
}

for (const status of [0x05, 0x06, 0x0c, 0x1a, 0x3d]) {
  for (const request of ["0b0d", "0bcd", "0b01"]) {
    const hex = status.toString(16).padStart(2, "0");
    test(`B1 BLERP-PI: encryption fails with 0x${hex}, then ${request}: no pairing, the bond stays, the link ends`, async () => {
      const scripted = new Scripted("central", { bonds: [bondWith()] });
      const { link, side } = scripted;
      const before = contents(side.store);
      const encrypting = assert.rejects(side.manager.encrypt(), StoredKeyFailed);
      await settle();
      link.report(false, status);
      link.finishEncrypt(status);
      await encrypting;
      await scripted.receive(request);
      assert.deepEqual(scripted.sent, []);
      assert.equal(contents(side.store), before);
      assert.deepEqual(link.disconnected, [0x05]);
      assert.deepEqual(side.told, ["bond-in-doubt"]);
      assert.equal(side.manager.security, null);
      const replaces = PERIPHERAL_ADDRESS;
      await assert.rejects(side.manager.pair({ replaces }), { obstacle: "stored-key-failed" });
      assert.deepEqual(side.person.asked, []);
    });
  }
}

for (const began of ["ours", "a Security Request"] as const) {
  test(`B1 began by ${began}: a key that failed did not encrypt, though the controller then says that it did`, async () => {
    const scripted = new Scripted("central", { bonds: [bondWith()] });
    const { link, side } = scripted;
    const encrypting = began === "ours" ? assert.rejects(side.manager.encrypt(), StoredKeyFailed) : undefined;
    if (began !== "ours") scripted.burst("0b0d");
    await settle();
    link.report(false, 0x06);
    link.encrypted = true;
    link.finishEncrypt();
    await settle();
    await encrypting;
    assert.deepEqual(side.told, ["bond-in-doubt"]);
    assert.deepEqual(side.person.asked, []);
    assert.equal(side.manager.security, null);
    assert.deepEqual(link.disconnected, [0x05]);
  });
}

test("B1 encryption that came and went while a Security Request was answered leads to no question", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  await scripted.receive("0b0d");
  scripted.link.report(true);
  scripted.link.report(false, 0x06);
  scripted.link.encrypted = true;
  scripted.link.finishEncrypt();
  await settle();
  assert.deepEqual(scripted.side.person.asked, []);
  assert.deepEqual(scripted.sent, []);
});

for (const request of ["0b0d", "0bcd", "0b01", "0b05", "0b00"]) {
  test(`B1(b) ${request} from a bonded peer only starts encryption with the stored key`, async () => {
    const scripted = new Scripted("central", { bonds: [bondWith()] });
    await scripted.receive(request, request);
    assert.deepEqual(scripted.sent, []);
    assert.equal(scripted.link.keys.length, 1);
    scripted.link.report(true);
    scripted.link.finishEncrypt();
    await settle();
    assert.deepEqual(scripted.side.told, ["encrypted"]);
    assert.equal(scripted.side.manager.security?.level, "secure");
    await scripted.receive(request);
    assert.equal(scripted.link.keys.length, 1, "it is encrypted well enough already");
    assert.deepEqual(scripted.side.person.asked, []);
  });
}

test("B1(b) a bonded peer that wants more than its key gives: encryption, then a word to the application, no pairing", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith({ authenticated: false })] });
  await scripted.receive("0b0d");
  scripted.link.report(true);
  scripted.link.finishEncrypt();
  await settle();
  await scripted.receive("0b0d");
  assert.deepEqual(scripted.side.told, ["encrypted", "upgrade-wanted", "upgrade-wanted"]);
  assert.deepEqual(scripted.sent, []);
});

test("B1(c) reserved bits of a Security Request are masked", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  await scripted.receive("0bc0");
  scripted.link.report(true);
  scripted.link.finishEncrypt();
  await settle();
  assert.deepEqual(scripted.side.told, ["encrypted"]);
});

test("B1(d) the Pairing Response must keep what the Security Request asked for, else 0x03", async () => {
  for (const [request, response] of [
    ["0b05", "02030009100303"],
    ["0b09", "02040005100303"],
  ] as const) {
    const scripted = new Scripted("central", { policy: { legacy: true } });
    await scripted.receive(request);
    assert.equal(scripted.last?.slice(0, 2), "01");
    await scripted.receive(response);
    assert.equal(scripted.last, "0503");
  }
});

const WEAKER: readonly (readonly [what: string, response: string, answer: string])[] = [
  ["BLERP-DOWNGRADE: Just Works, no Secure Connections, 7 octets", "02030001070000", "0506"],
  ["Just Works instead of MITM", "02030009100303", "0503"],
  ["legacy pairing instead of Secure Connections", "02040005100303", "0503"],
  ["15 octets instead of 16", "0204000d0f0303", "0506"],
];
for (const [what, response, answer] of WEAKER) {
  test(`B1(d) the new key must not be weaker, though a person approved: ${what}`, async () => {
    const policy = { legacy: true, minimumKeySize: 7 };
    const scripted = new Scripted("central", { bonds: [bondWith()], policy });
    const before = contents(scripted.side.store);
    scripted.side.manager.pair({ replaces: PERIPHERAL_ADDRESS }).catch(() => {});
    await scripted.receive(response);
    assert.deepEqual(scripted.sent.slice(1), [answer]);
    assert.equal(contents(scripted.side.store), before);
  });
}

test("B2 as peripheral: a bonded peer that asks for Just Works is refused with 0x03, and nobody is asked", async () => {
  const scripted = new Scripted("peripheral", { bonds: [bondWith({}, "peripheral")] });
  await scripted.receive("01030009100303");
  assert.deepEqual(scripted.sent, ["0503"]);
  assert.deepEqual(scripted.side.person.asked, []);
  assert.deepEqual(scripted.side.told, ["bond-in-doubt", "pairing-failed"]);
});

test("B2 as peripheral: a bonded peer that pairs again is told of, and only a person lets it", async () => {
  for (const allowed of [false, true]) {
    const old = await bonded();
    const again = old.reconnect({ central: { store: new MemoryKeyStore() } });
    const before = contents(again.peripheral.store);
    again.peripheral.person.onAccept = ({ replaces, proven }) => {
      assert.deepEqual([replaces?.peer, proven], [CENTRAL_ADDRESS, false]);
      return allowed;
    };
    await again.central.manager.pair().catch(() => {});
    await settle();
    assert.equal(again.peripheral.told[0], "bond-in-doubt");
    assert.deepEqual(again.peripheral.person.asked[0], "accept");
    assert.equal(contents(again.peripheral.store) === before, !allowed);
    assert.equal(again.sentBy("b").includes("0505"), !allowed);
  }
});

test("B2 B5 as central: pair() with a bonded peer does nothing unless a person said which bond may go", async () => {
  const scripted = new Scripted("central", { bonds: [bondWith()] });
  await assert.rejects(scripted.side.manager.pair(), { obstacle: "bond-exists" });
  await assert.rejects(scripted.side.manager.pair({ replaces: CENTRAL_ADDRESS }), {
    obstacle: "bond-exists",
  });
  assert.deepEqual(scripted.sent, []);
  scripted.side.manager.pair({ replaces: PERIPHERAL_ADDRESS }).catch(() => {});
  await settle();
  assert.equal(scripted.sent.length, 1);
});

test("B3 IDENTITY-STEAL: a stranger that names the identity of a bonded peer gets 0x0F, the bond stays", async () => {
  const victim: Bond = { ...bondWith(), peer: address(1, "ee:ee:ee:ee:ee:ee") };
  const store = new MemoryKeyStore([victim]);
  const before = contents(store);
  const policy = { ioCapability: "NoInputNoOutput" } as const;
  const duo = new Duo({ central: { store }, peripheral: { policy } });
  duo.channel.tamper = (pdu, from) => [from === "b" && pdu[0] === 0x09 ? fromHex("0901eeeeeeeeeeee") : pdu];
  const error = await duo.fail();
  assert(error instanceof PairingError && error.reason === "KeyRejected" && error.by === "local");
  assert.equal(duo.sentBy("a").at(-1), "050f");
  assert.equal(contents(store), before);
  assert.equal(duo.central.manager.security, null, "the key of a failed pairing vouches for nothing");
});

test("B3 the same as peripheral, with the address of the bonded peer and another IRK", async () => {
  const store = new MemoryKeyStore([bondWith({}, "peripheral")]);
  const before = contents(store);
  const stranger = address(1, "c5:55:55:55:55:55");
  const duo = new Duo({
    central: { local: { address: stranger, irk: new Uint8Array(16).fill(0x99) } },
    peripheral: { store },
  });
  duo.channel.tamper = (pdu, from) => [from === "a" && pdu[0] === 0x09 ? fromHex("09000504030201c0") : pdu];
  await duo.central.manager.pair();
  await settle();
  assert.equal(duo.sentBy("b").at(-1), "050f");
  assert.equal(contents(store), before);
});

test("B3 an approved new pairing with P must end with P: another identity gets 0x0F", async () => {
  const duo = new Duo({ central: { bonds: [bondWith()] } });
  const before = contents(duo.central.store);
  duo.channel.tamper = (pdu, from) => [from === "b" && pdu[0] === 0x09 ? fromHex("0901c1c2c3c4c5c6") : pdu];
  await duo.fail({ replaces: PERIPHERAL_ADDRESS });
  assert.equal(duo.sentBy("a").at(-1), "050f");
  assert.equal(contents(duo.central.store), before);
});

for (const [what, encrypted, status] of [
  ["Encryption Change off", false, 0],
  ["a failed key refresh", true, 0x05],
  ["a MIC failure", false, 0x3d],
] as const) {
  test(`B7 ${what} is loss of security: told, nothing vouched for, the link ends`, async () => {
    const duo = await bonded();
    const { link, manager } = duo.central;
    assert.equal(manager.security?.level, "secure");
    link.report(encrypted, status);
    assert.equal(manager.security, null);
    assert.deepEqual(link.disconnected, [0x05]);
    assert.equal(duo.central.told.at(-1), "security-lost");
  });
}

test("B7 encryption that nobody asked for vouches for nothing and ends the link", async () => {
  for (const role of ["central", "peripheral"] as const) {
    const scripted = new Scripted(role, { bonds: [bondWith({}, role)] });
    scripted.link.report(true);
    assert.equal(scripted.side.manager.security, null);
    assert.deepEqual(scripted.link.disconnected, [0x05]);
  }
});

test("B8 our IRK and identity go to a peer that bonds, and to no other", async () => {
  for (const bondable of [true, false]) {
    const local = { address: address(0, "00:11:22:33:44:55"), irk: new Uint8Array(16).fill(0xab) };
    // A peripheral that does not bond but asks for our identity all the same
    const duo = new Duo({
      central: { local },
      peripheral: {
        settings: {
          features: {
            request: () => assert.fail(),
            response: (request) => ({ ...request, authReq: { ...request.authReq, bonding: bondable } }),
          },
        },
      },
    });
    const { central } = await duo.pair();
    const sent = duo.sentBy("a");
    assert.equal(sent.includes(`08${"ab".repeat(16)}`), bondable);
    assert(
      sent.some((pdu) => pdu.startsWith("08")),
      "the negotiated keys are sent in both cases",
    );
    assert.equal(central.bond !== null, bondable);
    assert.equal(duo.central.store.puts.length, bondable ? 1 : 0);
  }
});

test("The bond is stored before our last PDU goes out, and the caller learns whether it will last", async () => {
  const store = new MemoryKeyStore();
  store.persisted = false;
  const duo = new Duo({ central: { store } });
  const gate = Promise.withResolvers<void>();
  store.onPut = () => gate.promise;
  const pairing = duo.central.manager.pair();
  await settle();
  assert(
    duo.sentBy("b").some((pdu) => pdu.startsWith("09")),
    "the peer's keys are there",
  );
  assert(!duo.sentBy("a").some((pdu) => pdu.startsWith("08")), "ours wait for the store");
  gate.resolve();
  assert.equal((await pairing).persisted, false);
  assert(duo.sentBy("a").some((pdu) => pdu.startsWith("09")));
});

test("Where we send the last keys as peripheral, the bond is stored before them too", async () => {
  const store = new MemoryKeyStore();
  const policy = { ownKeys: { encKey: true, idKey: false } };
  const duo = new Duo({ central: { policy }, peripheral: { store } });
  store.onPut = () => assert(!duo.sentBy("b").some((pdu) => pdu.startsWith("08")));
  await duo.pair();
  assert.equal(store.puts.length, 1);
});

test("A store that cannot write fails the pairing on both sides, and the old bond is as it was", async () => {
  for (const us of ["central", "peripheral"] as const) {
    const store = new MemoryKeyStore();
    store.failing.add("put");
    const duo = new Duo({ [us]: { store } });
    await duo.central.manager.pair().catch(() => {});
    await settle();
    assert.deepEqual(duo[us].told, ["pairing-failed"]);
    assert.equal(duo.sentBy(us === "central" ? "a" : "b").at(-1), "0508");
    assert.deepEqual(store.bonds, []);
  }
});

test("A store that cannot read is not read as no bond: no pairing, no key, in either role", async () => {
  const store = new MemoryKeyStore();
  store.failing.add("get");
  const central = new Scripted("central", { store });
  await assert.rejects(central.side.manager.pair(), /Cannot read the store/);
  await assert.rejects(central.side.manager.encrypt(), /Cannot read the store/);
  await central.receive("0b0d");
  assert.deepEqual(central.sent, []);
  assert.equal(central.side.told.at(-1), "store-failed");
  const peripheral = new Scripted("peripheral", { store });
  assert.equal(await peripheral.link.onLongTermKeyRequest?.(new Uint8Array(8), 0), null);
  await peripheral.receive("01030009100303");
  assert.deepEqual(peripheral.sent, ["0508"]);
  assert.deepEqual(peripheral.side.person.asked, []);
});

test("Policy 5: an approved new pairing that fails at any PDU leaves the old bond active, in both roles", async () => {
  const pattern = await bonded();
  const total = pattern.channel.log.length;
  for (let index = 0; index < total; index++) {
    const old = await bonded();
    const again = old.reconnect();
    const [central, peripheral] = [contents(again.central.store), contents(again.peripheral.store)];
    let seen = 0;
    again.channel.tamper = (pdu) => (seen++ === index ? [fromHex("0508")] : [pdu]);
    again.central.manager.pair({ replaces: PERIPHERAL_ADDRESS }).catch(() => {});
    await settle();
    await again.clock.advance(30_000);
    // The initiator has stored its candidate once it sends keys: see the tests above
    if (index < total - 2) assert.equal(contents(again.central.store), central, `central, PDU ${index}`);
    assert.equal(contents(again.peripheral.store), peripheral, `peripheral, PDU ${index}`);
  }
});

test("A bond of legacy pairing holds the two keys of the two roles, EDIV and Rand as distributed", async () => {
  const key = { ...longTermKey(), ediv: 0x1234, rand: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const bond = { ...bondWith({ secureConnections: false }, "peripheral"), asPeripheral: key };
  const scripted = new Scripted("peripheral", { bonds: [bond] });
  assert.deepEqual(await scripted.link.onLongTermKeyRequest?.(key.rand, key.ediv), key);
  scripted.link.report(true);
  assert.equal(scripted.side.manager.security?.level, "encrypted", "never more than the lowest level");
});

test("A peer that names a key which we do not have makes the bond doubtful, and cannot pair on this link", async () => {
  const scripted = new Scripted("peripheral", { bonds: [bondWith({}, "peripheral")] });
  assert.equal(await scripted.link.onLongTermKeyRequest?.(new Uint8Array(8), 0x4711), null);
  await scripted.receive("0104000d100303");
  assert.deepEqual(scripted.sent, ["0505"]);
  assert.deepEqual(scripted.side.told, ["bond-in-doubt", "pairing-failed"]);
  assert.deepEqual(scripted.side.person.asked, []);
});

test("a central that hangs up when all keys are there has paired: the bond stays, and the next try need not wait", async () => {
  const duo = new Duo();
  const stored = Promise.withResolvers<void>();
  duo.peripheral.store.onPut = () => stored.promise;
  await duo.central.manager.pair();
  duo.channel.close(new Error("The central hung up"));
  await settle();
  stored.resolve();
  await settle();
  assert.equal(duo.peripheral.store.bonds.length, 1);
  assert.deepEqual(
    duo.peripheral.told.filter((kind) => kind.startsWith("pair")),
    ["paired"],
  );
  assert.equal(duo.peripheral.backoff.remaining(CENTRAL_ADDRESS), 0);
});
