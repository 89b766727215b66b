/** SM.TS, the Security Manager as responder, LE legacy pairing: PROT, JW, PKE, OOB, EKS and KDU. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../hci/codec/bytes.ts";
import { PairingError } from "../../hci/smp/errors.ts";
import type { Kind } from "../support/smp/cases.ts";
import {
  BOTH_TYPE,
  CENTRAL_SHOWS,
  differentPasskeys,
  duoOf,
  ignoresReservedBits,
  JUST_WORKS,
  noncesDiffer,
  reconnects,
  refusesChanged,
  replays,
  smallKeys,
} from "../support/smp/cases.ts";
import { Duo } from "../support/smp/duo.ts";
import { settle } from "../support/manual-clock.ts";
import { Scripted } from "../support/smp/scripted.ts";

const LEGACY_JUST_WORKS: Kind = { ...JUST_WORKS, legacy: true };
const LEGACY_PASSKEY: Kind = { ...CENTRAL_SHOWS, legacy: true };
const SAME_KEY = { central: 5, peripheral: 5 };

test("SM/PER/PROT/BV-02-C: no confirm value for 30 s after our response is reported, a late one ignored", async () => {
  const scripted = new Scripted("peripheral", { policy: { legacy: true } });
  await scripted.receive("01030001100303");
  await scripted.side.clock.advance(30_000);
  const [event] = scripted.side.events;
  assert(event?.kind === "pairing-failed" && event.error.name === "PairingTimeout");
  await scripted.receive(`03${"11".repeat(16)}`, "01030001100303");
  assert.equal(scripted.sent.length, 1, "the response and no more");
});

test("SM/PER/JW/BV-02-C: legacy Just Works as responder", async () => {
  for (const name of [
    "bumble-lgcy-jw",
    "ble_sm_lgcy_peer_jw_iio4_rio3_b1_iat0_rat0_ik7_rk7",
    "ble_sm_lgcy_us_jw_iio3_rio3_b1_iat0_rat1_ik7_rk5",
  ])
    await replays(name, "responder");
});

test("SM/PER/JW/BI-02-C: a wrong LP_CONFIRM_I is answered with 0x04 after the random value", async () => {
  const duo = await refusesChanged(LEGACY_JUST_WORKS, "b", 0x03, "0504");
  assert.deepEqual(
    duo.sentBy("b").map((pdu) => pdu.slice(0, 2)),
    ["02", "03", "05"],
  );
  assert.equal(duo.sentBy("a").at(-1)?.slice(0, 2), "04");
});

test("SM/PER/JW/BI-03-C: reserved bits of the request are ignored, those of our response are 0", () =>
  ignoresReservedBits(LEGACY_JUST_WORKS, "b"));

test("SM/PER/PKE/BV-02-C: legacy Passkey Entry as responder", async () => {
  for (const name of [
    "bumble-lgcy-pk-init-displays",
    "bumble-lgcy-pk-resp-displays",
    "synth-lgcy-pk-019655-rpa",
  ])
    await replays(name, "responder");
});

test("SM/PER/PKE/BV-06-C: to a peer without input, output and MITM our response has MITM = 0", async () => {
  const scripted = new Scripted("peripheral", { policy: { legacy: true, ioCapability: "KeyboardDisplay" } });
  await scripted.receive("01030001100303");
  assert.equal(Number.parseInt(scripted.last?.slice(6, 8) ?? "ff", 16) & 0x04, 0);
});

test("SM/PER/PKE/BV-06-C: and where MITM is required, Pairing Failed 0x03", async () => {
  const scripted = new Scripted("peripheral", { policy: { legacy: true, mitm: "required" } });
  await scripted.receive("01030001100303");
  assert.deepEqual(scripted.sent, ["0503"]);
});

test("SM/PER/PKE/BI-03-C: different passkeys are detected", async () => {
  const duo = await differentPasskeys({ ...BOTH_TYPE, legacy: true });
  assert.equal(duo.sentBy("b").at(-1), "0504");
});

test("SM/PER/OOB/BV-02-C: both hold OOB data", async () => {
  await replays("ble_sm_lgcy_us_ob_iio3_rio3_b1_iat0_rat0_ik7_rk7", "responder");
});

test("SM/PER/OOB/BV-11-C: our random value is another each time", () =>
  noncesDiffer({ ...LEGACY_JUST_WORKS, tk: SAME_KEY }, "b", 5));

for (const [id, who, mitm, method] of [
  ["04", "peripheral", true, "legacy-passkey"],
  ["06", "central", true, "legacy-passkey"],
  ["08", "central", false, "legacy-just-works"],
  ["10", "peripheral", false, "legacy-just-works"],
] as const) {
  test(`SM/PER/OOB/BV-${id}-C: OOB data at the ${who} alone gives ${method}`, async () => {
    const wish = { mitm: mitm ? "required" : "off" } as const;
    const policy = { central: wish, peripheral: wish };
    const duo = await duoOf({ ...LEGACY_PASSKEY, tk: { [who]: 5 }, policy });
    const { peripheral } = await duo.pair();
    assert.deepEqual([peripheral.method, peripheral.authenticated], [method, mitm]);
  });
}

test("SM/PER/OOB/BI-02-C: different OOB data is detected", async () => {
  const duo = await duoOf({ ...LEGACY_JUST_WORKS, tk: { central: 5, peripheral: 6 } });
  await duo.fail();
  assert.equal(duo.sentBy("b").at(-1), "0504");
});

test("SM/PER/EKS/BV-02-C: the peer's key size equal to our minimum pairs and reconnects", async () => {
  for (let size = 7; size <= 16; size++) {
    const policy = { ioCapability: "NoInputNoOutput", legacy: true, minimumKeySize: size } as const;
    const sides = { central: { policy, settings: { features: smallKeys(size) } }, peripheral: { policy } };
    const duo = new Duo(sides);
    const { peripheral } = await duo.pair();
    assert.equal(peripheral.keySize, size);
    const again = await reconnects(duo, { central: { policy }, peripheral: { policy } });
    assert.equal(again.peripheral.manager.security?.keySize, size);
  }
  await replays("synth-lgcy-jw-keysize7", "responder");
  await replays("synth-sc-jw-keysize7", "responder");
});

test("SM/PER/EKS/BI-02-C: one octet less than our minimum is refused with 0x06", async () => {
  for (let minimumKeySize = 8; minimumKeySize <= 16; minimumKeySize++) {
    const scripted = new Scripted("peripheral", { policy: { legacy: true, minimumKeySize } });
    await scripted.receive(`01030001${(minimumKeySize - 1).toString(16).padStart(2, "0")}0303`);
    assert.deepEqual(scripted.sent, ["0506"]);
  }
});

for (const [id, keys, codes] of [
  ["01", { encKey: true, idKey: false }, ["06", "07"]],
  ["02", { encKey: false, idKey: true }, ["08", "09"]],
] as const) {
  test(`SM/PER/KDU/BV-${id}-C: legacy, only ${codes.join(" and ")} are distributed`, async () => {
    const duo = await duoOf({
      ...LEGACY_JUST_WORKS,
      policy: { peripheral: { ownKeys: keys, peerKeys: keys } },
    });
    await duo.pair();
    const sent = duo.sentBy("b").filter((pdu) => /^0[6-9a]/.test(pdu));
    assert.deepEqual(
      sent.map((pdu) => pdu.slice(0, 2)),
      codes,
    );
  });
}

test("SM/PER/KDU/BV-07-C: an encrypted link is encrypted anew with the distributed LTK", async () => {
  const duo = await duoOf(LEGACY_JUST_WORKS);
  const { central } = await duo.pair();
  await duo.central.manager.encrypt();
  const [stk, ltk] = duo.link.central.keys;
  assert.notDeepEqual(stk?.value, ltk?.value);
  assert.deepEqual(ltk, central.bond?.asCentral);
  assert.equal(duo.peripheral.told.at(-1), "encrypted");
  assert.equal(duo.ended, undefined);
});

test("SM/PER/KDU/BI-02-C: Pairing Failed 0x0F in place of the peer's keys is reported, and no half bond is kept", async () => {
  for (const code of [0x06, 0x07, 0x08, 0x09]) {
    const duo = await duoOf(LEGACY_JUST_WORKS);
    duo.channel.tamper = (pdu, from) => [from === "a" && pdu[0] === code ? fromHex("050f") : pdu];
    await duo.central.manager.pair().catch(() => {});
    await settle();
    const event = duo.peripheral.events.at(-1);
    assert(event?.kind === "pairing-failed" && event.error instanceof PairingError);
    assert.deepEqual([event.error.reason, event.error.by], ["KeyRejected", "peer"]);
    assert.deepEqual(duo.peripheral.store.puts, []);
    assert(!duo.sentBy("b").some((pdu) => pdu.startsWith("05")));
  }
});
