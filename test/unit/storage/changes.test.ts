import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { ChannelPort } from "../../../src/storage/changes.ts";
import type { BondChange } from "../../../src/storage/ports.ts";
import { at, bond, entry, PROOF } from "../../support/records.ts";
import { ChannelHub, newProfile, openTab, putRaw, type Tab } from "../../support/tabs.ts";

beforeEach(newProfile);

function listen(tab: Tab, signal: AbortSignal = new AbortController().signal): BondChange[] {
  const heard: BondChange[] = [];
  tab.bonds.onChange((change) => heard.push(change), signal);
  return heard;
}

describe("a change", () => {
  test("is told here and in every other tab, once each, after it is stored", async () => {
    const hub = new ChannelHub();
    await using first = openTab({ channel: hub.join() });
    await using second = openTab({ channel: hub.join() });
    const [here, there] = [listen(first), listen(second)];
    const seen: Promise<unknown>[] = [];
    second.bonds.onChange(({ id }) => seen.push(second.bonds.get(id)), new AbortController().signal);
    await first.bonds.put([bond("a"), bond("b")]);
    await first.bonds.delete("a");
    const told = [
      { id: "a", what: "put" },
      { id: "b", what: "put" },
      { id: "a", what: "deleted" },
    ];
    assert.deepEqual(
      here,
      told.map((change) => ({ ...change, remote: false })),
    );
    assert.deepEqual(
      there,
      told.map((change) => ({ ...change, remote: true })),
    );
    assert.deepEqual((await Promise.all(seen))[1], bond("b"));
  });

  test("that changes nothing is not told", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a")]);
    const heard = listen(tab);
    await tab.bonds.put([bond("a")], [entry("a", 0)]);
    await tab.bonds.delete("unknown");
    assert.deepEqual(heard, []);
    assert.equal((await tab.history.of("a", 10)).length, 1);
  });

  test("says ids to the other tabs and nothing of what is in the records", async () => {
    const hub = new ChannelHub();
    await using tab = openTab({ channel: hub.join() });
    await tab.bonds.put(
      [bond("a", { notes: "front door", label: "Lock" })],
      [entry("a", 0, { detail: "why" })],
    );
    assert.deepEqual(hub.sent, [{ kind: "bondkeeper.bonds", v: 1, put: ["a"], deleted: [] }]);
  });

  test("of ten thousand records goes out in messages of a bounded size", async () => {
    const hub = new ChannelHub();
    await using first = openTab({ channel: hub.join() });
    await using second = openTab({ channel: hub.join() });
    const there = listen(second);
    await first.bonds.put(Array.from({ length: 2_500 }, (_, i) => bond(`b${i}`)));
    assert.equal(hub.sent.length, 3);
    assert.equal(new Set(there.map(({ id }) => id)).size, 2_500);
  });

  test("goes through a real BroadcastChannel", async () => {
    const name = `bondkeeper-test-${process.pid}`;
    await using first = openTab({ channel: port(new BroadcastChannel(name)) });
    await using second = openTab({ channel: port(new BroadcastChannel(name)) });
    const heard = Promise.withResolvers<BondChange>();
    second.bonds.onChange(heard.resolve, new AbortController().signal);
    await first.bonds.put([bond("a")]);
    assert.deepEqual(await heard.promise, { id: "a", what: "put", remote: true });
  });

  test("stays stored when the channel is broken", async () => {
    const channel: ChannelPort = {
      ...new ChannelHub().join(),
      postMessage() {
        throw new DOMException("Channel is closed", "InvalidStateError");
      },
    };
    await using tab = openTab({ channel });
    const heard = listen(tab);
    await tab.bonds.put([bond("a")]);
    assert.equal(heard.length, 1);
    assert.equal((await tab.bonds.all()).length, 1);
    assert.equal(tab.events.length, 1);
  });
});

/** Node's channel is the browser's, up to the event type its declarations name. */
function port(channel: BroadcastChannel): ChannelPort {
  return channel;
}

