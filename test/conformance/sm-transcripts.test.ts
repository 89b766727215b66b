/**
 * Every recorded pairing of `test/vectors`, played by our side in each role that the recording allows. The Secure
 * Connections runs of NimBLE hold the private key of one side only, the others can be played from both.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, reversed, toHex } from "../../hci/codec/bytes.ts";
import type { PairingResult } from "../../hci/smp/bonding.ts";
import type { Replay as ReplayType, Role, Transcript } from "../support/smp/transcript.ts";
import { Replay } from "../support/smp/transcript.ts";
import negative from "../vectors/negative.json" with { type: "json" };
import legacy from "../vectors/transcripts-legacy.json" with { type: "json" };
import secureConnections from "../vectors/transcripts-sc.json" with { type: "json" };

const all: readonly Transcript[] = [...secureConnections.transcripts, ...legacy.transcripts];
const ROLES: readonly Role[] = ["initiator", "responder"];

function rolesOf(transcript: Transcript): readonly Role[] {
  return ROLES.filter((name) => transcript.roles.includes(name));
}

/** Our side neither sends nor takes a CSRK: what is left of a recording without it is ours to repeat in full. */
function withoutSigning(transcript: Transcript): Transcript {
  return { ...transcript, pdus: transcript.pdus.filter((item) => item.pdu?.startsWith("0a") !== true) };
}

function methodName({ mode, method }: Transcript): string {
  const names: Readonly<Record<string, string>> = {
    jw: "just-works",
    nc: "numeric-comparison",
    passkey: "passkey",
    oob: "oob",
  };
  return mode === "sc" ? (names[method] ?? "") : `legacy-${names[method] ?? ""}`;
}

/** What the peer sent with this code, in the specification's order. */
function fromPeer(transcript: Transcript, role: Role, code: string): string | undefined {
  const peer = role === "initiator" ? "R" : "I";
  const found = transcript.pdus.find((item) => item.from === peer && item.pdu?.startsWith(code) === true);
  return found?.pdu === undefined ? undefined : toHex(reversed(fromHex(found.pdu.slice(2))));
}

function resultOf({ scripted }: ReplayType): PairingResult {
  const [event] = scripted.side.events;
  assert(event?.kind === "paired", `paired, not ${event?.kind}`);
  return event.result;
}

function checkBond(transcript: Transcript, role: Role, result: PairingResult): void {
  const { bond } = result;
  assert(bond !== null);
  assert.equal(bond.method, methodName(transcript));
  const irk = fromPeer(transcript, role, "08");
  assert.equal(bond.irk === null ? undefined : toHex(bond.irk), irk);
  const identity = fromPeer(transcript, role, "09");
  if (identity !== undefined) assert.equal(toHex(bond.peer.octets), identity.slice(0, 12));
  if (transcript.mode === "legacy") {
    assert.equal(toHex(bond.asCentral?.value ?? new Uint8Array()), fromPeer(transcript, role, "06"));
    assert.equal(
      toHex(bond.asCentral?.rand ?? new Uint8Array()),
      fromPeer(transcript, role, "07")?.slice(0, 16),
    );
  } else {
    const key = transcript.pdus.find((item) => item.event === "encrypt")?.key_wire ?? "";
    assert.equal(toHex(bond.asCentral?.value ?? new Uint8Array()), toHex(reversed(fromHex(key))));
    assert.deepEqual(bond.asCentral, bond.asPeripheral);
  }
}

for (const original of all) {
  const transcript = withoutSigning(original);
  for (const role of rolesOf(transcript)) {
    test(`${transcript.name} as ${role}: every PDU, the key and the bond are as recorded`, async () => {
      const replay = new Replay(transcript, role, "as recorded");
      await replay.start();
      await replay.play();
      assert.deepEqual(replay.crypto.unused, [], "every recorded random value was used");
      const { person } = replay.scripted.side;
      if (transcript.secrets.numeric_comparison !== undefined)
        assert.equal(person.compared, transcript.secrets.numeric_comparison);
      if (person.shown !== undefined) assert.equal(person.shown, transcript.secrets.passkey);
      // Computed recordings stop where the link is encrypted; the key was compared there
      if (transcript.name.startsWith("synth")) {
        assert(replay.scripted.link.encrypted);
        return;
      }
      const result = resultOf(replay);
      assert.equal(result.authenticated, transcript.authenticated);
      assert.equal(result.secureConnections, transcript.mode === "sc");
      assert.equal(result.keySize, transcript.key_size);
      checkBond(transcript, role, result);
    });
  }
}

