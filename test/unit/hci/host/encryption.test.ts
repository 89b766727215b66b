import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import {
  LeEnableEncryption,
  LeLongTermKeyRequestNegativeReply,
  LeLongTermKeyRequestReply,
} from "../../../../hci/host/commands/le-security.ts";
import {
  EncryptionChange,
  EncryptionChangeV2,
  EncryptionKeyRefreshComplete,
  LeLongTermKeyRequest,
} from "../../../../hci/host/events.ts";
import { HciError } from "../../../../hci/host/hci-error.ts";
import type { LongTermKey } from "../../../../hci/ports.ts";
import { settle } from "../../../support/manual-clock.ts";
import { linked } from "../../../support/scripted-controller.ts";

const handle = 0x40;
const key: LongTermKey = {
  value: fromHex("4c68384139f574d836bcf34e9dfb01bf"),
  ediv: 0x2474,
  rand: fromHex("abcdef1234567890"),
  keySize: 16,
};
const on = { status: 0, handle, enabled: 1 } as const;

async function central() {
  const setup = await linked(handle);
  const changes: unknown[] = [];
  const frames: string[] = [];
  setup.link.onEncryptionChange = (change) => changes.push(change);
  setup.link.frameLimit = () => 65;
  setup.link.onFrame = (_, payload) =>
    frames.push(`${toHex(payload)}${setup.link.encrypted ? " encrypted" : ""}`);
  return { ...setup, changes, frames };
}

