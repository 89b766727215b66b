import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as security from "../../../hci/host/commands/le-security.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import { sessionKey } from "../../../hci/virtual/link/encryption.ts";
import { Masks } from "../../../hci/virtual/masks.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import type { Handles, Probe } from "./rig.ts";
import { allLeEvents, connect, message, Rig } from "./rig.ts";

const key = fromHex("000102030405060708090a0b0c0d0e0f");
const otherKey = fromHex("ff0102030405060708090a0b0c0d0e0f");
const rand = fromHex("abcdef1234567890");
const ediv = 0x2474;

test("E2: the session key is that of the specification's sample (Vol 6 Part C 1)", () => {
  const ltk = fromHex("4c68384139f574d836bcf34e9dfb01bf");
  const sk = sessionKey(nodeCrypto, ltk, fromHex("acbdcedfe0f10213"), fromHex("0213243546576879"));
  assert.equal(toHex(sk), "99ad1b5226a37e3e058e3b8e27c2c666");
});

interface Pair {
  readonly rig: Rig;
  readonly central: Probe;
  readonly peripheral: Probe;
  readonly handles: Handles;
}

async function connected(options: Partial<ControllerOptions> = {}): Promise<Pair> {
  const rig = new Rig();
  const central = await rig.probe("central");
  const peripheral = await rig.probe("peripheral", options);
  return { rig, central, peripheral, handles: await connect(central, peripheral) };
}

async function startEncryption({ central, peripheral, handles }: Pair, centralKey = key): Promise<void> {
  const command = { handle: handles.central, rand, ediv, longTermKey: centralKey };
  await central.ok(security.LeEnableEncryption, command);
  await peripheral.next(events.LeLongTermKeyRequest);
}

async function encrypted(options: Partial<ControllerOptions> = {}): Promise<Pair> {
  const pair = await connected(options);
  await startEncryption(pair);
  const reply = { handle: pair.handles.peripheral, longTermKey: key };
  await pair.peripheral.ok(security.LeLongTermKeyRequestReply, reply);
  assert.equal((await pair.central.next(events.EncryptionChange)).status, 0);
  assert.equal((await pair.peripheral.next(events.EncryptionChange)).status, 0);
  return pair;
}

test("E1: the peripheral's host is asked for the key, with Rand and EDIV as sent, and its answer is awaited", async () => {
  const { central, peripheral, handles, rig } = await connected();
  const command = { handle: handles.central, rand, ediv, longTermKey: key };
  await central.ok(security.LeEnableEncryption, command);
  const request = await peripheral.next(events.LeLongTermKeyRequest);
  assert.deepEqual(request, { handle: handles.peripheral, rand, ediv });
  await rig.clock.advance(5_000);
  assert.equal(central.count(events.EncryptionChange), 0);
  assert.equal(peripheral.count(events.EncryptionChange), 0);
});

test("E2: equal keys: Encryption Change on both sides", async () => {
  const { central, peripheral, handles } = await encrypted();
  assert.equal(central.count(events.DisconnectionComplete), 0);
  assert.equal(
    central.controller.keyDigest(handles.central),
    peripheral.controller.keyDigest(handles.peripheral),
  );
});

test("E2: on an encrypted link both sides see Encryption Key Refresh Complete instead", async () => {
  const pair = await encrypted();
  await startEncryption(pair, otherKey);
  const reply = { handle: pair.handles.peripheral, longTermKey: otherKey };
  await pair.peripheral.ok(security.LeLongTermKeyRequestReply, reply);
  const expected = { status: 0, handle: pair.handles.central };
  assert.deepEqual(await pair.central.next(events.EncryptionKeyRefreshComplete), expected);
  assert.equal((await pair.peripheral.next(events.EncryptionKeyRefreshComplete)).status, 0);
  assert.equal(pair.central.count(events.EncryptionChange), 0);
  pair.central.data(pair.handles.central, 0, message(10));
  const [packet] = await pair.peripheral.until(() => nonEmpty(pair.peripheral.received()), "data");
  assert.deepEqual(packet?.octets, message(10));
});

