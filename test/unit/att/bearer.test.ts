import assert from "node:assert/strict";
import { test } from "node:test";
import { AttBearer } from "../../../hci/att/bearer.ts";
import { AttError, AttTimeout, BearerClosed } from "../../../hci/att/errors.ts";
import { HandleValueNtf, Read, ReadByType, Write } from "../../../hci/att/pdus.ts";
import { fromHex } from "../../../hci/codec/bytes.ts";
import { DecodeError } from "../../../hci/codec/error.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import { channelPair } from "../../support/channel-pair.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

/** A bearer whose peer is the test: `answer` sends octets as the peer. */
function bare() {
  const clock = new ManualClock();
  const wire = channelPair();
  const bearer = new AttBearer(wire.a, clock);
  const received: string[] = [];
  wire.b.onPdu = (pdu) => void received.push(Buffer.from(pdu).toString("hex"));
  const answer = async (hex: string): Promise<void> => {
    await wire.b.send(fromHex(hex));
    await settle();
  };
  return { clock, wire, bearer, received, answer };
}

const read = (bearer: AttBearer, handle: number) => bearer.request(Read, { handle });

test("requests go out one at a time, in the order of the calls", async () => {
  const { bearer, received, answer } = bare();
  const both = Promise.all([read(bearer, 1), read(bearer, 2)]);
  await settle();
  assert.deepEqual(received, ["0a0100"]);
  await answer("0baa");
  assert.deepEqual(received, ["0a0100", "0a0200"]);
  await answer("0bbb");
  assert.deepEqual(
    (await both).map(({ value }) => [...value]),
    [[0xaa], [0xbb]],
  );
});

test("a response to something else, or to nothing, is dropped and counted", async () => {
  const { bearer, answer } = bare();
  await answer("0baa");
  const pending = read(bearer, 1);
  await answer("13");
  await answer("0112010005"); // error for a write
  await answer("010a010005ff"); // six octets
  await answer("010a0100"); // four
  assert.equal(bearer.dropped, 5);
  await answer("0b01");
  assert.deepEqual([...(await pending).value], [1]);
});

test("an error response rejects with its name, its handle and the request", async () => {
  const { bearer, answer } = bare();
  const rejected = assert.rejects(read(bearer, 0x12), (error) => {
    assert.ok(error instanceof AttError);
    assert.deepEqual(
      [error.reason, error.handle, error.request],
      ["InsufficientAuthentication", 0x12, "ATT_READ_REQ"],
    );
    assert.equal(error.needsSecurity, true);
    return true;
  });
  await answer("010a120005");
  await rejected;
});

for (const [name, response] of [
  ["entry length 0", "0900010002"],
  ["entry length 1", "0901010002"],
  ["entries that do not divide the PDU", "0904010002030405"],
  ["no entry at all", "0904"],
] as const) {
  test(`C6 a Read By Type response with ${name} is malformed and the bearer goes on`, async () => {
    const { bearer, answer } = bare();
    const request = bearer.request(ReadByType, { start: 1, end: 9, type: uuidOf(0x2803) });
    const rejected = assert.rejects(request, DecodeError);
    await answer(response);
    await rejected;
    const next = read(bearer, 1);
    await answer("0b01");
    await next;
  });
}

for (const after of [29_900, 30_100]) {
  test(`an answer after ${after / 1000} s ${after < 30_000 ? "counts" : "is too late: the bearer is dead"}`, async () => {
    const { bearer, clock, received, answer } = bare();
    let dead = 0;
    bearer.onDead = () => dead++;
    const outcome = Promise.allSettled([read(bearer, 1), read(bearer, 2)]);
    await clock.advance(after);
    await answer("0b01");
    if (after < 30_000) {
      await answer("0b02");
      assert.ok((await outcome).every(({ status }) => status === "fulfilled"));
      assert.equal(clock.pending, 0);
      return;
    }
    const results = await outcome;
    assert.ok(results.every((result) => result.status === "rejected" && result.reason instanceof AttTimeout));
    await assert.rejects(bearer.send(HandleValueNtf, { handle: 1, value: new Uint8Array(0) }), AttTimeout);
    assert.deepEqual([received.length, dead], [1, 1], "nothing more is sent on this bearer");
  });
}