/** Of `transcripts-sc.json` those that our default policy repeats with nothing relaxed. */
const DEFAULT = all.filter(({ mode, policy_overrides }) => mode === "sc" && policy_overrides.length === 0);

for (const transcript of DEFAULT) {
  for (const role of rolesOf(transcript)) {
    test(`${transcript.name} as ${role}: the default policy sends just the recorded features`, async () => {
      const replay = new Replay(transcript, role, "default policy");
      await replay.start();
      await replay.play();
      assert(replay.scripted.link.encrypted);
    });
  }
}

for (const transcript of all.filter(({ policy_overrides: relaxed }) => relaxed.includes("legacy"))) {
  for (const role of rolesOf(transcript)) {
    test(`${transcript.name} as ${role}: the default policy refuses legacy pairing with 0x03`, async () => {
      const replay = new Replay({ ...transcript, policy_overrides: [] }, role, "as recorded");
      const refusal = transcript.key_size === 7 ? "0506" : "0503";
      await replay.start();
      await replay.scripted.receive(transcript.pdus[role === "initiator" ? 1 : 0]?.pdu ?? "");
      assert.deepEqual(replay.scripted.sent.slice(role === "initiator" ? 1 : 0), [refusal]);
      assert.deepEqual(replay.scripted.side.person.asked, [], "nobody is asked about what is refused");
    });
  }
}

for (const transcript of all.filter(({ pdus }) => pdus.some((item) => item.pdu?.startsWith("0a")))) {
  for (const role of rolesOf(transcript)) {
    const peer = role === "initiator" ? "R" : "I";
    const at = transcript.pdus.findIndex((item) => item.from === peer && item.pdu?.startsWith("0a"));
    if (at < 0) continue;
    test(`${transcript.name} as ${role}: B9 a CSRK is refused, or comes too late to be looked at`, async () => {
      const own = role === "initiator" ? "I" : "R";
      const isOwnSigning = (item: Transcript["pdus"][number]): boolean =>
        item.from === own && item.pdu?.startsWith("0a") === true;
      const played = {
        ...transcript,
        pdus: transcript.pdus.slice(0, at + 1).filter((item) => !isOwnSigning(item)),
      };
      const replay = new Replay(played, role, "as recorded");
      await replay.start();
      await replay.play().catch((error: unknown) => {
        assert(error instanceof assert.AssertionError && error.message.startsWith("nothing was sent"));
      });
      const { sent, side } = replay.scripted;
      // As responder of Secure Connections we were done before it came
      if (transcript.mode === "sc" && role === "responder") assert.deepEqual(side.told, ["paired"]);
      else {
        assert.equal(sent.at(-1), "0508");
        assert.deepEqual(side.store.puts, []);
      }
      assert(!sent.some((pdu) => pdu.startsWith("0a")));
    });
  }
}

interface MustFail {
  readonly role: string;
  readonly at: number;
  readonly expect_tx: string | null;
}

/** Their notes say so: the responder's random value is not in the log, its confirm value cannot be repeated. */
const LAST_PDU_ONLY = /-both-input-wrong$/;

for (const transcript of negative.transcripts) {
  const failures: readonly MustFail[] = transcript.must_fail;
  for (const { role: name, at, expect_tx } of failures) {
    const role: Role = name === "initiator" ? "initiator" : "responder";
    test(`${transcript.name} as ${role}: ends with ${expect_tx ?? "nothing sent"}`, async () => {
      const replay = new Replay(transcript, role, "as recorded");
      await replay.start();
      if (LAST_PDU_ONLY.test(transcript.name) && role === "responder") {
        for (const item of transcript.pdus.slice(0, at))
          if (item.from === "I") await replay.scripted.receive(item.pdu);
      } else {
        await replay.play(at);
      }
      const before = replay.scripted.sent.length;
      await replay.scripted.receive(transcript.pdus[at]?.pdu ?? "");
      assert.deepEqual(replay.scripted.sent.slice(before), expect_tx === null ? [] : [expect_tx]);
      assert.deepEqual(replay.scripted.side.told, ["pairing-failed"]);
      assert.deepEqual(replay.scripted.side.store.puts, []);
      assert.deepEqual(replay.scripted.link.keys, [], "no key reached the controller");
    });
  }
}