describe("encryption as central", () => {
  test("goes out with the octets as the specification orders them, and ends with Encryption Change", async () => {
    const { controller, link, changes } = await central();
    const done = link.encrypt(key);
    await settle();
    assert.deepEqual(controller.last(LeEnableEncryption), {
      handle,
      rand: key.rand,
      ediv: key.ediv,
      longTermKey: key.value,
    });
    const { packet } = controller.commands.at(-1) ?? { packet: new Uint8Array(0) };
    assert.deepEqual(packet, fromHex("19201c 4000 9078563412efcdab 7424 bf01fb9d4ef3bc36d874f5394138684c"));
    controller.event(EncryptionChange, on);
    await done;
    assert(link.encrypted);
    assert.deepEqual(changes, [{ encrypted: true, status: 0 }]);
  });

  test("takes the second form of the event, with the size of the key", async () => {
    const { controller, link } = await central();
    const done = link.encrypt(key);
    controller.event(EncryptionChangeV2, { ...on, keySize: 16 });
    await done;
    assert.equal(link.keySize, 16);
  });

  test("a refresh ends with Encryption Key Refresh Complete", async () => {
    const { controller, link, changes } = await central();
    const first = link.encrypt(key);
    controller.event(EncryptionChange, on);
    await first;
    const second = link.encrypt(key);
    controller.event(EncryptionKeyRefreshComplete, { status: 0, handle });
    await second;
    assert.equal(changes.length, 2);
    assert(link.encrypted);
  });

  test("a missing key rejects with 0x06, leaves the link in clear and tells listeners", async () => {
    const { controller, link, changes } = await central();
    const watched: unknown[] = [];
    link.watchEncryption((change) => watched.push(change));
    const done = link.encrypt(key);
    controller.event(EncryptionChange, { status: 0x06, handle, enabled: 0 });
    await assert.rejects(done, (error) => error instanceof HciError && error.status === 0x06);
    assert(!link.encrypted);
    assert.equal(link.end, undefined);
    assert.deepEqual(changes, [{ encrypted: false, status: 0x06 }]);
    assert.deepEqual(watched, changes);
  });

  test("a command that is refused rejects and lets held data go on", async () => {
    const { controller, link, frames } = await central();
    controller.script(LeEnableEncryption, { status: 0x0c });
    const done = link.encrypt(key);
    controller.frame(handle, 6, fromHex("0b05"));
    await assert.rejects(done, { status: 0x0c });
    await settle();
    assert.deepEqual(frames, ["0b05"]);
  });

  test("data that comes before the event is held and delivered after it, in order", async () => {
    const { controller, link, frames } = await central();
    const done = link.encrypt(key);
    controller.frame(handle, 6, fromHex("0601"));
    controller.frame(handle, 6, fromHex("0702"));
    await settle();
    assert.deepEqual(frames, []);
    controller.event(EncryptionChange, on);
    controller.frame(handle, 6, fromHex("0803"));
    await done;
    await settle();
    assert.deepEqual(frames, ["0601 encrypted", "0702 encrypted", "0803 encrypted"]);
  });

  test("a peer that floods meanwhile loses the link, and none of it is delivered", async () => {
    const { controller, link, frames } = await central();
    const done = assert.rejects(link.encrypt(key), /sends too much/);
    for (let i = 0; i < 700; i++) controller.frame(handle, 4, new Uint8Array(60));
    await done;
    await settle();
    assert(controller.take().includes("Disconnect"));
    assert.deepEqual(frames, []);
  });

  test("no event within 30 s ends the link, and held data is not delivered", async () => {
    const { controller, link, clock, frames } = await central();
    const done = assert.rejects(link.encrypt(key), /no end within 30000 ms/);
    controller.frame(handle, 6, fromHex("0601"));
    await clock.advance(30_000);
    await done;
    assert(controller.take().includes("Disconnect"));
    assert.deepEqual(frames, []);
  });

  test("encryption that nobody asked for is a lie and ends the link", async () => {
    for (const raise of [
      (c: Awaited<ReturnType<typeof central>>) => c.controller.event(EncryptionChange, on),
      (c: Awaited<ReturnType<typeof central>>) =>
        c.controller.event(EncryptionKeyRefreshComplete, { status: 0, handle }),
    ]) {
      const setup = await central();
      raise(setup);
      await settle();
      assert(!setup.link.encrypted);
      assert(setup.controller.take().includes("Disconnect"));
      assert.equal(setup.host.counters.strayEvents, 1);
    }
  });

  test("switched off or failing to refresh is a loss of security", async () => {
    for (const loss of ["off", "refresh"]) {
      const { controller, link, changes } = await central();
      const done = link.encrypt(key);
      controller.event(EncryptionChange, on);
      await done;
      if (loss === "off") controller.event(EncryptionChange, { status: 0, handle, enabled: 0 });
      else controller.event(EncryptionKeyRefreshComplete, { status: 0x3d, handle });
      await settle();
      assert(!link.encrypted);
      assert.deepEqual(changes.at(-1), { encrypted: false, status: loss === "off" ? 0 : 0x3d });
    }
  });

  test("with a value of BR/EDR is not encryption", async () => {
    const { controller, link } = await central();
    const done = assert.rejects(link.encrypt(key), HciError);
    controller.event(EncryptionChange, { status: 0, handle, enabled: 2 });
    await done;
    assert(!link.encrypted);
  });

  test("never sends a key of zeros, or of a size that does not exist", async () => {
    const { controller, link } = await central();
    for (const wrong of [
      { ...key, value: new Uint8Array(16) },
      { ...key, value: new Uint8Array(15).fill(1) },
      { ...key, keySize: 6 },
      { ...key, keySize: 17 },
      { ...key, rand: new Uint8Array(7) },
    ]) {
      await assert.rejects(link.encrypt(wrong), /the key is not usable/);
    }
    assert.deepEqual(controller.take(), []);
  });

  test("only one at a time", async () => {
    const { controller, link } = await central();
    const first = link.encrypt(key);
    await assert.rejects(link.encrypt(key), /a change is under way/);
    controller.event(EncryptionChange, on);
    await first;
  });

  test("a key request for a central is ignored", async () => {
    const { controller, link } = await central();
    link.onLongTermKeyRequest = () => key;
    controller.event(LeLongTermKeyRequest, { handle, rand: key.rand, ediv: key.ediv });
    await settle();
    assert.deepEqual(controller.take(), []);
  });
});

