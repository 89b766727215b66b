/** What of an adapter is in use: told with each link that opens and ends, over a whole host on the strict controller. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { usageOf } from "../../../src/app/adapter-use.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";
import { type Slots, slotsOf } from "../../../src/state/adapter/slots.ts";
import { linksWords } from "../../../src/ui/adapter/adapter-words.ts";
import { settle } from "../../support/manual-clock.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";

const never = new AbortController().signal;
const JUST_WORKS = { policy: { ioCapability: "NoInputNoOutput" } } as const;

async function room(maxLinks: number) {
  const rig = new OwnKeysRig();
  const backend = await rig.start({ dongle: rig.world.dongle("small", { maxLinks, resolvingListSize: 4 }) });
  const { session } = backend;
  const slots = slotsOf(session, () => usageOf(session), never);
  const told: (Slots | null)[] = [];
  slots.view.watch(() => told.push(slots.view.value));
  const connect = async (name: string) => {
    const device = await rig.world.device(name, JUST_WORKS);
    const peer = backend.chosen(rig.idOf(device), name);
    return { device, peer };
  };
  return { rig, backend, session, slots, told, connect };
}

const openLinks = (slots: Slots | null | undefined): readonly string[] | undefined =>
  slots?.links.map(({ name }) => name);

test("each link that opens and ends is told; the one too many says how many there is room for", async () => {
  const { rig, slots, told, connect } = await room(2);
  assert.deepEqual(openLinks(slots.view.value), []);
  assert.equal(slots.view.value?.limit, null);
  const [first, second, third] = [await connect("first"), await connect("second"), await connect("third")];
  const one = await rig.world.until(first.peer.connect(never));
  assert.deepEqual(openLinks(told.at(-1)), ["first"]);
  await rig.world.until(second.peer.connect(never));
  assert.deepEqual(openLinks(told.at(-1)), ["first", "second"]);
  assert.equal(told.at(-1)?.limit, null);
  await rig.world.failure(third.peer.connect(never));
  assert.deepEqual([openLinks(told.at(-1)), told.at(-1)?.limit], [["first", "second"], 2]);
  await rig.world.until(Promise.resolve(one[Symbol.asyncDispose]()));
  await settle();
  assert.deepEqual([openLinks(told.at(-1)), told.at(-1)?.limit], [["second"], 2]);
  await rig[Symbol.asyncDispose]();
});

test("a bond of a device that hides takes a place in the list, data in flight a buffer; with the adapter all is gone", async () => {
  const { rig, backend, slots, told, session } = await room(8);
  assert.deepEqual(slots.view.value?.resolvingList, { used: 0, size: 4 });
  const device = await rig.world.device("Belt", { ...JUST_WORKS, privacy: true });
  // Chosen under the address of the moment.
  const chosen = backend.chosen(peerIdOf(device.stack.gap.own.current), "Belt");
  const result = await rig.ensure({ peer: chosen, services: [], profile: null, probe: null });
  assert.equal(result.code, 0, result.reason ?? "");
  slots.look();
  const { acl, resolvingList, acceptList } = slots.view.value ?? {};
  assert.deepEqual(resolvingList, { used: 1, size: 4 });
  assert.ok(acl && acl.used === 0 && acl.size > 0);
  assert.ok(acceptList && acceptList.used === 0 && acceptList.size > 0);
  const count = told.length;
  slots.look();
  assert.equal(told.length, count, "nothing new is not told");

  const again = rig.backend.peer(rig.idOf(device));
  await rig.world.until(again.connect(never));
  await rig.world.until(session.reset(never));
  assert.deepEqual(openLinks(slots.view.value), []);
  await rig.world.until(session.close());
  await settle();
  assert.equal(slots.view.value, null);
  await rig[Symbol.asyncDispose]();
});

test("packets that the controller has and the peer has not are counted", async () => {
  const { rig, slots, connect, session } = await room(8);
  const { peer } = await connect("Belt");
  await rig.world.until(peer.connect(never));
  const [link] = session.stack.links;
  assert.ok(link);
  const sending = link.link.send(4, Uint8Array.of(0x02, 0x17, 0x00));
  slots.look();
  assert.equal(slots.view.value?.acl.used, 1);
  await rig.world.until(sending);
  await rig.world.rig.clock.advance(1_000);
  slots.look();
  assert.equal(slots.view.value?.acl.used, 0);
  await rig[Symbol.asyncDispose]();
});

test("the sentence says how many links there are, and what is known of the room for more", () => {
  assert.match(linksWords(0, null), /^No link is open\. How many/);
  assert.match(linksWords(1, null), /^1 link is open/);
  assert.match(linksWords(2, 3), /^2 links are open of the 3/);
  assert.match(linksWords(3, 3), /takes no more\. Disconnect/);
});