test("C3 a link that ends releases every waiter", async () => {
  const { bearer, wire, clock } = bare();
  const outcome = Promise.allSettled([read(bearer, 1), read(bearer, 2)]);
  await settle();
  wire.close(new Error("gone"));
  for (const result of await outcome) {
    assert.ok(result.status === "rejected" && result.reason instanceof BearerClosed);
  }
  await assert.rejects(read(bearer, 3), BearerClosed);
  assert.equal(clock.pending, 0);
});

for (const [theirs, agreed] of [
  ["0f00", 23],
  ["1700", 23],
  ["4000", 64],
  ["ffff", 100],
] as const) {
  test(`C12 an MTU of 0x${theirs} from the peer gives ${agreed}`, async () => {
    const { bearer, answer } = bare();
    const mtu = bearer.exchangeMtu(100);
    await answer(`03${theirs}`);
    assert.equal(await mtu, agreed);
    assert.equal(bearer.mtu, agreed);
  });
}

test("what follows the MTU response at once may already be as long as agreed", async () => {
  const { bearer, wire } = bare();
  const heard: number[] = [];
  bearer.pushed = { notification: (_, value) => void heard.push(value.length), indication: () => {} };
  const mtu = bearer.exchangeMtu(100);
  await settle();
  wire.a.onPdu(fromHex("034000")); // the peer takes 64
  wire.a.onPdu(Uint8Array.from([0x1b, 1, 0, ...new Uint8Array(50)]));
  assert.equal(await mtu, 64);
  assert.deepEqual(heard, [50]);
});

test("a peer that does not know MTU exchange leaves it at 23, and is asked once", async () => {
  const { bearer, answer, received } = bare();
  const mtu = bearer.exchangeMtu(100);
  await answer("0102000006");
  assert.equal(await mtu, 23);
  assert.equal(await bearer.exchangeMtu(200), 23);
  assert.equal(received.length, 1);
});

test("C12 a PDU above the MTU is dropped", async () => {
  const { bearer, answer } = bare();
  const heard: number[] = [];
  bearer.pushed = { notification: (handle) => heard.push(handle), indication: () => {} };
  await answer(`1b0100${"00".repeat(21)}`);
  await answer(`1b0200${"00".repeat(20)}`);
  assert.deepEqual(heard, [2]);
  assert.equal(bearer.dropped, 1);
});

test("GATT/SR/UNS/BI-01-C GATT/SR/UNS/BI-02-C without a server a request is answered 0x06, a command is ignored", async () => {
  const { answer, received } = bare();
  await answer("7f00");
  await answer("d201000203");
  assert.deepEqual(received, []);
  await answer("0a0100");
  await answer("3f");
  assert.deepEqual(received, ["010a000006", "013f000006"]);
});

test("several notifications in one PDU are delivered in order; a cut one drops all", async () => {
  const { bearer, answer } = bare();
  const heard: string[] = [];
  bearer.pushed = {
    notification: (handle, value) => heard.push(`${handle}:${Buffer.from(value).toString("hex")}`),
    indication: () => {},
  };
  await answer("2301000100aa02000200bbcc");
  await answer("2301000100aa02000500bbcc");
  assert.deepEqual(heard, ["1:aa", "2:bbcc"]);
});

test("a write request carries handle and value", async () => {
  const { bearer, answer, received } = bare();
  const written = bearer.request(Write, { handle: 0x1234, value: Uint8Array.of(5, 6) });
  await answer("13");
  await written;
  assert.deepEqual(received, ["1234120506"]);
});