describe("encryption as peripheral", () => {
  async function peripheral() {
    const setup = await linked(handle, { role: "peripheral" });
    const frames: string[] = [];
    setup.link.frameLimit = () => 65;
    setup.link.onFrame = (_, payload) =>
      frames.push(`${toHex(payload)}${setup.link.encrypted ? " encrypted" : ""}`);
    const ask = (): void =>
      setup.controller.event(LeLongTermKeyRequest, { handle, rand: key.rand, ediv: key.ediv });
    return { ...setup, frames, ask };
  }

  test("gives the key it is asked for", async () => {
    const { controller, link, ask } = await peripheral();
    const asked: unknown[] = [];
    link.onLongTermKeyRequest = (rand, ediv) => {
      asked.push(toHex(rand), ediv);
      return Promise.resolve(key);
    };
    ask();
    await settle();
    assert.deepEqual(asked, ["abcdef1234567890", 0x2474]);
    assert.deepEqual(controller.last(LeLongTermKeyRequestReply), { handle, longTermKey: key.value });
    controller.event(EncryptionChange, on);
    await settle();
    assert(link.encrypted);
  });

  test("answers negatively without a handler, a key, a usable key, or with a handler that fails", async () => {
    for (const handler of [
      undefined,
      () => null,
      () => ({ ...key, value: new Uint8Array(16) }),
      () => {
        throw new Error("store is broken");
      },
      () => Promise.reject(new Error("store is broken")),
    ]) {
      const { controller, link, frames, ask } = await peripheral();
      link.onLongTermKeyRequest = handler;
      ask();
      controller.frame(handle, 6, fromHex("0b05"));
      await settle();
      assert.deepEqual(controller.last(LeLongTermKeyRequestNegativeReply), { handle });
      await settle();
      assert.deepEqual(frames, ["0b05"], "the link goes on in clear");
    }
  });

  test("holds data from the question to the event", async () => {
    const { controller, link, frames, ask } = await peripheral();
    const answer = Promise.withResolvers<LongTermKey | null>();
    link.onLongTermKeyRequest = () => answer.promise;
    ask();
    controller.frame(handle, 6, fromHex("0601"));
    await settle();
    answer.resolve(key);
    await settle();
    assert.deepEqual(frames, []);
    controller.event(EncryptionChange, on);
    await settle();
    assert.deepEqual(frames, ["0601 encrypted"]);
  });

  test("encryption before we gave a key is a lie and ends the link", async () => {
    const { controller, link, ask } = await peripheral();
    link.onLongTermKeyRequest = () => new Promise(() => {});
    ask();
    controller.event(EncryptionChange, on);
    await settle();
    assert(!link.encrypted);
    assert(controller.take().includes("Disconnect"));
  });

  test("a key that comes after the link ended goes nowhere", async () => {
    const { controller, link, ask } = await peripheral();
    const answer = Promise.withResolvers<LongTermKey | null>();
    link.onLongTermKeyRequest = () => answer.promise;
    ask();
    await settle();
    controller.disconnected(handle, 0x08);
    await settle();
    answer.resolve(key);
    await settle();
    assert.deepEqual(controller.take(), []);
  });

  test("a second question takes the place of the first", async () => {
    const { controller, link, ask } = await peripheral();
    const answers = [
      Promise.withResolvers<LongTermKey | null>(),
      Promise.withResolvers<LongTermKey | null>(),
    ];
    let asked = 0;
    link.onLongTermKeyRequest = () => answers[asked++]?.promise ?? null;
    ask();
    ask();
    await settle();
    answers[0]?.resolve(null);
    await settle();
    assert.deepEqual(controller.take(), []);
    answers[1]?.resolve(key);
    await settle();
    assert.deepEqual(controller.take(), ["LE Long Term Key Request Reply"]);
  });

  test("a central that never finishes loses the link after 30 s", async () => {
    const { controller, link, ask, clock } = await peripheral();
    link.onLongTermKeyRequest = () => key;
    ask();
    await clock.advance(30_000);
    assert(controller.take().includes("Disconnect"));
  });

  test("cannot start encryption itself", async () => {
    const { link } = await peripheral();
    await assert.rejects(link.encrypt(key), /only the central/);
  });
});
