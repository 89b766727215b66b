/** SM.TS, the Security Manager as responder, Secure Connections: SCJW, SCPK, SCOB, KDU and PIS. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../hci/codec/bytes.ts";
import { OobData } from "../../hci/smp/oob.ts";
import { PairingError } from "../../hci/smp/errors.ts";
import type { FailureReason, IoCapability } from "../../hci/smp/pdus.ts";
import { nodeCrypto } from "../support/crypto.ts";
import { settle } from "../support/manual-clock.ts";
import type { Kind } from "../support/smp/cases.ts";
import {
  BOTH_TYPE,
  carried,
  CENTRAL_SHOWS,
  COMPARISON,
  differentPasskeys,
  duoOf,
  ignoresReservedBits,
  JUST_WORKS,
  noncesDiffer,
  PERIPHERAL_SHOWS,
  refusesChanged,
  replays,
  reportsFailure,
} from "../support/smp/cases.ts";
import { Duo } from "../support/smp/duo.ts";

const IO: readonly IoCapability[] = [
  "DisplayOnly",
  "DisplayYesNo",
  "KeyboardOnly",
  "NoInputNoOutput",
  "KeyboardDisplay",
];
const OOB: Kind = { ...JUST_WORKS, oob: { central: true, peripheral: true } };
const PHASE_1: readonly (readonly [code: number, reason: FailureReason])[] = [
  [0x03, "AuthenticationRequirements"],
  [0x08, "UnspecifiedReason"],
  [0x05, "PairingNotSupported"],
  [0x09, "RepeatedAttempts"],
];

test("SM/PER/SCJW/BV-02-C: Just Works and Numeric Comparison as recorded elsewhere", async () => {
  for (const name of [
    "ble_sm_sc_peer_jw_iio3_rio3_b1_iat0_rat0_ik5_rk7",
    "ble_sm_sc_peer_nc_iio1_rio1_b1_iat0_rat0_ik5_rk7",
    "bumble-sc-jw",
    "bumble-sc-nc",
    "synth-sc-jw-rpa-both",
    "synth-sc-nc-rpa-init-public-resp",
  ])
    await replays(name, "responder");
});

test("SM/PER/SCJW/BV-02-C: three pairings each, nonces unique, with every capability that is not a passkey", async () => {
  for (const central of IO)
    for (const peripheral of IO) {
      const { peripheral: result } = await (await duoOf({ central, peripheral })).pair();
      if (result.method !== "passkey") await noncesDiffer({ central, peripheral }, "b", 3);
    }
});

test("SM/PER/SCJW/BV-03-C: reserved bits of the request are ignored, those of our response are 0", async () => {
  await ignoresReservedBits(JUST_WORKS, "b");
  await ignoresReservedBits(COMPARISON, "b");
});

test("SM/PER/SCJW/BI-02-C: Confirm Value Failed in place of the DHKey Check ends the pairing", () =>
  reportsFailure(JUST_WORKS, "b", 3, "ConfirmValueFailed", 0x04));

test("SM/PER/SCPK/BV-02-C: Passkey Entry as recorded elsewhere, 000000 and 999999 among them", async () => {
  for (const name of [
    "ble_sm_sc_peer_pk_iio0_rio2_b1_iat0_rat0_ik5_rk7",
    "ble_sm_sc_peer_pk_iio2_rio0_b1_iat0_rat0_ik5_rk7",
    "bumble-sc-pk-init-displays",
    "bumble-sc-pk-resp-displays",
    "synth-sc-pk-rpa-000000",
    "synth-sc-pk-rpa-999999",
  ])
    await replays(name, "responder");
});

for (const [central, peripheral] of [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const) {
  test(`SM/PER/SCPK/BV-02-C: keypress notifications go out only if both set the bit (peer ${central}, we ${peripheral})`, async () => {
    const policy = { central: { keypress: central }, peripheral: { keypress: peripheral } };
    const duo = await duoOf({ ...CENTRAL_SHOWS, policy });
    duo.peripheral.person.onEnter = async (entry) => {
      await settle();
      for (const type of [
        "EntryStarted",
        "DigitEntered",
        "DigitErased",
        "Cleared",
        "EntryCompleted",
      ] as const)
        entry.pressed(type);
      return duo.central.person.shown ?? null;
    };
    await duo.pair();
    const sent = duo.sentBy("b").filter((pdu) => pdu.startsWith("0e"));
    const both = central && peripheral;
    assert.deepEqual(sent, both ? ["0e00", "0e01", "0e02", "0e03", "0e04"] : []);
    assert.equal(duo.central.person.heard.length, both ? 5 : 0);
  });
}

test("SM/PER/SCPK/BV-03-C: reserved bits of the request are ignored, those of our response are 0", () =>
  ignoresReservedBits(CENTRAL_SHOWS, "b"));

for (const round of [0, 1, 19]) {
  test(`SM/PER/SCPK/BI-03-C: a wrong Ca in round ${round} is answered with 0x04`, async () => {
    await refusesChanged(CENTRAL_SHOWS, "b", 0x03, "0504", round);
  });
}

for (const [round, [code, reason]] of [...PHASE_1, [0x01, "PasskeyEntryFailed"] as const].entries()) {
  test(`SM/PER/SCPK/BI-04-C round ${round + 1}: ${reason} is reported`, () =>
    reportsFailure(CENTRAL_SHOWS, "b", reason === "PasskeyEntryFailed" ? 2 : 1, reason, code));
}

test("SM/PER/SCPK/BI-05-C: a peer with another passkey is answered with 0x04", async () => {
  const duo = await differentPasskeys(BOTH_TYPE);
  assert.equal(duo.sentBy("b").at(-1), "0504");
  const shows = await differentPasskeys(PERIPHERAL_SHOWS);
  assert.equal(shows.sentBy("b").at(-1), "0504");
});

for (const [name, central, peripheral] of [
  ["{1,1}", true, true],
  ["{1,0}", true, false],
  ["{0,1}", false, true],
] as const) {
  test(`SM/PER/SCOB/BV-02-C: OOB flags ${name}`, async () => {
    const { peripheral: result } = await (
      await duoOf({ ...JUST_WORKS, oob: { central, peripheral } })
    ).pair();
    assert.deepEqual([result.method, result.authenticated, result.level], ["oob", true, "secure"]);
  });
}

test("SM/PER/SCOB/BV-02-C: as recorded elsewhere", async () => {
  for (const name of [
    "bumble-sc-oob-both",
    "bumble-sc-oob-init-only-has-peer-data",
    "bumble-sc-oob-resp-only-has-peer-data",
  ])
    await replays(name, "responder");
});

test("SM/PER/SCOB/BV-03-C: reserved bits of the request are ignored, those of our response are 0", () =>
  ignoresReservedBits(OOB, "b"));

for (const [round, [code, reason]] of [...PHASE_1, [0x02, "OobNotAvailable"] as const].entries()) {
  test(`SM/PER/SCOB/BI-02-C round ${round + 1}: ${reason} is reported`, () =>
    reportsFailure(OOB, "b", reason === "OobNotAvailable" ? 2 : 1, reason, code));
}

test("SM/PER/SCOB/BI-03-C: OOB data of another key is answered with 0x04 after the random value", async () => {
  const [own, other] = [await OobData.create(nodeCrypto), await OobData.create(nodeCrypto)];
  const policy = { ioCapability: "NoInputNoOutput" } as const;
  const duo = new Duo({
    central: { policy, settings: { oob: { own } } },
    peripheral: { policy, settings: { oob: { peer: carried(other) } } },
  });
  await duo.fail();
  assert.equal(duo.sentBy("b").at(-1), "0504");
  assert.equal(duo.sentBy("a").at(-1)?.slice(0, 2), "04");
});

test("SM/PER/KDU/BV-08-C: Secure Connections, only IRK and identity address are distributed", async () => {
  const duo = await duoOf(JUST_WORKS);
  await duo.pair();
  const sent = duo.sentBy("b").filter((pdu) => /^0[6-9a]/.test(pdu));
  assert.deepEqual(
    sent.map((pdu) => pdu.slice(0, 2)),
    ["08", "09"],
  );
});

test("SM/PER/KDU/BI-03-C: Pairing Failed 0x0F in place of the peer's keys is reported, and no half bond is kept", async () => {
  for (const code of [0x08, 0x09]) {
    const duo = await duoOf(JUST_WORKS);
    duo.channel.tamper = (pdu, from) => [from === "a" && pdu[0] === code ? fromHex("050f") : pdu];
    await duo.central.manager.pair().catch(() => {});
    await settle();
    const event = duo.peripheral.events.at(-1);
    assert(event?.kind === "pairing-failed" && event.error instanceof PairingError);
    assert.deepEqual([event.error.reason, event.error.by], ["KeyRejected", "peer"]);
    assert.deepEqual(duo.peripheral.store.puts, []);
  }
});

test("SM/PER/PIS/BV-01-C: our Security Request with MITM makes an unbonded central pair", async () => {
  const duo = await duoOf({ ...COMPARISON, policy: { peripheral: { mitm: "required" } } });
  const security = await duo.peripheral.manager.requestSecurity();
  assert.equal(duo.sentBy("b")[0], "0b0d");
  assert.equal(security.level, "secure");
});

test("SM/PER/PIS/BV-02-C: bonded, our Security Request makes the central encrypt with the stored key", async () => {
  const duo = await duoOf(COMPARISON);
  const { peripheral } = await duo.pair();
  const again = duo.reconnect();
  const security = await again.peripheral.manager.requestSecurity();
  assert.deepEqual(security.bond, peripheral.bond);
  await settle();
  assert.deepEqual(again.channel.log, ["b:0b0d"]);
  assert.deepEqual(again.central.told, ["encrypted"]);
  assert.equal(again.clock.pending, 0);
});

test("SM/PER/PIS: a central that does not answer our Security Request for 30 s ends SMP on this link", async () => {
  const duo = await duoOf(COMPARISON);
  duo.channel.tamper = () => [];
  const rejected = assert.rejects(duo.peripheral.manager.requestSecurity(), { name: "PairingTimeout" });
  await duo.clock.advance(30_000);
  await rejected;
  await assert.rejects(duo.peripheral.manager.requestSecurity(), { obstacle: "timed-out" });
});
