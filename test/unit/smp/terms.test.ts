/** What a person is told before keys are exchanged, and which pairing each question belongs to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PairingError } from "../../../hci/smp/errors.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Kind } from "../../support/smp/cases.ts";
import { BOTH_TYPE, CENTRAL_SHOWS, COMPARISON, duoOf, JUST_WORKS } from "../../support/smp/cases.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";

const KINDS: readonly (readonly [string, Kind, string, boolean])[] = [
  ["Just Works", JUST_WORKS, "just-works", true],
  ["Numeric Comparison", COMPARISON, "numeric-comparison", true],
  ["a passkey that the central shows", CENTRAL_SHOWS, "passkey", true],
  ["a passkey that both type", BOTH_TYPE, "passkey", true],
  ["legacy Just Works", { ...JUST_WORKS, legacy: true }, "just-works", false],
  ["legacy passkey", { ...CENTRAL_SHOWS, legacy: true }, "passkey", false],
];

for (const [name, kind, method, secureConnections] of KINDS) {
  test(`${name}: both persons hear the method and what the peer says of itself`, async () => {
    const duo = await duoOf(kind);
    await duo.pair();
    const ours = duo.central.person.terms[0];
    const theirs = duo.peripheral.person.proposals[0]?.terms;
    assert.deepEqual(
      [ours?.role, ours?.method.kind, ours?.secureConnections],
      ["initiator", method, secureConnections],
    );
    assert.deepEqual([theirs?.role, theirs?.method.kind], ["responder", method]);
    assert.equal(ours?.peerOffers.ioCapability, kind.peripheral);
    assert.equal(theirs?.peerOffers.ioCapability, kind.central);
  });
}

test("Who does not agree ends the pairing with 0x03 before a public key goes out, and need not wait", async () => {
  const duo = await duoOf(JUST_WORKS);
  duo.central.person.onAgree = () => false;
  const error = await duo.fail();
  assert(error instanceof PairingError);
  assert.deepEqual([error.reason, error.by], ["AuthenticationRequirements", "local"]);
  assert.deepEqual(
    duo.sentBy("a").map((pdu) => pdu.slice(0, 2)),
    ["01", "05"],
  );
  duo.central.person.onAgree = () => true;
  await duo.pair();
});

test("A question about the terms that fails counts as no", async () => {
  const duo = await duoOf(JUST_WORKS);
  duo.central.person.onAgree = () => Promise.reject(new Error("asked to fail"));
  const error = await duo.fail();
  assert(error instanceof PairingError);
  assert.equal(error.reason, "AuthenticationRequirements");
});

test("A peer that goes on before the person agreed ends the pairing with 0x08", async () => {
  const scripted = new Scripted("central");
  scripted.side.person.onAgree = () => new Promise(() => {});
  scripted.side.manager.pair().catch(() => {});
  await settle();
  await scripted.receive("02030009100303");
  await scripted.receive(`03${"11".repeat(16)}`);
  assert.equal(scripted.last, "0508");
});

test("Every question says which peer it is about and how long the pairing still lives", async () => {
  const scripted = new Scripted("central");
  scripted.side.person.onAgree = () => new Promise(() => {});
  const paired = scripted.side.manager.pair();
  paired.catch(() => {});
  await scripted.side.clock.advance(4000);
  await scripted.receive("02030009100303");
  const [about] = scripted.side.person.abouts;
  assert.deepEqual(about?.peer, scripted.side.link.peerAddress);
  assert.equal(about?.remainingMs(), 26_000, "counted from the Pairing Request, not from the question");
  await scripted.side.clock.advance(26_000);
  assert.equal(about?.remainingMs(), 0);
  await assert.rejects(paired);

  const duo = await duoOf(COMPARISON);
  await duo.pair();
  await settle();
  const peers = (side: typeof duo.central): unknown[] => side.person.abouts.map(({ peer }) => peer);
  assert.deepEqual(peers(duo.central), [PERIPHERAL_ADDRESS, PERIPHERAL_ADDRESS]);
  assert.deepEqual(peers(duo.peripheral), [CENTRAL_ADDRESS, CENTRAL_ADDRESS]);
});
