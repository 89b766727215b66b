/** A4: every command, at every moment of every method, in both roles. What is not expected now ends the pairing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { IoCapability } from "../../../hci/smp/pdus.ts";
import { SMP_PDUS } from "../../../hci/smp/pdus.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import type { OobMaterial } from "../../../hci/smp/oob.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import type { DuoOptions } from "../../support/smp/duo.ts";
import { Duo } from "../../support/smp/duo.ts";
import { legacyOnly } from "../../support/smp/legacy-only.ts";
import type { Side } from "../../support/smp/side.ts";

interface Method {
  readonly name: string;
  readonly central: IoCapability;
  readonly peripheral: IoCapability;
  readonly legacy?: boolean;
  readonly oob?: boolean;
}

const METHODS: readonly Method[] = [
  { name: "Just Works", central: "NoInputNoOutput", peripheral: "NoInputNoOutput" },
  { name: "Numeric Comparison", central: "DisplayYesNo", peripheral: "DisplayYesNo" },
  { name: "Passkey, central shows", central: "DisplayOnly", peripheral: "KeyboardOnly" },
  { name: "Passkey, peripheral shows", central: "KeyboardOnly", peripheral: "DisplayOnly" },
  { name: "OOB", central: "NoInputNoOutput", peripheral: "NoInputNoOutput", oob: true },
  { name: "legacy Just Works", central: "NoInputNoOutput", peripheral: "NoInputNoOutput", legacy: true },
  { name: "legacy Passkey", central: "KeyboardOnly", peripheral: "DisplayOnly", legacy: true },
];

async function duoFor({ central, peripheral, legacy = false, oob = false }: Method): Promise<Duo> {
  const [a, b] = oob ? [await OobData.create(nodeCrypto), await OobData.create(nodeCrypto)] : [];
  const material = (own?: OobData, peer?: OobData): OobMaterial => ({
    ...(own === undefined ? {} : { own }),
    ...(peer === undefined ? {} : { peer: { confirm: peer.confirm, random: peer.random } }),
  });
  const features = legacy ? { features: legacyOnly } : {};
  const options: DuoOptions = {
    central: { policy: { ioCapability: central, legacy }, settings: { oob: material(a, b), ...features } },
    peripheral: { policy: { ioCapability: peripheral, legacy }, settings: { oob: material(b, a) } },
  };
  return new Duo(options);
}

/** One PDU of each kind with the right length, then reserved codes. */
const COMMANDS: readonly string[] = [
  "01030009100303",
  "02030009100303",
  `03${"11".repeat(16)}`,
  `04${"22".repeat(16)}`,
  "0508",
  `06${"33".repeat(16)}`,
  `07${"44".repeat(10)}`,
  `08${"55".repeat(16)}`,
  "0900c0c1c2c3c4c5",
  `0a${"66".repeat(16)}`,
  "0b0d",
  `0c${"77".repeat(64)}`,
  `0d${"88".repeat(16)}`,
  "0e00",
];
const RESERVED: readonly string[] = ["00", "0f00", "10", "80ff", `ff${"00".repeat(64)}`];

type Outcome = "failed by us" | "failed by the peer" | "goes on";

interface Run {
  readonly us: Side;
  readonly failures: readonly string[];
}

/** Delivers `injected` in place of the PDU number `index` of the peer, or before it when it is to be ignored. */
async function runWith(
  method: Method,
  us: "a" | "b",
  index: number,
  injected: string,
  instead: boolean,
): Promise<Run> {
  const duo = await duoFor(method);
  let seen = 0;
  duo.channel.tamper = (pdu, from) => {
    if (from === us || seen++ !== index) return [pdu];
    return instead ? [fromHex(injected)] : [fromHex(injected), pdu];
  };
  duo.central.manager.pair().catch(() => {});
  await settle();
  await settle();
  const failures = duo.sentBy(us).filter((pdu) => pdu.startsWith("05"));
  return { us: us === "a" ? duo.central : duo.peripheral, failures };
}

