import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import { closePayload, FrameError, FrameReader, serverFrame } from "../../../src/cli/websocket-frames.ts";

function refusal(octets: string): number {
  try {
    new FrameReader().push(fromHex(octets));
  } catch (error) {
    assert.ok(error instanceof FrameError);
    return error.code;
  }
  assert.fail("the frame was taken");
}

test("the masked text of RFC 6455 5.7 unmasks, here as binary, also octet by octet", () => {
  const frame = fromHex("828537fa213d7f9f4d5158");
  const [whole] = new FrameReader().push(frame);
  assert.equal(new TextDecoder().decode(whole?.payload), "Hello");
  const reader = new FrameReader();
  const frames = [...frame].flatMap((octet) => reader.push(Uint8Array.of(octet)));
  assert.equal(new TextDecoder().decode(frames[0]?.payload), "Hello");
});

test("a message in parts comes as parts, a ping may come between them", () => {
  const reader = new FrameReader();
  const frames = reader.push(fromHex("0281000000000a 898000000000 80810000 00000b"));
  assert.deepEqual(
    frames.map(({ opcode, payload }) => [opcode, toHex(payload)]),
    [
      [2, "0a"],
      [9, ""],
      [0, "0b"],
    ],
  );
});

test("what breaks the protocol is refused with its code", () => {
  assert.equal(refusal("8205aabbccddee"), 1002, "not masked");
  assert.equal(refusal("c28100000000aa"), 1002, "reserved bit");
  assert.equal(refusal("838100000000aa"), 1002, "unknown opcode");
  assert.equal(refusal("808100000000aa"), 1002, "continuation of nothing");
  assert.equal(refusal("098000000000"), 1002, "ping in parts");
  assert.equal(refusal("89fe0100"), 1002, "long ping");
  assert.equal(refusal("818100000000aa"), 1003, "text");
  assert.equal(refusal("82ff00000000000fffff"), 1009, "a megabyte");
});

test("frames from the server have the three forms of length", () => {
  assert.equal(toHex(serverFrame(2, Uint8Array.of(1, 2))), "82020102");
  assert.equal(toHex(serverFrame(2, new Uint8Array(300)).slice(0, 4)), "827e012c");
  assert.equal(toHex(serverFrame(2, new Uint8Array(70_000)).slice(0, 10)), "827f0000000000011170");
  assert.equal(closePayload(1008, "x".repeat(200)).length, 125);
});
