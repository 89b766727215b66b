/** What the peer may say while no pairing is under way, and what one wrong PDU outside of it does: nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scripted } from "../../support/smp/scripted.ts";
import negative from "../../vectors/negative.json" with { type: "json" };

for (const { to, rx, expect_tx, why } of negative.pdus) {
  const roles = to === "any" ? (["central", "peripheral"] as const) : (["peripheral"] as const);
  for (const role of roles) {
    test(`${rx === "" ? "A PDU without octets" : rx} to an idle ${role}: ${why}`, async () => {
      const scripted = new Scripted(role);
      await scripted.receive(rx);
      const [first] = expect_tx;
      assert.deepEqual(scripted.sent, first === undefined ? [] : [first]);
      assert.deepEqual(scripted.side.store.puts, []);
      assert.equal(scripted.side.clock.pending, 0, "nothing is left running");
    });
  }
}

const IGNORED: readonly string[] = [
  "02030009100303",
  `03${"11".repeat(16)}`,
  `04${"22".repeat(16)}`,
  "0508",
  "05",
  "05ff00",
  `06${"33".repeat(16)}`,
  `07${"44".repeat(10)}`,
  `08${"55".repeat(16)}`,
  "0900c0c1c2c3c4c5",
  `0a${"66".repeat(16)}`,
  `0c${"77".repeat(64)}`,
  `0d${"88".repeat(16)}`,
  "0e00",
  "00",
  "0f00",
  "ff",
];

for (const role of ["central", "peripheral"] as const) {
  test(`KEYS-IN-CLEAR, UNEXPECTED-PUBKEY: an idle ${role} ignores everything that begins nothing`, async () => {
    const scripted = new Scripted(role);
    for (const pdu of IGNORED) await scripted.receive(pdu);
    assert.deepEqual(scripted.sent, []);
    assert.deepEqual(scripted.side.events, []);
    assert.deepEqual(scripted.side.store.puts, []);
  });
}

test("A central does not answer a Pairing Request: 0x07", async () => {
  const scripted = new Scripted("central");
  await scripted.receive("01030009100303");
  assert.deepEqual(scripted.sent, ["0507"]);
});

test("A Security Request of a wrong length is answered with 0x0A and starts nothing", async () => {
  for (const pdu of ["0b", "0b0d00"]) {
    const scripted = new Scripted("central");
    await scripted.receive(pdu);
    assert.deepEqual(scripted.sent, ["050a"]);
    assert.deepEqual(scripted.side.person.asked, []);
  }
});

test("A Pairing Request of every wrong length is answered with 0x0A, once each", async () => {
  const full = "01030009100303";
  for (let length = 1; length <= 9; length++) {
    if (length === 7) continue;
    const scripted = new Scripted("peripheral");
    await scripted.receive(full.padEnd(18, "0").slice(0, 2 * length));
    assert.deepEqual(scripted.sent, ["050a"], `${length} octets`);
  }
});

test("A reserved IO capability or OOB flag is answered with 0x0A", async () => {
  for (const pdu of ["01050009100303", "01ff0009100303", "01030209100303"]) {
    const scripted = new Scripted("peripheral");
    await scripted.receive(pdu);
    assert.deepEqual(scripted.sent, ["050a"]);
  }
});

test("A peripheral that is not pairable answers 0x05 and asks nobody", async () => {
  const scripted = new Scripted("peripheral", { policy: { pairable: false } });
  await scripted.receive("01030009100303");
  assert.deepEqual(scripted.sent, ["0505"]);
  assert.deepEqual(scripted.side.person.asked, []);
});

test("A person who does not want to pair: 0x05, and no second Pairing Failed when the peer fails too", async () => {
  const scripted = new Scripted("peripheral");
  scripted.side.person.onAccept = () => false;
  await scripted.receive("01030009100303");
  await scripted.receive("0508");
  assert.deepEqual(scripted.sent, ["0505"]);
});

test("A question to a person that breaks counts as no", async () => {
  const scripted = new Scripted("peripheral");
  scripted.side.person.onAccept = () => Promise.reject(new Error("the window is gone"));
  await scripted.receive("01030009100303");
  assert.deepEqual(scripted.sent, ["0505"]);
});

test("A Security Request from an unbonded peer, where pairing is off: 0x05, and nobody is asked", async () => {
  const scripted = new Scripted("central", { policy: { pairable: false } });
  await scripted.receive("0b0d");
  assert.deepEqual(scripted.sent, ["0505"]);
  assert.deepEqual(scripted.side.person.asked, []);
});

test("A9 a Security Request inside the wait after a failure: 0x09, and nobody is asked", async () => {
  const scripted = new Scripted("central");
  scripted.side.backoff.failed(scripted.link.peerAddress);
  await scripted.receive("0b0d");
  assert.deepEqual(scripted.sent, ["0509"]);
  assert.deepEqual(scripted.side.person.asked, []);
});
