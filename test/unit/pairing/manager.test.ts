/** The one object behind dialogs, SDK and messages, in front of our own host and another one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import { PairingError } from "../../../hci/smp/errors.ts";
import { PROVEN, RECORD } from "../../support/bond-rig.ts";
import { settle } from "../../support/manual-clock.ts";
import { peerOf, pairingWorld } from "./pairing-world.ts";

const JUST_WORKS = { policy: { ioCapability: "NoInputNoOutput", mitm: "off" } } as const;
const COMPARES = { policy: { ioCapability: "DisplayYesNo" } } as const;
const SHOWS = { policy: { ioCapability: "DisplayOnly", mitm: "required" } } as const;
const TYPES = { policy: { ioCapability: "KeyboardOnly", mitm: "required", keypress: true } } as const;
const { features } = legacyDevice();
const OLD = features === undefined ? {} : { features };
const KEYPRESS = { policy: { keypress: true } } as const;

test("Just Works is asked about before a key is exchanged, with what the peer says of itself", async () => {
  const world = await pairingWorld({ device: JUST_WORKS });
  const paired = world.pair(await world.connect());
  const { ask, terms, name, replaces } = await world.asked();
  assert(ask.kind === "agree");
  assert.equal(ask.terms.method, "just-works");
  assert.equal(terms?.peer.ioCapability, "NoInputNoOutput");
  assert.deepEqual(terms.peer.keys, ["encKey", "idKey"]);
  assert.equal(name, "Lock one", "the name is cleaned of what turns text round");
  assert.equal(replaces, false);
  assert.equal(world.manager.respond(world.question().id, { accept: true }), "answered");
  assert.equal((await world.rig.until(paired)).method, "just-works");
  assert.deepEqual(world.manager.view.value, { requests: [], ended: null });
});

test("Who says no to Just Works gets no bond, and may try again at once", async () => {
  const world = await pairingWorld({ device: JUST_WORKS });
  const link = await world.connect();
  const paired = world.pair(link);
  const { id } = await world.asked();
  assert.equal(world.manager.respond(id, { accept: false }), "answered");
  const error = await world.rig.failure(paired);
  assert(error instanceof PairingError && error.reason === "AuthenticationRequirements");
  assert.equal(world.phone.stack.pairingWait(link.peer), 0);
  assert.equal(world.manager.view.value.ended, null, "who said no needs not be told");
});

test("Legacy pairing is asked about even where a passkey is typed", async () => {
  const world = await pairingWorld({
    phone: { policy: { legacy: true } },
    device: {
      ...SHOWS,
      policy: { ...SHOWS.policy, legacy: true },
      ...OLD,
    },
  });
  const paired = world.pair(await world.connect());
  const first = await world.asked();
  assert(first.ask.kind === "agree" && !first.ask.terms.secureConnections);
  world.manager.respond(first.id, { accept: true });
  const second = await world.asked();
  assert.equal(second.ask.kind, "enter");
  world.manager.respond(second.id, { accept: true, passkey: world.device.person.shown ?? "" });
  assert.equal((await world.rig.until(paired)).method, "legacy-passkey");
});

test("Compared digits take a yes and never digits", async () => {
  const world = await pairingWorld({ device: COMPARES });
  const paired = world.pair(await world.connect());
  const { id, ask } = await world.asked();
  assert(ask.kind === "compare");
  assert.equal(ask.digits, world.device.person.compared);
  const typed = world.manager.respond(id, { accept: true, passkey: ask.digits });
  assert.equal(typed, "passkey-unexpected");
  assert.equal(world.question().id, id, "the question is still open");
  world.manager.respond(id, { accept: true });
  assert.equal((await world.rig.until(paired)).method, "numeric-comparison");
});

test("A passkey has six characters: missing, five, and 000000 are three different things", async () => {
  const world = await pairingWorld({ device: SHOWS });
  const paired = world.pair(await world.connect());
  const { id } = await world.asked();
  assert.equal(world.manager.respond(id, { accept: true }), "passkey-missing");
  for (const passkey of ["", "0", "12345", "1234567", "12345a", "１２３４５６", " 12345"])
    assert.equal(world.manager.respond(id, { accept: true, passkey }), "passkey-malformed", passkey);
  assert.equal(world.question().id, id);
  assert.equal(world.manager.respond(id, { accept: true, passkey: "000000" }), "answered");
  const error = await world.rig.failure(paired);
  assert(error instanceof PairingError && error.reason === "ConfirmValueFailed", "000000 was tried");
  assert.deepEqual(world.manager.view.value.ended?.end, {
    kind: "failed",
    reason: "confirm-failed",
    by: "peer",
  });
});

test("A wrong code makes the next attempt wait, and says how long", async () => {
  const world = await pairingWorld({ device: SHOWS });
  const link = await world.connect();
  const paired = world.pair(link);
  const { id } = await world.asked();
  const wrong = world.device.person.shown === "123456" ? "123457" : "123456";
  world.manager.respond(id, { accept: true, passkey: wrong });
  await world.rig.failure(paired);
  assert.equal(world.phone.stack.pairingWait(link.peer), 1000);
  await world.rig.clock.advance(1);
  const { ended } = world.manager.view.value;
  assert.equal(ended?.retryAt, (ended?.at ?? 0) + 1000);
  world.manager.dismiss();
  assert.equal(world.manager.view.value.ended, null);
});

test("Digits with leading zeros are six characters", async () => {
  const world = await pairingWorld({ device: TYPES, phone: KEYPRESS });
  world.device.person.onEnter = () => new Promise(() => {});
  void world.pair(await world.connect());
  const { ask } = await world.asked();
  assert(ask.kind === "display");
  assert.match(ask.digits, /^\d{6}$/);
});

test("Shown digits: keys pressed at the device are counted and give the person more time", async () => {
  const world = await pairingWorld({ device: TYPES, phone: KEYPRESS });
  const entry = Promise.withResolvers<string>();
  let press: (key: "EntryStarted" | "DigitEntered" | "DigitErased" | "Cleared") => void = () => {};
  world.device.person.onEnter = (entering) => {
    press = (key) => entering.pressed(key);
    return entry.promise;
  };
  const paired = world.pair(await world.connect());
  const { ask, expiresAt, id } = await world.asked();
  assert(ask.kind === "display" && ask.typed === null);
  assert.equal(world.manager.respond(id, { accept: true }), "not-for-you");
  await world.rig.clock.advance(20_000);
  for (const key of ["EntryStarted", "DigitEntered", "DigitEntered", "DigitErased"] as const) press(key);
  await world.rig.clock.advance(100);
  const later = world.question();
  assert(later.ask.kind === "display");
  assert.equal(later.ask.typed, 1);
  assert.ok(later.expiresAt >= expiresAt + 19_000, "the countdown begins anew");
  entry.resolve(ask.digits);
  assert.equal((await world.rig.until(paired)).method, "passkey");
});

test("Keys pressed here reach a device that wants to know", async () => {
  const world = await pairingWorld({
    device: { policy: { ...SHOWS.policy, keypress: true } },
    phone: KEYPRESS,
  });
  const paired = world.pair(await world.connect());
  const { id } = await world.asked();
  world.manager.pressed(id, "DigitEntered");
  await world.rig.clock.advance(100);
  assert.deepEqual(world.device.person.heard, ["DigitEntered"]);
  world.manager.respond(id, { accept: true, passkey: world.device.person.shown ?? "" });
  await world.rig.until(paired);
});

test("Who gives up while digits are shown ends the pairing", async () => {
  const world = await pairingWorld({ device: TYPES });
  world.device.person.onEnter = () => new Promise(() => {});
  const paired = world.pair(await world.connect());
  const { id } = await world.asked();
  assert.equal(world.manager.respond(id, { accept: false }), "answered");
  const error = await world.rig.failure(paired);
  assert(error instanceof PairingError && error.by === "local");
  assert.deepEqual(world.manager.view.value.requests, []);
});

test("An answer after the 30 s is refused as too late, and one to no question as unknown", async () => {
  const world = await pairingWorld({ device: COMPARES });
  const paired = world.pair(await world.connect());
  const { id, expiresAt, askedAt } = await world.asked();
  assert.ok(expiresAt - askedAt <= 30_000 && expiresAt - askedAt > 29_000);
  await world.rig.clock.advance(30_000);
  await world.rig.failure(paired);
  assert.equal(world.manager.respond(id, { accept: true }), "too-late");
  assert.equal(world.manager.respond("never-asked", { accept: true }), "unknown");
  assert.deepEqual(world.manager.view.value.ended?.end, {
    kind: "failed",
    reason: "smp-timeout",
    by: "nobody",
  });
});

test("An answered question takes no second answer", async () => {
  const world = await pairingWorld({ device: COMPARES });
  const paired = world.pair(await world.connect());
  const { id } = await world.asked();
  world.manager.respond(id, { accept: false });
  assert.equal(world.manager.respond(id, { accept: true }), "too-late");
  await world.rig.failure(paired);
});

test("The peer's end closes the question with its reason", async () => {
  const world = await pairingWorld({ device: COMPARES });
  world.device.person.onCompare = () => new Promise(() => {});
  const paired = world.pair(await world.connect());
  const { id } = await world.asked();
  world.device.person.abouts.at(-1)?.stop();
  await world.rig.failure(paired);
  assert.equal(world.manager.respond(id, { accept: true }), "too-late");
  assert.deepEqual(world.manager.view.value.ended?.end, {
    kind: "failed",
    reason: "passkey-wrong",
    by: "peer",
  });
});

test("The loss of the link closes the question", async () => {
  const world = await pairingWorld({ device: COMPARES });
  world.device.person.onCompare = () => new Promise(() => {});
  const link = await world.connect();
  const paired = world.pair(link);
  await world.asked();
  await world.rig.until(world.device.connections.at(-1)?.disconnect() ?? Promise.resolve());
  await world.rig.failure(paired);
  assert.deepEqual(world.manager.view.value.requests, []);
  assert.deepEqual(world.manager.view.value.ended?.end, {
    kind: "failed",
    reason: "link-lost-while-pairing",
    by: "nobody",
  });
});

test("Cancelling the call closes the question without a reproach", async () => {
  const world = await pairingWorld({ device: COMPARES });
  world.device.person.onCompare = () => new Promise(() => {});
  const link = await world.connect();
  const stop = new AbortController();
  const paired = link.pair({}, stop.signal);
  paired.catch(() => {});
  await world.asked();
  stop.abort();
  await world.rig.failure(paired);
  assert.deepEqual(world.manager.view.value, { requests: [], ended: null });
});

test("A peer that asks first is answered by a person, and told no before the bonds are read", async () => {
  for (const started of [true, false]) {
    const world = await pairingWorld({ started, device: { policy: { ...COMPARES.policy } } });
    await world.connect();
    const wish = world.device.connections.at(-1)?.requestSecurity();
    assert.ok(wish);
    wish.catch(() => {});
    if (!started) {
      await world.rig.failure(wish);
      assert.deepEqual(world.events, []);
      continue;
    }
    const { ask, id } = await world.asked();
    assert(ask.kind === "accept" && ask.proposal.kind === "security");
    world.manager.respond(id, { accept: true });
    const { id: second, ask: compare } = await world.asked();
    assert.equal(compare.kind, "compare");
    world.manager.respond(second, { accept: true });
    await world.rig.until(wish);
  }
});

test("A listener that throws harms nobody else", async () => {
  const world = await pairingWorld({ device: COMPARES });
  const heard: string[] = [];
  world.manager.listen(() => {
    throw new Error("asked to fail");
  });
  const stop = world.manager.listen(({ kind }) => heard.push(kind));
  const paired = world.pair(await world.connect());
  world.manager.respond((await world.asked()).id, { accept: true });
  await world.rig.until(paired);
  await settle();
  assert.deepEqual(heard, ["agreed", "asked", "answered", "ended"]);
  assert.equal(world.faults.length, 4);
  stop();
});

test("Events never carry the digits", async () => {
  for (const device of [COMPARES, SHOWS, TYPES]) {
    const world = await pairingWorld({ device });
    const entry = Promise.withResolvers<string>();
    world.device.person.onEnter = () => entry.promise;
    const paired = world.pair(await world.connect());
    const { id, ask } = await world.asked();
    const digits =
      ask.kind === "enter" ? world.device.person.shown : "digits" in ask ? ask.digits : undefined;
    assert.ok(digits);
    entry.resolve(digits);
    if (ask.kind === "compare") world.manager.respond(id, { accept: true });
    if (ask.kind === "enter") world.manager.respond(id, { accept: true, passkey: digits });
    await world.rig.until(paired);
    assert.ok(!JSON.stringify(world.events).includes(digits));
    assert.deepEqual(world.manager.view.value.requests, [], "nothing keeps them");
  }
});

test("Bonded devices are those of this way to Bluetooth that are in use", async () => {
  const world = await pairingWorld({
    records: [
      { ...PROVEN, id: "one" },
      { ...RECORD, id: "two", transport: "demo" },
      { ...RECORD, id: "three", archived: { at: RECORD.createdAt, why: "removed" } },
    ],
  });
  assert.deepEqual(
    world.manager.bonded.map(({ bondId }) => bondId),
    ["one"],
  );
});

test("Removing a bond says removed, not found, in use, the system's, failed, or no room", async () => {
  const ours = await pairingWorld({ records: [{ ...PROVEN, id: "one" }] });
  assert.equal(await ours.manager.remove("one"), "osOwned", "Web Bluetooth's keys are the system's");
  assert.equal(await ours.manager.remove("one"), "notFound");
  assert.equal(await ours.manager.remove("never"), "notFound");

  const unproven = await pairingWorld({ records: [{ ...RECORD, id: "one" }] });
  assert.equal(await unproven.manager.remove("one"), "removed");

  const peerId = peerOf((await pairingWorld()).device.stack.identity.address).id;
  const busy = await pairingWorld({
    records: [{ ...RECORD, id: "one", platformId: peerId }],
    device: COMPARES,
  });
  void busy.pair(await busy.connect());
  const { bondId } = await busy.asked();
  assert.equal(bondId, "one");
  assert.equal(await busy.manager.remove("one"), "pending");

  const locked = await pairingWorld({ records: [{ ...RECORD, id: "one" }] });
  const held = Promise.withResolvers<void>();
  const other = locked.bonds.locks.exclusive("bond:peer-1", () => held.promise);
  assert.equal(await locked.manager.remove("one"), "pending");
  held.resolve();
  await other;

  const broken = await pairingWorld({ records: [{ ...RECORD, id: "one" }] });
  broken.bonds.stores.bonds.put = () => Promise.reject(new Error("asked to fail"));
  assert.equal(await broken.manager.remove("one"), "failed");
  const full = await pairingWorld({ records: [{ ...RECORD, id: "one" }] });
  full.bonds.stores.failNext("bonds.put", { kind: "quota" });
  assert.equal(await full.manager.remove("one"), "full");
});