/** What the rules say about `injected` where `expected` is due. */
function rule(
  injected: string,
  expected: string,
  us: "a" | "b",
): { readonly outcome: Outcome; readonly sent?: string } {
  const [code, due] = [injected.slice(0, 2), expected.slice(0, 2)];
  if (code === "05") return { outcome: "failed by the peer" };
  if (code === "0b" && us === "a") return { outcome: "goes on" };
  if (code === due) return { outcome: "failed by us", sent: "050a" };
  return { outcome: "failed by us", sent: "0508" };
}

async function check(
  method: Method,
  us: "a" | "b",
  index: number,
  injected: string,
  expected: string,
): Promise<void> {
  const what = `${method.name} ${us} PDU ${index}: ${injected.slice(0, 8)} for ${expected.slice(0, 2)}`;
  const known =
    Number.parseInt(injected.slice(0, 2), 16) >= 1 && Number.parseInt(injected.slice(0, 2), 16) <= 0x0e;
  const { outcome, sent } = known
    ? rule(injected, expected, us)
    : { outcome: "goes on" as const, sent: undefined };
  const run = await runWith(method, us, index, injected, outcome !== "goes on");
  assert.deepEqual(run.failures, sent === undefined ? [] : [sent], what);
  assert.deepEqual(run.us.told, [outcome === "goes on" ? "paired" : "pairing-failed"], what);
  if (outcome !== "goes on") {
    assert.deepEqual(run.us.store.puts, [], `${what}: nothing is stored`);
    assert.equal(run.us.manager.security, null, what);
  }
  for (const abort of run.us.person.aborts) assert(abort.aborted, `${what}: every dialog is closed`);
}

/** The moments that differ: of the twenty rounds of a passkey the first, the second and the last. */
function moments(count: number): readonly number[] {
  const all = [...Array(count).keys()];
  return count < 20 ? all : all.filter((index) => index < 6 || index > count - 7);
}

for (const method of METHODS) {
  for (const us of ["a", "b"] as const) {
    const role = us === "a" ? "initiator" : "responder";
    test(`A4 ${method.name} as ${role}: every command at every moment`, async () => {
      const pattern = await duoFor(method);
      await pattern.pair();
      const peerPdus = pattern.sentBy(us === "a" ? "b" : "a");
      // The Pairing Request itself arrives outside of a pairing: see idle.test.ts
      for (const index of moments(peerPdus.length).slice(us === "a" ? 0 : 1)) {
        const expected = peerPdus[index] ?? "";
        for (const injected of [...COMMANDS, ...RESERVED, ""]) {
          if (injected.slice(0, 2) === expected.slice(0, 2)) continue;
          await check(method, us, index, injected, expected);
        }
      }
    });

    test(`A4 ${method.name} as ${role}: every PDU one octet too short, one too long, and as a bare code`, async () => {
      const pattern = await duoFor(method);
      await pattern.pair();
      const peerPdus = pattern.sentBy(us === "a" ? "b" : "a");
      for (const index of moments(peerPdus.length).slice(us === "a" ? 0 : 1)) {
        const expected = peerPdus[index] ?? "";
        for (const injected of [expected.slice(0, -2), `${expected}00`, expected.slice(0, 2)])
          await check(method, us, index, injected, expected);
      }
    });
  }
}

test("The commands above are all that exist, each of its own length", () => {
  assert.deepEqual(
    COMMANDS.map((pdu) => Number.parseInt(pdu.slice(0, 2), 16)),
    SMP_PDUS.map(({ opcode }) => opcode),
  );
  for (const [index, { fields }] of SMP_PDUS.entries())
    assert.equal(
      fromHex(COMMANDS[index] ?? "").length,
      1 + (fields.size ?? -1),
      toHex(fromHex(COMMANDS[index] ?? "")),
    );
});
