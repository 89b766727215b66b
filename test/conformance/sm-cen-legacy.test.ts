/** SM.TS, the Security Manager as initiator, LE legacy pairing: PROT, JW, PKE, OOB, EKS and KDU. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PairingTimeout } from "../../hci/smp/errors.ts";
import type { FailureReason } from "../../hci/smp/pdus.ts";
import { PairingConfirm, PairingRandom } from "../../hci/smp/pdus.ts";
import { fromHex, reversed, toHex } from "../../hci/codec/bytes.ts";
import { encodePdu } from "../../hci/codec/pdu.ts";
import { c1, passkeyOctets } from "../../hci/smp/crypto.ts";
import { nodeCrypto } from "../support/crypto.ts";
import { Duo } from "../support/smp/duo.ts";
import { settle } from "../support/manual-clock.ts";
import { legacyOnly } from "../support/smp/legacy-only.ts";
import type { Kind } from "../support/smp/cases.ts";
import {
  CENTRAL_SHOWS,
  duoOf,
  ignoresReservedBits,
  JUST_WORKS,
  noncesDiffer,
  passkeysDiffer,
  PERIPHERAL_SHOWS,
  reconnects,
  refusesChanged,
  replays,
  reportsFailure,
  smallKeys,
} from "../support/smp/cases.ts";
import { Scripted } from "../support/smp/scripted.ts";

const LEGACY_JUST_WORKS: Kind = { ...JUST_WORKS, legacy: true };
const LEGACY_PASSKEY: Kind = { ...PERIPHERAL_SHOWS, legacy: true };

test("SM/CEN/PROT/BV-01-C: no Pairing Response for 30 s is reported, a late one ignored, no SMP on this link again", async () => {
  const scripted = new Scripted("central");
  const failed = assert.rejects(scripted.side.manager.pair(), PairingTimeout);
  await scripted.side.clock.advance(30_000);
  await failed;
  await scripted.receive("02030009100303");
  await assert.rejects(scripted.side.manager.pair(), { obstacle: "timed-out" });
  assert.equal(scripted.sent.length, 1);
});

test("SM/CEN/JW/BV-01-C: legacy Just Works encrypts the link with the STK", async () => {
  for (const name of [
    "bumble-lgcy-jw",
    "ble_sm_lgcy_peer_jw_iio4_rio3_b1_iat0_rat0_ik7_rk7",
    "ble_sm_lgcy_us_jw_iio3_rio3_b1_iat0_rat1_ik7_rk5",
  ])
    await replays(name, "initiator");
});

const FAILURES: readonly (readonly [code: number, reason: FailureReason])[] = [
  [0x08, "UnspecifiedReason"],
  [0x05, "PairingNotSupported"],
  [0x09, "RepeatedAttempts"],
  [0x10, "Busy"],
];
for (const [round, [code, reason]] of FAILURES.entries()) {
  test(`SM/CEN/JW/BV-05-C round ${round + 1}: Pairing Failed ${reason} ends the pairing and is reported`, () =>
    reportsFailure(LEGACY_JUST_WORKS, "a", 0, reason, code));
}

test("SM/CEN/JW/BI-01-C: a wrong LP_CONFIRM_R is answered with 0x04", async () => {
  await refusesChanged(LEGACY_JUST_WORKS, "a", 0x03, "0504");
});

test("SM/CEN/JW/BI-04-C: reserved bits of the response are ignored, ours are 0", () =>
  ignoresReservedBits(LEGACY_JUST_WORKS, "a"));

test("SM/CEN/JW/BI-06-C: LP_CONFIRM_R equal to LP_CONFIRM_I is answered with 0x04", async () => {
  const scripted = new Scripted("central", { policy: { legacy: true } });
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive("02030001100303");
  await scripted.receive(scripted.last ?? "");
  assert.equal(scripted.last, "0504");
});

test("SM/CEN/PKE/BV-01-C: legacy Passkey Entry, shown and typed", async () => {
  for (const name of [
    "bumble-lgcy-pk-init-displays",
    "bumble-lgcy-pk-resp-displays",
    "synth-lgcy-pk-019655-rpa",
  ])
    await replays(name, "initiator");
});

test("SM/CEN/PKE/BV-04-C: a peer without input and output gives an unauthenticated pairing", async () => {
  const duo = await duoOf({ central: "KeyboardDisplay", peripheral: "NoInputNoOutput", legacy: true });
  const { central } = await duo.pair();
  assert.deepEqual([central.method, central.authenticated], ["legacy-just-works", false]);
});

test("SM/CEN/PKE/BV-05-C: the passkeys of three pairings differ", () =>
  passkeysDiffer({ ...CENTRAL_SHOWS, legacy: true }, "central"));

test("SM/CEN/PKE/BI-01-C: a peer with another passkey, which does not look at ours, is detected on its random value", async () => {
  const scripted = new Scripted("central", {
    policy: { legacy: true, ioCapability: "KeyboardOnly" },
    settings: { features: legacyOnly },
  });
  scripted.side.person.onEnter = () => "123456";
  scripted.side.manager.pair().catch(() => {});
  await settle();
  const [preq, pres] = [scripted.last ?? "", "02000005100303"];
  await scripted.receive(pres);
  const srand = nodeCrypto.random(16);
  const [ia, ra] = [scripted.link.localAddress, scripted.link.peerAddress];
  const pdus = [preq, pres].map((pdu) => reversed(fromHex(pdu)));
  const [request = srand, response = srand] = pdus;
  const confirm = c1(nodeCrypto, passkeyOctets(123_457), srand, request, response, ia, ra);
  await scripted.receive(toHex(encodePdu(PairingConfirm, { confirm })));
  assert.equal(scripted.last?.slice(0, 2), "04");
  await scripted.receive(toHex(encodePdu(PairingRandom, { random: srand })));
  assert.equal(scripted.last, "0504");
  assert.deepEqual(scripted.link.keys, []);
});

test("SM/CEN/PKE/BI-02-C: Pairing Failed 0x01 ends the pairing and is reported", () =>
  reportsFailure(LEGACY_PASSKEY, "a", 1, "PasskeyEntryFailed", 0x01));

test("SM/CEN/PKE/BI-03-C: LP_CONFIRM_R equal to LP_CONFIRM_I is answered with 0x04 with a passkey too", async () => {
  const scripted = new Scripted("central", { policy: { legacy: true, ioCapability: "KeyboardOnly" } });
  scripted.side.person.onEnter = () => "000000";
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive("02000005100303");
  await scripted.receive(scripted.last ?? "");
  assert.equal(scripted.last, "0504");
});

const SAME_KEY = { central: 5, peripheral: 5 };

test("SM/CEN/OOB/BV-01-C: both hold OOB data, five times", async () => {
  await replays("ble_sm_lgcy_us_ob_iio3_rio3_b1_iat0_rat0_ik7_rk7", "initiator");
  for (let i = 0; i < 5; i++) {
    const { central } = await (await duoOf({ ...LEGACY_JUST_WORKS, tk: SAME_KEY })).pair();
    assert.deepEqual([central.method, central.authenticated], ["legacy-oob", true]);
  }
});

test("SM/CEN/OOB/BV-10-C: our random value is another each time", () =>
  noncesDiffer({ ...LEGACY_JUST_WORKS, tk: SAME_KEY }, "a", 5));

for (const [id, who, mitm, method] of [
  ["03", "central", true, "legacy-passkey"],
  ["05", "peripheral", true, "legacy-passkey"],
  ["07", "peripheral", false, "legacy-just-works"],
  ["09", "central", false, "legacy-just-works"],
] as const) {
  test(`SM/CEN/OOB/BV-${id}-C: OOB data at the ${who} alone gives ${method}`, async () => {
    const wish = { mitm: mitm ? "required" : "off" } as const;
    const policy = { central: wish, peripheral: wish };
    const duo = await duoOf({ ...LEGACY_PASSKEY, tk: { [who]: 5 }, policy });
    const { central } = await duo.pair();
    assert.deepEqual([central.method, central.authenticated], [method, mitm]);
  });
}

test("SM/CEN/OOB/BI-01-C: different OOB data is detected", async () => {
  const duo = await duoOf({ ...LEGACY_JUST_WORKS, tk: { central: 5, peripheral: 6 } });
  await duo.fail();
  assert.equal(duo.sentBy("b").at(-1), "0504");
  // The same fault where the responder lets it pass and shows its own random value
  await refusesChanged({ ...LEGACY_JUST_WORKS, tk: SAME_KEY }, "a", 0x03, "0504");
});

test("SM/CEN/EKS/BV-01-C: the peer's key size equal to our minimum pairs, reconnects, and the keys are masked", async () => {
  for (let size = 7; size <= 16; size++) {
    const policy = { ioCapability: "NoInputNoOutput", legacy: true, minimumKeySize: size } as const;
    const features = smallKeys(size);
    const duo = new Duo({ central: { policy }, peripheral: { policy, settings: { features } } });
    const { central } = await duo.pair();
    assert.equal(central.keySize, size);
    const again = await reconnects(duo, { central: { policy }, peripheral: { policy } });
    for (const key of [...duo.link.central.keys, ...again.link.central.keys])
      assert.match(toHex(key.value), new RegExp(`^(00){${16 - size}}`));
  }
  await replays("synth-lgcy-jw-keysize7", "initiator");
  await replays("synth-sc-jw-keysize7", "initiator");
});

test("SM/CEN/EKS/BI-01-C: one octet less than our minimum is refused with 0x06", async () => {
  for (let minimumKeySize = 8; minimumKeySize <= 16; minimumKeySize++) {
    const scripted = new Scripted("central", { policy: { legacy: true, minimumKeySize } });
    scripted.side.manager.pair().catch(() => {});
    await scripted.receive(`02030001${(minimumKeySize - 1).toString(16).padStart(2, "0")}0303`);
    assert.equal(scripted.last, "0506");
  }
});

test("SM/CEN/KDU/BV-05-C: legacy, only IRK and identity address are distributed", async () => {
  const keys = { encKey: false, idKey: true };
  const policy = { central: { ownKeys: keys, peerKeys: keys } };
  const duo = await duoOf({ ...LEGACY_JUST_WORKS, policy });
  await duo.pair();
  const sent = duo.sentBy("a").filter((pdu) => /^0[6-9a]/.test(pdu));
  assert.deepEqual(
    sent.map((pdu) => pdu.slice(0, 2)),
    ["08", "09"],
  );
});

test("SM/CEN/KDU/BV-06-C: legacy, only LTK, EDIV and Rand are distributed, and the LTK encrypts the next link", async () => {
  const keys = { encKey: true, idKey: false };
  const policy = { central: { ownKeys: keys, peerKeys: keys } };
  const duo = await duoOf({ ...LEGACY_JUST_WORKS, policy });
  await duo.pair();
  const sent = duo.sentBy("a").filter((pdu) => /^0[6-9a]/.test(pdu));
  assert.deepEqual(
    sent.map((pdu) => pdu.slice(0, 2)),
    ["06", "07"],
  );
  await reconnects(duo);
});