describe("listeners", () => {
  test("end with their signal", async () => {
    await using tab = openTab();
    const controller = new AbortController();
    const heard = listen(tab, controller.signal);
    await tab.bonds.put([bond("a")]);
    controller.abort();
    await tab.bonds.put([bond("b")]);
    assert.deepEqual(
      heard.map(({ id }) => id),
      ["a"],
    );
  });

  test("with a signal that is already aborted are never called", async () => {
    await using tab = openTab();
    const heard = listen(tab, AbortSignal.abort());
    await tab.bonds.put([bond("a")]);
    assert.deepEqual(heard, []);
  });

  test("the same function may listen twice, and each ends by itself", async () => {
    await using tab = openTab();
    const [one, two] = [new AbortController(), new AbortController()];
    let calls = 0;
    const listener = (): void => void calls++;
    tab.bonds.onChange(listener, one.signal);
    tab.bonds.onChange(listener, two.signal);
    one.abort();
    await tab.bonds.put([bond("a")]);
    assert.equal(calls, 1);
  });

  test("that throw harm neither the write nor the next listener, and are reported", async () => {
    await using tab = openTab();
    tab.bonds.onChange(() => {
      throw new Error("Cannot draw");
    }, new AbortController().signal);
    const heard = listen(tab);
    await tab.bonds.put([bond("a")]);
    assert.deepEqual(heard.length, 1);
    assert.deepEqual(tab.events, ["Error: Cannot draw"]);
  });

  test("hear nothing more after the stores are closed", async () => {
    const hub = new ChannelHub();
    const tab = openTab({ channel: hub.join() });
    const heard = listen(tab);
    await tab.close();
    hub.inject({ data: { kind: "bondkeeper.bonds", v: 1, put: ["a"], deleted: [] } });
    assert.deepEqual(heard, []);
  });
});

const GOOD = { kind: "bondkeeper.bonds", v: 1, put: ["a"], deleted: [] };
const HOSTILE: readonly (readonly [string, unknown])[] = [
  ["nothing", null],
  ["a text", "bondkeeper.bonds"],
  ["another kind", { ...GOOD, kind: "pair" }],
  ["another version", { ...GOOD, v: 2 }],
  ["a missing list", { kind: "bondkeeper.bonds", v: 1, put: ["a"] }],
  ["ids that are no texts", { ...GOOD, put: [{ id: "a" }] }],
  ["an id with markup", { ...GOOD, put: ["<img src=x onerror=alert(1)>"] }],
  ["an id that is too long", { ...GOOD, put: ["a".repeat(129)] }],
  ["too many ids", { ...GOOD, put: Array.from({ length: 1_001 }, () => "a") }],
  ["a field we do not know", { ...GOOD, record: { id: "a" } }],
  ["a list instead of a message", [GOOD]],
  ["a request to read a bond", { kind: "bondkeeper.get", v: 1, id: "a" }],
  ["a passkey", { kind: "bondkeeper.passkey", v: 1, passkey: "123456" }],
];

describe("a hostile script of the same origin", () => {
  for (const [what, data] of HOSTILE) {
    test(`is ignored when it sends ${what}`, async () => {
      const hub = new ChannelHub();
      await using tab = openTab({ channel: hub.join() });
      await tab.bonds.put([bond("a")]);
      const heard = listen(tab);
      hub.sent.length = 0;
      hub.inject({ data });
      assert.deepEqual(heard, []);
      assert.deepEqual(hub.sent, [], "nothing is ever answered");
      assert.deepEqual(await tab.bonds.all(), [bond("a")]);
    });
  }

  test("of another origin is ignored", async () => {
    const hub = new ChannelHub();
    await using tab = openTab({ channel: hub.join() });
    const heard = listen(tab);
    hub.inject({ data: GOOD, origin: "https://elsewhere.example" });
    assert.deepEqual(heard, []);
    hub.inject({ data: GOOD, origin: "https://bondkeeper.example" });
    assert.equal(heard.length, 1);
  });

  test("can make us read again, and no more", async () => {
    const hub = new ChannelHub();
    await using tab = openTab({ channel: hub.join() });
    await tab.bonds.put([bond("a")]);
    const heard = listen(tab);
    hub.inject({ data: { ...GOOD, put: [], deleted: ["a"] } });
    assert.deepEqual(heard, [{ id: "a", what: "deleted", remote: true }]);
    assert.deepEqual(await tab.bonds.get("a"), bond("a"));
  });
});

test("giving up a damaged row tells the screens", async () => {
  await using tab = openTab();
  await tab.bonds.all();
  await putRaw("bonds", { ...bond("a"), proofs: [{ ...PROOF, at: at(0), how: 1 }] });
  await tab.bonds.all();
  const heard = listen(tab);
  const [found] = await tab.bonds.quarantined();
  await tab.bonds.discardQuarantined(found?.id ?? "");
  assert.deepEqual(heard, [{ id: "a", what: "deleted", remote: false }]);
});