test("C4: Encryption Key Refresh Complete is masked out after Reset", async () => {
  const pair = await encrypted();
  const { central, peripheral, handles, rig } = pair;
  const mask = {
    disconnectionComplete: true,
    encryptionChange: true,
    readRemoteVersionInformationComplete: true,
    hardwareError: true,
    dataBufferOverflow: true,
    leMeta: true,
  };
  await central.ok(basic.SetEventMask, { mask: { ...mask, encryptionKeyRefreshComplete: false } });
  await startEncryption(pair, otherKey);
  await peripheral.ok(security.LeLongTermKeyRequestReply, {
    handle: handles.peripheral,
    longTermKey: otherKey,
  });
  await peripheral.next(events.EncryptionKeyRefreshComplete);
  await rig.clock.advance(1_000);
  assert.equal(central.count(events.EncryptionKeyRefreshComplete), 0);
  assert.equal(new Masks().allows(events.EncryptionKeyRefreshComplete), false);
});

test("E3: a missing key: 0x06 for the central, nothing for the peripheral's host, and the link stays up in clear", async () => {
  const pair = await connected();
  const { central, peripheral, handles, rig } = pair;
  await startEncryption(pair);
  await peripheral.ok(security.LeLongTermKeyRequestNegativeReply, { handle: handles.peripheral });
  const change = await central.next(events.EncryptionChange);
  assert.deepEqual(change, { status: 0x06, handle: handles.central, enabled: 0 });
  await rig.clock.advance(3_000);
  assert.equal(peripheral.count(events.EncryptionChange), 0);
  assert.equal(peripheral.count(events.DisconnectionComplete), 0);
  central.data(handles.central, 0, message(10));
  await peripheral.until(() => nonEmpty(peripheral.received()), "data in clear");
  assert.deepEqual(central.controller.violations, []);
});

test("E3: a missing key during a key refresh ends the link with 0x06", async () => {
  const pair = await encrypted();
  await startEncryption(pair);
  await pair.peripheral.ok(security.LeLongTermKeyRequestNegativeReply, { handle: pair.handles.peripheral });
  assert.equal((await pair.central.next(events.DisconnectionComplete)).reason, 0x06);
  assert.equal((await pair.peripheral.next(events.DisconnectionComplete)).reason, 0x06);
});

test("E4: a wrong key: 0x3D on both sides and no Encryption Change", async () => {
  const pair = await connected();
  await startEncryption(pair, otherKey);
  const reply = { handle: pair.handles.peripheral, longTermKey: key };
  await pair.peripheral.ok(security.LeLongTermKeyRequestReply, reply);
  const expected = { status: 0, handle: pair.handles.central, reason: 0x3d };
  assert.deepEqual(await pair.central.next(events.DisconnectionComplete), expected);
  assert.equal((await pair.peripheral.next(events.DisconnectionComplete)).reason, 0x3d);
  assert.equal(pair.central.count(events.EncryptionChange), 0);
  assert.equal(pair.peripheral.count(events.EncryptionChange), 0);
});

test("E4: by switch the central only notices the silence and sees 0x08", async () => {
  const pair = await connected({ silentMicFailure: true });
  await startEncryption(pair, otherKey);
  const reply = { handle: pair.handles.peripheral, longTermKey: key };
  await pair.peripheral.ok(security.LeLongTermKeyRequestReply, reply);
  assert.equal((await pair.peripheral.next(events.DisconnectionComplete)).reason, 0x3d);
  assert.equal(pair.central.count(events.DisconnectionComplete), 0);
  assert.equal((await pair.central.next(events.DisconnectionComplete)).reason, 0x08);
});

test("E5: without an answer to the key request nothing happens for as long as the link lives", async () => {
  const pair = await connected();
  await startEncryption(pair);
  await pair.rig.clock.advance(120_000);
  assert.equal(pair.central.count(events.EncryptionChange), 0);
  assert.equal(pair.central.count(events.DisconnectionComplete), 0);
  pair.rig.radio.cut(pair.central.controller, pair.peripheral.controller);
  assert.equal((await pair.central.next(events.DisconnectionComplete)).reason, 0x08);
});

