/** SM.TS, the Security Manager as initiator, Secure Connections: SCJW, SCPK, SCOB, KDU and PIS. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../hci/codec/bytes.ts";
import { decodePdu, encodePdu } from "../../hci/codec/pdu.ts";
import { f4 } from "../../hci/smp/crypto.ts";
import type { FailureReason, IoCapability } from "../../hci/smp/pdus.ts";
import { PairingConfirm, PairingPublicKey, PairingRandom } from "../../hci/smp/pdus.ts";
import { settle } from "../support/manual-clock.ts";
import type { Kind } from "../support/smp/cases.ts";
import {
  carried,
  CENTRAL_SHOWS,
  COMPARISON,
  duoOf,
  ignoresReservedBits,
  JUST_WORKS,
  noncesDiffer,
  passkeysDiffer,
  PERIPHERAL_SHOWS,
  refusesChanged,
  replays,
  reportsFailure,
} from "../support/smp/cases.ts";
import { Duo } from "../support/smp/duo.ts";
import { OobData } from "../../hci/smp/oob.ts";
import { nodeCrypto, p256 } from "../support/crypto.ts";
import { Scripted } from "../support/smp/scripted.ts";

const IO: readonly IoCapability[] = [
  "DisplayOnly",
  "DisplayYesNo",
  "KeyboardOnly",
  "NoInputNoOutput",
  "KeyboardDisplay",
];
const PHASE_1: readonly (readonly [code: number, reason: FailureReason])[] = [
  [0x03, "AuthenticationRequirements"],
  [0x08, "UnspecifiedReason"],
  [0x05, "PairingNotSupported"],
  [0x09, "RepeatedAttempts"],
];
const OOB: Kind = { ...JUST_WORKS, oob: { central: true, peripheral: true } };

test("SM/CEN/SCJW/BV-01-C: Just Works and Numeric Comparison as recorded elsewhere", async () => {
  for (const name of [
    "ble_sm_sc_us_jw_iio3_rio4_b1_iat0_rat0_ik7_rk5",
    "ble_sm_sc_us_nc_iio1_rio4_b1_iat0_rat0_ik7_rk5",
    "bumble-sc-jw",
    "bumble-sc-nc",
    "synth-sc-jw-rpa-both",
    "synth-sc-nc-rpa-init-public-resp",
  ])
    await replays(name, "initiator");
});

test("SM/CEN/SCJW/BV-01-C: three pairings each, nonces unique, with every capability that is not a passkey", async () => {
  for (const central of IO)
    for (const peripheral of IO) {
      const duo = await duoOf({ central, peripheral });
      const { central: result } = await duo.pair();
      if (result.method !== "passkey") await noncesDiffer({ central, peripheral }, "a", 3);
    }
});

test("SM/CEN/SCJW/BV-04-C: reserved bits of the response are ignored, ours are 0", async () => {
  await ignoresReservedBits(JUST_WORKS, "a");
  await ignoresReservedBits(COMPARISON, "a");
});

for (const [round, [code, reason]] of PHASE_1.entries()) {
  test(`SM/CEN/SCJW/BI-01-C round ${round + 1}: ${reason} after the request`, () =>
    reportsFailure(JUST_WORKS, "a", 0, reason, code));
  test(`SM/CEN/SCPK/BI-01-C round ${round + 1}: ${reason} after the request`, () =>
    reportsFailure(PERIPHERAL_SHOWS, "a", 0, reason, code));
  test(`SM/CEN/SCOB/BI-01-C round ${round + 1}: ${reason} after the request`, () =>
    reportsFailure(OOB, "a", 0, reason, code));
}

test("SM/CEN/SCJW/BI-01-C round 5: Numeric Comparison Failed in phase 2", () =>
  reportsFailure(COMPARISON, "a", 4, "NumericComparisonFailed", 0x0c));

test("SM/CEN/SCPK/BI-01-C round 5: Passkey Entry Failed in phase 2", () =>
  reportsFailure(PERIPHERAL_SHOWS, "a", 2, "PasskeyEntryFailed", 0x01));

test("SM/CEN/SCOB/BI-01-C round 5: OOB Not Available in phase 2", () =>
  reportsFailure(OOB, "a", 2, "OobNotAvailable", 0x02));

test("SM/CEN/SCPK/BV-01-C: Passkey Entry as recorded elsewhere, 000000 and 999999 among them", async () => {
  for (const name of [
    "ble_sm_sc_us_pk_iio2_rio4_b1_iat0_rat0_ik7_rk5",
    "ble_sm_sc_us_pk_iio0_rio4_b1_iat0_rat0_ik7_rk5",
    "bumble-sc-pk-init-displays",
    "bumble-sc-pk-resp-displays",
    "synth-sc-pk-rpa-000000",
    "synth-sc-pk-rpa-999999",
  ])
    await replays(name, "initiator");
});

test("SM/CEN/SCPK/BV-01-C: the peer's keypress notifications are heard, and keep the 30 s from running out", async () => {
  const keypress = { central: { keypress: true }, peripheral: { keypress: true } };
  const duo = await duoOf({ ...CENTRAL_SHOWS, policy: keypress });
  duo.peripheral.person.onEnter = async (entry) => {
    entry.pressed("EntryStarted");
    for (let i = 0; i < 6; i++) {
      await duo.clock.advance(20_000);
      entry.pressed("DigitEntered");
    }
    entry.pressed("EntryCompleted");
    return duo.central.person.shown ?? null;
  };
  const { central } = await duo.pair();
  assert.equal(central.method, "passkey");
  const digits = Array.from({ length: 6 }, () => "DigitEntered" as const);
  assert.deepEqual(duo.central.person.heard, ["EntryStarted", ...digits, "EntryCompleted"]);
});

test("SM/CEN/SCPK/BV-04-C: reserved bits of the response are ignored, ours are 0", () =>
  ignoresReservedBits(PERIPHERAL_SHOWS, "a"));

test("SM/CEN/SCPK/BV-05-C: the passkeys of three pairings differ", () =>
  passkeysDiffer(CENTRAL_SHOWS, "central"));

for (const round of [0, 1, 19]) {
  test(`SM/CEN/SCPK/BI-02-C: a wrong Cb in round ${round} is answered with 0x04`, async () => {
    await refusesChanged(PERIPHERAL_SHOWS, "a", 0x03, "0504", round);
  });
}

test("SM/CEN/SCPK/BI-03-C: a peer with another passkey, which does not look at ours, is answered with 0x04", async () => {
  const scripted = new Scripted("central", { policy: { ioCapability: "KeyboardOnly" } });
  scripted.side.person.onEnter = () => "123456";
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive("0200000d100303");
  const peer = p256();
  const ownX = decodePdu(PairingPublicKey, fromHex(scripted.last ?? "")).x;
  const nb = nodeCrypto.random(16);
  const cb = f4(nodeCrypto, peer.x, ownX, nb, 0x80 | (123_457 & 1));
  await scripted.receive(toHex(encodePdu(PairingPublicKey, { x: peer.x, y: peer.y })));
  await scripted.receive(toHex(encodePdu(PairingConfirm, { confirm: cb })));
  assert.equal(scripted.last?.slice(0, 2), "04");
  await scripted.receive(toHex(encodePdu(PairingRandom, { random: nb })));
  assert.equal(scripted.last, "0504");
});

for (const [name, central, peripheral] of [
  ["{1,1}", true, true],
  ["{1,0}", true, false],
  ["{0,1}", false, true],
] as const) {
  test(`SM/CEN/SCOB/BV-01-C: OOB flags ${name}`, async () => {
    const duo = await duoOf({ ...JUST_WORKS, oob: { central, peripheral } });
    const { central: result } = await duo.pair();
    assert.deepEqual([result.method, result.authenticated, result.level], ["oob", true, "secure"]);
  });
}

test("SM/CEN/SCOB/BV-01-C: as recorded elsewhere", async () => {
  for (const name of [
    "bumble-sc-oob-both",
    "bumble-sc-oob-init-only-has-peer-data",
    "bumble-sc-oob-resp-only-has-peer-data",
  ])
    await replays(name, "initiator");
});

test("SM/CEN/SCOB/BV-04-C: reserved bits of the response are ignored, ours are 0", () =>
  ignoresReservedBits(OOB, "a"));

test("SM/CEN/SCOB/BI-04-C: OOB data of another key is answered with 0x04", async () => {
  const [own, other] = [await OobData.create(nodeCrypto), await OobData.create(nodeCrypto)];
  const policy = { ioCapability: "NoInputNoOutput" } as const;
  const oob = { own };
  const duo = new Duo({
    central: { policy, settings: { oob: { peer: carried(other) } } },
    peripheral: { policy, settings: { oob } },
  });
  await duo.fail();
  assert.equal(duo.sentBy("a").at(-1), "0504");
});

test("SM/CEN/SCOB: a peer that claims to hold data which we never gave is answered with 0x02", async () => {
  const other = await OobData.create(nodeCrypto);
  const policy = { ioCapability: "NoInputNoOutput" } as const;
  const duo = new Duo({
    central: { policy },
    peripheral: { policy, settings: { oob: { peer: carried(other) } } },
  });
  await duo.fail();
  assert.equal(duo.sentBy("a").at(-1), "0502");
});

test("SM/CEN/KDU/BV-10-C: Secure Connections, only IRK and identity address are distributed", async () => {
  const duo = await duoOf(JUST_WORKS);
  await duo.pair();
  for (const side of ["a", "b"] as const) {
    const keys = duo.sentBy(side).filter((pdu) => /^0[6-9a]/.test(pdu));
    assert.deepEqual(
      keys.map((pdu) => pdu.slice(0, 2)),
      ["08", "09"],
    );
  }
});

test("SM/CEN/PIS/BV-02-C: a Security Request with MITM from an unbonded peer starts a pairing, once a person agreed", async () => {
  const duo = await duoOf(COMPARISON);
  const secured = duo.peripheral.manager.requestSecurity();
  await settle();
  assert.equal((await secured).level, "secure");
  assert.equal(duo.sentBy("b")[0], "0b0d");
  assert.deepEqual(duo.central.person.asked, ["accept", "compare"]);
  assert.equal(duo.central.person.proposals[0]?.kind, "security");
});

test("SM/CEN/PIS/BV-02-C: and where the person does not agree, Pairing Failed 0x05", async () => {
  const duo = await duoOf(COMPARISON);
  duo.central.person.onAccept = () => false;
  await assert.rejects(duo.peripheral.manager.requestSecurity(), {
    reason: "PairingNotSupported",
    by: "peer",
  });
  assert.deepEqual(duo.sentBy("a"), ["0505"]);
});

test("SM/CEN/PIS/BV-03-C: without an LTK we pair and do not encrypt; a second Security Request meanwhile is ignored", async () => {
  const duo = await duoOf(COMPARISON);
  duo.channel.tamper = (pdu, from) => (from === "b" ? [Uint8Array.of(0x0b, 0x0d), pdu] : [pdu]);
  const { central } = await duo.pair();
  assert.equal(central.method, "numeric-comparison");
  assert.equal(duo.link.central.keys.length, 1, "encrypted once, with the new key");
});

test("A wrong DHKey Check is answered with 0x0B, in both roles and with every method", async () => {
  for (const kind of [JUST_WORKS, COMPARISON, CENTRAL_SHOWS, PERIPHERAL_SHOWS, OOB])
    for (const us of ["a", "b"] as const) await refusesChanged(kind, us, 0x0d, "050b");
});
