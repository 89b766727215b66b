/** The 30 s rule and the wait after a failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../../hci/smp/backoff.ts";
import { PairingError, PairingTimeout, SecurityBlocked } from "../../../hci/smp/errors.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { Duo } from "../../support/smp/duo.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";
import { address } from "../../support/vectors.ts";

test("The wait is 1 s, doubles to 32 s and never becomes shorter, for one identity", () => {
  const clock = new ManualClock();
  const backoff = new Backoff(clock);
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    backoff.failed(PERIPHERAL_ADDRESS);
    waits.push(backoff.remaining(PERIPHERAL_ADDRESS));
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000, 32_000]);
});

test("A9 who changes the address waits as well: the wait counts globally", async () => {
  const clock = new ManualClock();
  const backoff = new Backoff(clock);
  const stranger = (n: number): typeof CENTRAL_ADDRESS =>
    address(1, `c1:00:00:00:00:${n.toString(16).padStart(2, "0")}`);
  for (let n = 0; n < 6; n++) backoff.failed(stranger(n));
  assert.equal(backoff.remaining(stranger(99)), 32_000);
  await clock.advance(32_000);
  assert.equal(backoff.remaining(stranger(99)), 0);
});

test("70 000 addresses that fail cost the next one no more than the longest wait", async () => {
  const clock = new ManualClock();
  const backoff = new Backoff(clock);
  for (let n = 0; n < 70_000; n++) backoff.failed(address(1, (0xc0_00_00_00_00_00 + n).toString(16)));
  assert.equal(backoff.remaining(PERIPHERAL_ADDRESS), 32_000, "by the global wait");
  await clock.advance(32_000);
  assert.equal(backoff.remaining(PERIPHERAL_ADDRESS), 0);
});

test("What stood before a restart stands after it, and is never made shorter nor longer than 32 s", async () => {
  const before = new Backoff(new ManualClock());
  for (let i = 0; i < 3; i++) before.failed(PERIPHERAL_ADDRESS);
  const clock = new ManualClock();
  await clock.advance(5_000);
  const after = new Backoff(clock);
  after.restore(before.standing);
  assert.deepEqual(after.standing, before.standing);
  assert.equal(after.remaining(PERIPHERAL_ADDRESS), 4_000);
  assert.equal(after.remaining(CENTRAL_ADDRESS), 4_000, "for everybody");
  after.failed(PERIPHERAL_ADDRESS);
  assert.equal(after.remaining(PERIPHERAL_ADDRESS), 8_000, "it goes on where it was");
  after.restore(before.standing);
  assert.equal(after.remaining(PERIPHERAL_ADDRESS), 8_000);
  after.restore([{ peer: null, remainingMs: 1e9, nextMs: 1e9 }]);
  assert.equal(after.remaining(CENTRAL_ADDRESS), 32_000);
});

test("Whoever keeps the waiting times hears of each failure", () => {
  const backoff = new Backoff(new ManualClock());
  let heard = 0;
  backoff.onFailed = () => heard++;
  backoff.failed(PERIPHERAL_ADDRESS);
  backoff.failed(PERIPHERAL_ADDRESS);
  assert.equal(heard, 2);
});

test("SMP-TIMEOUT: after 30 s without Pairing Response the failure is reported and nothing is sent any more", async () => {
  const scripted = new Scripted("central");
  const paired = assert.rejects(scripted.side.manager.pair(), PairingTimeout);
  await scripted.side.clock.advance(29_999);
  assert.deepEqual(scripted.side.events, []);
  await scripted.side.clock.advance(1);
  await paired;
  await scripted.side.clock.advance(10_000);
  await scripted.receive("02030009100303", "0b0d", "01030009100303");
  assert.equal(scripted.sent.length, 1, "the Pairing Request and no more");
  await assert.rejects(scripted.side.manager.pair(), { name: "SecurityBlocked", obstacle: "timed-out" });
  await assert.rejects(scripted.side.manager.encrypt(), SecurityBlocked);
});

test("An answer after 29.9 s counts", async () => {
  const scripted = new Scripted("central");
  scripted.side.manager.pair().catch(() => {});
  await scripted.side.clock.advance(29_900);
  await scripted.receive("02030009100303");
  assert.equal(scripted.sent[1]?.slice(0, 2), "0c");
  await scripted.side.clock.advance(29_900);
  assert.deepEqual(scripted.side.events, [], "each PDU that we send starts the 30 s anew");
});

test("A PDU that is received does not start the 30 s anew", async () => {
  const scripted = new Scripted("peripheral");
  scripted.side.person.onAccept = () => new Promise(() => {});
  await scripted.receive("01030009100303");
  await scripted.side.clock.advance(30_000);
  assert.deepEqual(scripted.sent, [], "no Pairing Failed after a time-out");
  assert.deepEqual(scripted.side.told, ["pairing-failed"]);
  assert(
    scripted.side.person.aborts.every((abort) => abort.aborted),
    "the dialog is closed",
  );
  await scripted.receive("01030009100303");
  assert.deepEqual(scripted.sent, []);
});

test("The person must answer within the 30 s, and an answer after them is ignored", async () => {
  const answer = Promise.withResolvers<boolean>();
  const duo = new Duo({ central: { policy: { ioCapability: "DisplayYesNo" } } });
  duo.peripheral.person.onCompare = () => answer.promise;
  const failed = duo.fail();
  await settle();
  await duo.clock.advance(30_000);
  assert((await failed) instanceof PairingTimeout);
  answer.resolve(true);
  await settle();
  assert.deepEqual(duo.peripheral.store.puts, []);
  assert(
    !duo.channel.log.some((line) => line.slice(2).startsWith("05")),
    "neither side says anything after a time-out",
  );
});

test("A link that ends releases every waiter, closes the dialog and leaves no timer", async () => {
  const scripted = new Scripted("peripheral");
  scripted.side.person.onAccept = () => new Promise(() => {});
  await scripted.receive("01030009100303");
  await scripted.close(new Error("Connection Timeout"));
  assert.deepEqual(scripted.side.told, ["pairing-failed"]);
  assert(scripted.side.person.aborts.every((abort) => abort.aborted));
  assert.equal(scripted.side.clock.pending, 0);
  const central = new Scripted("central");
  const pairing = assert.rejects(central.side.manager.pair(), /Connection Timeout/);
  await settle();
  await central.close(new Error("Connection Timeout"));
  await pairing;
  await assert.rejects(central.side.manager.pair(), { obstacle: "link-closed" });
});

test("A caller who aborts ends the pairing with one Pairing Failed, and needs not wait afterwards", async () => {
  const controller = new AbortController();
  const scripted = new Scripted("central");
  const pairing = scripted.side.manager.pair({}, controller.signal);
  await settle();
  const reason = new Error("the person closed the page");
  controller.abort(reason);
  await assert.rejects(pairing, reason);
  assert.deepEqual(scripted.sent.slice(1), ["0508"]);
  assert.equal(scripted.side.backoff.remaining(PERIPHERAL_ADDRESS), 0);
  assert.equal(scripted.side.clock.pending, 0);
});

test("A caller who has aborted already gets no pairing at all", async () => {
  const scripted = new Scripted("central");
  await assert.rejects(scripted.side.manager.pair({}, AbortSignal.abort(new Error("too late"))), /too late/);
  assert.deepEqual(scripted.sent, []);
});

test("A9 the interval between retries does not decrease, and a peer inside it gets 0x09", async () => {
  const duo = new Duo();
  let wait = 0;
  for (let attempt = 0; attempt < 7; attempt++) {
    const again = duo.reconnect();
    again.channel.tamper = (pdu, from) => {
      if (from === "a" && pdu[0] === 0x0c)
        pdu = Uint8Array.from(pdu, (octet, i) => (i === 40 ? octet ^ 1 : octet));
      return [pdu];
    };
    const error = await again.fail();
    assert(error instanceof PairingError && error.reason === "DhKeyCheckFailed" && error.by === "peer");
    const [central, peripheral] = [again.central, again.peripheral].map((side) =>
      side.backoff.remaining(side.link.peerAddress),
    );
    assert(peripheral !== undefined && peripheral >= wait);
    assert.equal(central, peripheral, "both wait");
    wait = peripheral;
    await assert.rejects(duo.reconnect().central.manager.pair(), {
      obstacle: "repeated-attempts",
      retryAfter: wait,
    });
    const early = new Scripted("peripheral", { backoff: again.peripheral.backoff });
    await early.receive("01030009100303");
    assert.deepEqual(early.sent, ["0509"]);
    await duo.clock.advance(wait);
  }
  assert.equal(wait, 32_000);
});

test("A refusal by policy is no guess: the next attempt may follow at once", async () => {
  const scripted = new Scripted("peripheral");
  for (let i = 0; i < 3; i++) await scripted.receive("01030001100303");
  assert.deepEqual(scripted.sent, ["0503", "0503", "0503"]);
  assert.equal(scripted.side.backoff.remaining(CENTRAL_ADDRESS), 0);
});

test("Who breaks the link after values were exchanged has guessed, who breaks it before has not", async () => {
  for (const [pdu, waits] of [
    ["0c", 0],
    ["04", 1000],
  ] as const) {
    const duo = new Duo();
    duo.channel.tamper = (octets, from) => {
      if (from === "b" && octets[0] === Number.parseInt(pdu, 16)) {
        queueMicrotask(() => duo.channel.close(new Error("gone")));
      }
      return [octets];
    };
    await duo.fail();
    assert.equal(duo.central.backoff.remaining(PERIPHERAL_ADDRESS), waits, pdu);
  }
});