test("E6: the key request masked out counts as a Negative Reply", async () => {
  const { central, peripheral, handles } = await connected();
  await peripheral.ok(setup.LeSetEventMask, { mask: { ...allLeEvents, longTermKeyRequest: false } });
  await central.ok(security.LeEnableEncryption, { handle: handles.central, rand, ediv, longTermKey: key });
  assert.equal((await central.next(events.EncryptionChange)).status, 0x06);
  assert.equal(peripheral.count(events.LeLongTermKeyRequest), 0);
});

test("E7: no data passes between LE Enable Encryption and its end; what waited goes out after, encrypted", async () => {
  const pair = await connected();
  const { central, peripheral, handles, rig } = pair;
  await startEncryption(pair);
  central.data(handles.central, 0, message(10));
  peripheral.data(handles.peripheral, 0, message(11));
  await rig.clock.advance(2_000);
  assert.deepEqual(central.received(), []);
  assert.deepEqual(peripheral.received(), []);
  await peripheral.ok(security.LeLongTermKeyRequestReply, { handle: handles.peripheral, longTermKey: key });
  await rig.clock.advance(1_000);
  const order = central.inbox.map(({ type, bytes }) => (type === "acl" ? "data" : bytes[0]));
  assert.ok(order.indexOf(0x08) < order.indexOf("data"), "Encryption Change comes before the data");
  assert.deepEqual(central.received()[0]?.octets, message(11));
  assert.deepEqual(peripheral.received()[0]?.octets, message(10));
});

test("E7: data handed over right after LE Enable Encryption, before its answer, does not slip out in clear", async () => {
  const { central, peripheral, handles, rig } = await connected();
  const command = { handle: handles.central, rand, ediv, longTermKey: key };
  const enabled = central.ok(security.LeEnableEncryption, command);
  central.data(handles.central, 0, message(10));
  await enabled;
  await rig.clock.advance(2_000);
  assert.deepEqual(peripheral.received(), []);
});

test("E8: data in clear on an encrypted link is never delivered and ends the link with 0x3D", async () => {
  const { central, peripheral, handles } = await encrypted();
  central.controller.injectPlain(handles.central, true, message(10));
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x3d);
  assert.equal((await central.next(events.DisconnectionComplete)).reason, 0x3d);
  assert.deepEqual(peripheral.received(), []);
});

test("E8: the same injected data is delivered while the link is in clear", async () => {
  const { central, peripheral, handles } = await connected();
  central.controller.injectPlain(handles.central, true, message(10));
  const [packet] = await peripheral.until(() => nonEmpty(peripheral.received()), "data");
  assert.deepEqual(packet?.octets, message(10));
});

test("E9: LE Enable Encryption by the peripheral is 0x0C, on a handle that is gone 0x02", async () => {
  const { central, peripheral, handles } = await connected();
  const command = { handle: handles.peripheral, rand, ediv, longTermKey: key };
  assert.equal(await peripheral.refused(security.LeEnableEncryption, command), 0x0c);
  await central.ok(basic.Disconnect, { handle: handles.central, reason: 0x13 });
  await central.next(events.DisconnectionComplete);
  const stale = { ...command, handle: handles.central };
  assert.equal(await central.refused(security.LeEnableEncryption, stale), 0x02);
});

test("E9: a key reply that nobody asked for is 0x0C", async () => {
  const { peripheral, handles } = await connected();
  const reply = { handle: handles.peripheral, longTermKey: key };
  assert.equal(await peripheral.refused(security.LeLongTermKeyRequestReply, reply), 0x0c);
});

test("E10: another key has another digest, and no event carries it", async () => {
  const pair = await encrypted();
  const { central, handles } = pair;
  const before = central.controller.keyDigest(handles.central);
  assert.match(before ?? "", /^[0-9a-f]{16}$/);
  await startEncryption(pair, otherKey);
  const reply = { handle: handles.peripheral, longTermKey: otherKey };
  await pair.peripheral.ok(security.LeLongTermKeyRequestReply, reply);
  await central.next(events.EncryptionKeyRefreshComplete);
  assert.notEqual(central.controller.keyDigest(handles.central), before);
});

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
