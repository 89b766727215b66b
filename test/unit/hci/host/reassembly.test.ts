import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { newAclPacket } from "../../../../hci/host/acl.ts";
import { Reassembly } from "../../../../hci/host/reassembly.ts";

const START = 0b10;
const CONTINUE = 0b01;

function reassembly(limits: Readonly<Record<number, number>> = { 4: 100, 5: 23, 6: 65 }) {
  const frames: string[] = [];
  const faults: string[] = [];
  const inner = new Reassembly(
    (channel) => limits[channel] ?? 0,
    (channel, payload) => frames.push(`${channel}:${toHex(payload)}`),
    (fault) => faults.push(fault),
  );
  const push = (boundary: number, octets: Uint8Array): void => {
    const packet = newAclPacket(0x40, boundary, octets.length);
    packet.set(octets, 4);
    inner.push(packet);
  };
  return { frames, faults, push };
}

const frame = (channel: number, payload: Uint8Array): Uint8Array<ArrayBuffer> =>
  concat([payload.length & 0xff, payload.length >> 8, channel, 0], payload);

describe("frames of a link", () => {
  test("come out whole, however they were cut", () => {
    const whole = frame(
      4,
      Uint8Array.from({ length: 40 }, (_, i) => i),
    );
    for (let size = 1; size <= whole.length; size++) {
      const { frames, faults, push } = reassembly();
      for (let at = 0; at < whole.length; at += size)
        push(at === 0 ? START : CONTINUE, whole.subarray(at, at + size));
      assert.deepEqual(frames, [`4:${toHex(whole.subarray(4))}`], `pieces of ${size}`);
      assert.deepEqual(faults, []);
    }
  });

  test("may be empty", () => {
    const { frames, push } = reassembly();
    push(START, frame(4, new Uint8Array(0)));
    push(START, fromHex("0000"));
    push(CONTINUE, fromHex("0400"));
    assert.deepEqual(frames, ["4:", "4:"]);
  });

  test("a continuation without a start is dropped", () => {
    const { frames, faults, push } = reassembly();
    push(CONTINUE, fromHex("0102"));
    assert.deepEqual(frames, []);
    assert.deepEqual(faults, ["continuation-without-start"]);
  });

  test("a start inside a frame drops the old one and begins the new one", () => {
    const { frames, faults, push } = reassembly();
    push(START, frame(4, fromHex("aabbccdd")).subarray(0, 6));
    push(START, frame(4, fromHex("11")));
    push(CONTINUE, fromHex("ccdd"));
    assert.deepEqual(frames, ["4:11"]);
    assert.deepEqual(faults, ["start-inside-frame", "continuation-without-start"]);
  });

  test("more octets than declared drop the frame, in the start and later", () => {
    const { frames, faults, push } = reassembly();
    push(START, concat(frame(4, fromHex("aabb")), [0xcc]));
    push(START, frame(4, fromHex("aabbcc")).subarray(0, 5));
    push(CONTINUE, fromHex("bbccdd"));
    assert.deepEqual(frames, []);
    assert.deepEqual(faults, ["too-many-octets", "too-many-octets"]);
  });

  test("all orders of three pieces: without the start in front nothing comes out", () => {
    const whole = frame(6, fromHex("0b010203040506"));
    const pieces = [
      [START, whole.subarray(0, 5)],
      [CONTINUE, whole.subarray(5, 8)],
      [CONTINUE, whole.subarray(8)],
    ] as const;
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const { frames, push } = reassembly();
      for (const i of order) {
        const [boundary, octets] = pieces[i] ?? pieces[0];
        push(boundary, octets);
      }
      const startsFirst = order[0] === 0;
      assert.equal(frames.length, startsFirst ? 1 : 0, order.join());
    }
  });

  test("longer than the channel takes are dropped and counted, without being gathered", () => {
    const { frames, faults, push } = reassembly();
    for (const [channel, limit] of [
      [4, 100],
      [5, 23],
      [6, 65],
    ] as const) {
      push(START, frame(channel, new Uint8Array(limit + 1)));
      push(START, frame(channel, new Uint8Array(limit + 1)).subarray(0, 10));
      push(CONTINUE, new Uint8Array(limit + 5 - 10));
      push(START, frame(channel, Uint8Array.of(channel)));
    }
    assert.deepEqual(frames, ["4:04", "5:05", "6:06"]);
    assert.deepEqual(
      faults,
      Array.from({ length: 6 }, () => "frame-too-long"),
    );
  });

  test("of channels that do not exist pass by silently, in one piece or in many", () => {
    const { frames, faults, push } = reassembly();
    const unknown = frame(0x40, new Uint8Array(60));
    push(START, unknown);
    push(START, unknown.subarray(0, 20));
    push(CONTINUE, unknown.subarray(20, 40));
    push(CONTINUE, unknown.subarray(40));
    push(START, frame(4, fromHex("01")));
    assert.deepEqual(frames, ["4:01"]);
    assert.deepEqual(faults, []);
  });

  test("a skipped frame that is longer than declared is a fault all the same", () => {
    const { faults, push } = reassembly();
    push(START, frame(0x40, new Uint8Array(10)).subarray(0, 8));
    push(CONTINUE, new Uint8Array(7));
    push(START, concat(frame(0x40, new Uint8Array(10)), [1]));
    assert.deepEqual(faults, ["too-many-octets", "too-many-octets"]);
  });

  test("the reserved boundary flag resets what was gathered", () => {
    const { frames, faults, push } = reassembly();
    push(START, frame(4, fromHex("aabb")).subarray(0, 5));
    push(0b11, fromHex("bb"));
    push(CONTINUE, fromHex("bb"));
    assert.deepEqual(frames, []);
    assert.deepEqual(faults, ["boundary-flag", "continuation-without-start"]);
  });
});
