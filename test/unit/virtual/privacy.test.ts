import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as privacy from "../../../hci/host/commands/le-privacy.ts";
import * as scanning from "../../../hci/host/commands/le-scanning.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import { ResolvingList } from "../../../hci/virtual/resolving-list.ts";
import { seededRandom } from "../../../hci/virtual/random.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { Probe } from "./rig.ts";
import { advertisingParameters, allLeEvents, connectTo, Rig } from "./rig.ts";

const irk = fromHex("ec0234a357c8ad05341010a60a397d9b");
const otherIrk = fromHex("000102030405060708090a0b0c0d0e0f");
const noKey = new Uint8Array(16);

/** `who` knows `peer` by its identity and key, and has a key of its own towards it. */
async function introduce(
  who: Probe,
  peer: Probe,
  keys: { readonly peerIrk: typeof irk; readonly localIrk: typeof irk },
): Promise<void> {
  const identity = { peerAddressType: "public", peerAddress: peer.controller.publicAddress.octets } as const;
  await who.ok(privacy.LeAddDeviceToResolvingList, { ...identity, ...keys });
  await who.ok(privacy.LeSetAddressResolutionEnable, { enable: "on" });
}

async function advertisePrivately(who: Probe, towards: Probe): Promise<void> {
  await who.ok(advertising.LeSetAdvertisingParameters, {
    ...advertisingParameters,
    ownAddressType: "resolvableOrPublic",
    peerAddress: towards.controller.publicAddress.octets,
  });
  await who.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
}

async function scan(who: Probe): Promise<void> {
  await who.ok(scanning.LeSetScanParameters, {
    type: "passive",
    interval: 0x10,
    window: 0x10,
    ownAddressType: "public",
    filter: "all",
  });
  await who.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "off" });
}

function addressesHeard(who: Probe): readonly string[] {
  const heard = who.all(events.LeAdvertisingReport).flatMap(({ reports }) => reports);
  return [...new Set(heard.map(({ addressType, address }) => `${addressType} ${toHex(address)}`))];
}

test("the specification's sample address resolves (Vol 3 Part H D.7)", () => {
  const list = new ResolvingList(nodeCrypto, seededRandom(1), new ManualClock());
  list.enabled = true;
  const peer = { type: "public", octets: fromHex("010203040506") } as const;
  list.add(peer, irk, noKey);
  const sample = { type: "random", octets: fromHex("7081940dfbaa") } as const;
  assert.equal(list.resolve(sample)?.peer, peer);
  assert.equal(list.resolve({ type: "random", octets: fromHex("7081940dfbab") }), undefined);
  assert.equal(list.resolve({ type: "public", octets: sample.octets }), undefined);
});

test("S5: a peer with an IRK advertises with resolvable addresses, changed on the timeout", async () => {
  const rig = new Rig();
  const [peer, stranger, friend] = [
    await rig.probe("peer"),
    await rig.probe("stranger"),
    await rig.probe("friend"),
  ];
  await introduce(peer, friend, { peerIrk: noKey, localIrk: irk });
  await peer.ok(privacy.LeSetResolvablePrivateAddressTimeout, { timeout: 2 });
  await introduce(friend, peer, { peerIrk: irk, localIrk: noKey });
  await advertisePrivately(peer, friend);
  await scan(stranger);
  await scan(friend);
  await rig.clock.advance(7_000);
  const unresolved = addressesHeard(stranger);
  assert.ok(unresolved.length >= 3, unresolved.join());
  assert.ok(
    unresolved.every((text) => /^random [4-7]/.test(text)),
    unresolved.join(),
  );
  const identity = toHex(peer.controller.publicAddress.octets);
  assert.deepEqual(addressesHeard(friend), [`publicIdentity ${identity}`]);
});

test("S5: with resolution off, or with another key, the address stays as it is on the air", async () => {
  const rig = new Rig();
  const [peer, friend] = [await rig.probe("peer"), await rig.probe("friend")];
  await introduce(peer, friend, { peerIrk: noKey, localIrk: irk });
  await introduce(friend, peer, { peerIrk: otherIrk, localIrk: noKey });
  await advertisePrivately(peer, friend);
  await scan(friend);
  await rig.clock.advance(500);
  assert.match(addressesHeard(friend).join(), /^random [4-7]/);
});

test("S5, L6: a private connection: identity and resolvable addresses in the enhanced event", async () => {
  const rig = new Rig();
  const [peer, friend] = [await rig.probe("peer"), await rig.probe("friend")];
  for (const probe of [peer, friend]) {
    await probe.ok(setup.LeSetEventMask, { mask: { ...allLeEvents, enhancedConnectionComplete: true } });
  }
  await introduce(peer, friend, { peerIrk: otherIrk, localIrk: irk });
  await introduce(friend, peer, { peerIrk: irk, localIrk: otherIrk });
  await advertisePrivately(peer, friend);
  const target = connectTo(peer.controller.publicAddress.octets);
  const privately = {
    ...target,
    peerAddressType: "publicIdentity",
    ownAddressType: "resolvableOrPublic",
  } as const;
  await friend.ok(connection.LeCreateConnection, privately);
  const here = await friend.next(events.LeEnhancedConnectionComplete);
  const there = await peer.next(events.LeEnhancedConnectionComplete);
  assert.equal(here.peerAddressType, "publicIdentity");
  assert.deepEqual(here.peerAddress, peer.controller.publicAddress.octets);
  assert.deepEqual(here.peerResolvableAddress, there.localResolvableAddress);
  assert.deepEqual(there.peerAddress, friend.controller.publicAddress.octets);
  assert.deepEqual(there.peerResolvableAddress, here.localResolvableAddress);
  assert.match(toHex(here.localResolvableAddress), /^[4-7]/);
  assert.notDeepEqual(here.localResolvableAddress, here.peerResolvableAddress);
});

test("S5: network privacy ignores a known peer under its identity address, device privacy does not", async () => {
  const rig = new Rig();
  const [peer, friend] = [await rig.probe("peer"), await rig.probe("friend")];
  await introduce(friend, peer, { peerIrk: irk, localIrk: noKey });
  await peer.ok(advertising.LeSetAdvertisingParameters, advertisingParameters);
  await peer.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  await scan(friend);
  await rig.clock.advance(1_000);
  assert.deepEqual(addressesHeard(friend), []);
  await friend.ok(scanning.LeSetScanEnable, { enable: "off", filterDuplicates: "off" });
  const identity = { peerAddressType: "public", peerAddress: peer.controller.publicAddress.octets } as const;
  await friend.ok(privacy.LeSetPrivacyMode, { ...identity, mode: "device" });
  await scan(friend);
  await rig.clock.advance(1_000);
  assert.equal(addressesHeard(friend).length, 1);
});

test("S5: the list is bounded, has no doubles, and does not change while in use", async () => {
  const rig = new Rig();
  const probe = await rig.probe("dongle", { resolvingListSize: 2 });
  const device = (last: number) => ({
    peerAddressType: "public" as const,
    peerAddress: Uint8Array.of(1, 2, 3, 4, 5, last),
    peerIrk: irk,
    localIrk: noKey,
  });
  const command = privacy.LeAddDeviceToResolvingList;
  await probe.ok(command, device(1));
  assert.equal(await probe.refused(command, device(1)), 0x12);
  await probe.ok(command, device(2));
  assert.equal(await probe.refused(command, device(3)), 0x07);
  const { peerIrk: _, localIrk: __, ...unknown } = device(9);
  assert.equal(await probe.refused(privacy.LeRemoveDeviceFromResolvingList, unknown), 0x02);
  await probe.ok(privacy.LeSetAddressResolutionEnable, { enable: "on" });
  await scan(probe);
  assert.equal(await probe.refused(privacy.LeClearResolvingList, {}), 0x0c);
  assert.equal(await probe.refused(privacy.LeSetAddressResolutionEnable, { enable: "off" }), 0x0c);
});
