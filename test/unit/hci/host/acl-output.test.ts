import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { aclHandle } from "../../../../hci/host/acl.ts";
import { AclOutput, QUEUE_LIMIT } from "../../../../hci/host/acl-output.ts";
import { newCounters } from "../../../../hci/host/counters.ts";

function output(length: number, packets: number) {
  const sent: Uint8Array[] = [];
  const counters = newCounters();
  const acl = new AclOutput({ length, packets }, (packet) => sent.push(packet), counters);
  return { acl, counters, sent, handles: () => sent.splice(0).map((packet) => aclHandle(packet)) };
}

const octets = (count: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: count }, (_, i) => i);

describe("sending a frame", () => {
  test("one packet where it fits, with the L2CAP header in front", async () => {
    const { acl, sent } = output(27, 3);
    acl.open(0x40);
    await acl.send(0x40, 6, fromHex("0b"));
    assert.deepEqual(
      sent.map((packet) => toHex(packet)),
      ["40000500010006000b"],
    );
  });

  test("a start and continuations where it does not, each at most the buffer's length", async () => {
    for (const size of [0, 1, 22, 23, 24, 50, 51, 77, 500]) {
      const { acl, sent } = output(27, 100);
      acl.open(0xeff);
      await acl.send(0xeff, 4, octets(size));
      assert.equal(sent.length, Math.ceil((size + 4) / 27));
      assert(sent.every((packet) => packet.length <= 31 && aclHandle(packet) === 0xeff));
      assert.deepEqual(
        sent.map((packet) => (packet[1] ?? 0) >> 4),
        sent.map((_, i) => (i === 0 ? 0 : 1)),
      );
      const frame = concat(...sent.map((packet) => packet.subarray(4)));
      assert.equal(toHex(frame), toHex(concat([size & 0xff, size >> 8, 4, 0], octets(size))));
    }
  });

  test("stops at the last free buffer and goes on with each completed packet", async () => {
    const { acl, sent } = output(27, 2);
    acl.open(0x40);
    let taken = false;
    const sending = acl.send(0x40, 4, octets(100)).then(() => (taken = true));
    assert.equal(sent.length, 2);
    acl.completed(0x40, 1);
    assert.equal(sent.length, 3);
    await Promise.resolve();
    assert(!taken);
    acl.completed(0x40, 2);
    assert.equal(sent.length, 4);
    await sending;
  });

  test("an adapter that fails while it takes the first part fails the frame", async () => {
    const acl = new AclOutput(
      { length: 27, packets: 3 },
      () => acl.close(0x40, new Error("over")),
      newCounters(),
    );
    acl.open(0x40);
    await assert.rejects(acl.send(0x40, 4, octets(60)), /over/);
  });

  test("is delivered when every packet is completed, not when the controller took it", async () => {
    const { acl } = output(27, 2);
    acl.open(0x40);
    const seen: string[] = [];
    const sending = acl.send(0x40, 4, octets(60)).then(() => seen.push("taken"));
    const delivered = acl.delivered(0x40).then(() => seen.push("delivered"));
    acl.completed(0x40, 2);
    await sending;
    assert.deepEqual(seen, ["taken"]);
    acl.completed(0x40, 1);
    await delivered;
    assert.deepEqual(seen, ["taken", "delivered"]);
    await acl.delivered(0x40); // nothing waits: at once
  });

  test("whoever waits for the delivery learns of the link's end", async () => {
    const { acl } = output(27, 2);
    acl.open(0x40);
    void acl.send(0x40, 4, octets(5));
    const delivered = assert.rejects(acl.delivered(0x40), /over/);
    acl.close(0x40, new Error("over"));
    await delivered;
    await assert.rejects(acl.delivered(0x40), /the link has ended/);
  });

  test("keeps the order of frames on one link", () => {
    const { acl, sent } = output(27, 1);
    acl.open(0x40);
    for (let i = 0; i < 5; i++) void acl.send(0x40, 4, Uint8Array.of(i));
    for (let i = 0; i < 5; i++) acl.completed(0x40, 1);
    assert.deepEqual(
      sent.map((packet) => packet[8]),
      [0, 1, 2, 3, 4],
    );
  });

  test("is refused on a link that does not exist", async () => {
    const { acl } = output(27, 1);
    await assert.rejects(acl.send(0x41, 4, octets(1)), /the link has ended/);
  });

  test("is refused when too much waits already", async () => {
    const { acl } = output(27, 1);
    acl.open(0x40);
    const waiting = acl.send(0x40, 4, new Uint8Array(QUEUE_LIMIT));
    await assert.rejects(acl.send(0x40, 4, octets(1)), /octets wait already/);
    acl.close(0x40, new Error("gone"));
    await assert.rejects(waiting, /gone/);
  });
});

describe("keys in packets", () => {
  const SMP = 6;
  const zero = (packet: Uint8Array | undefined): boolean => packet?.every((octet) => octet === 0) === true;

  test("a packet of the Security Manager is zeroed when the controller completed it, not before, and only that", () => {
    const { acl, sent } = output(27, 10);
    acl.open(0x40);
    acl.open(0x41);
    void acl.send(0x40, SMP, octets(17));
    void acl.send(0x40, 4, octets(17));
    void acl.send(0x40, SMP, octets(17));
    void acl.send(0x41, SMP, octets(17));
    const whole = sent.map((packet) => toHex(packet));
    const wiped = (): readonly boolean[] => sent.map(zero);
    assert.deepEqual(wiped(), [false, false, false, false]);
    acl.completed(0x40, 1);
    assert.deepEqual(wiped(), [true, false, false, false]);
    acl.completed(0x40, 1);
    assert.deepEqual(wiped(), [true, false, false, false]);
    acl.completed(0x40, 1);
    assert.deepEqual(wiped(), [true, false, true, false]);
    acl.completed(0x41, 1);
    assert.deepEqual(wiped(), [true, false, true, true]);
    assert.equal(toHex(sent[1] ?? new Uint8Array()), whole[1]);
  });

  test("every fragment of a frame, in whatever steps they are completed; the payload stays the sender's", async () => {
    const { acl, sent } = output(27, 2);
    acl.open(0x40);
    const payload = octets(65);
    const sending = acl.send(0x40, SMP, payload);
    acl.completed(0x40, 2);
    assert.deepEqual(sent.map(zero), [true, true, false]);
    await sending;
    acl.completed(0x40, 9);
    assert.deepEqual(sent.map(zero), [true, true, true]);
    assert.deepEqual(payload, octets(65));
  });

  test("what was under way when the link ended is zeroed: nobody completes it any more", () => {
    const { acl, sent } = output(27, 3);
    acl.open(0x40);
    void acl.send(0x40, SMP, octets(17));
    void acl.send(0x40, 4, octets(17));
    acl.close(0x40, new Error("over"));
    assert.deepEqual(sent.map(zero), [true, false]);
  });
});

describe("sharing the buffers", () => {
  test("links take turns, packet by packet", () => {
    const { acl, handles } = output(27, 1);
    for (const handle of [1, 2, 3]) {
      acl.open(handle);
    }
    for (const handle of [1, 1, 1, 2, 3]) void acl.send(handle, 4, octets(1));
    const order = handles();
    for (let i = 0; i < 4; i++) {
      acl.completed(order.at(-1) ?? 0, 1);
      order.push(...handles());
    }
    assert.deepEqual(order, [1, 2, 3, 1, 1]);
  });

  test("a peer that does not listen leaves a buffer to each other link", () => {
    const { acl, handles } = output(27, 3);
    acl.open(1);
    acl.open(2);
    for (let i = 0; i < 10; i++) void acl.send(1, 4, octets(20));
    assert.deepEqual(handles(), [1, 1]);
    for (let i = 0; i < 3; i++) void acl.send(2, 4, octets(20));
    assert.deepEqual(handles(), [2]);
    acl.completed(2, 1);
    assert.deepEqual(handles(), [2]);
  });

  test("one link alone uses all of them", () => {
    const { acl, handles } = output(27, 8);
    acl.open(1);
    void acl.send(1, 4, octets(1000));
    assert.equal(handles().length, 8);
  });

  test("more links than buffers still get their turn", () => {
    const { acl, handles } = output(27, 1);
    for (let handle = 1; handle <= 4; handle++) {
      acl.open(handle);
      void acl.send(handle, 4, octets(1));
    }
    const order = handles();
    for (let i = 0; i < 3; i++) {
      acl.completed(order.at(-1) ?? 0, 1);
      order.push(...handles());
    }
    assert.deepEqual(order, [1, 2, 3, 4]);
  });

  test("the buffers of a link that ended are free again, and its senders are told", async () => {
    const { acl, handles } = output(27, 2);
    acl.open(1);
    const sending = assert.rejects(acl.send(1, 4, octets(1000)), /gone/);
    acl.open(2);
    assert.deepEqual(handles(), [1, 1]);
    void acl.send(2, 4, octets(40));
    assert.deepEqual(handles(), []);
    acl.close(1, new Error("gone"));
    assert.deepEqual(handles(), [2, 2]);
    await sending;
  });
});

describe("completed packets that were never sent", () => {
  test("give no buffers and are counted", () => {
    const { acl, counters, handles } = output(27, 2);
    acl.open(1);
    acl.completed(1, 1);
    acl.completed(7, 3);
    void acl.send(1, 4, octets(200));
    assert.equal(handles().length, 2);
    acl.completed(1, 0xffff);
    assert.equal(handles().length, 2, "two were under way, so two come back");
    assert.equal(counters.excessCompletions, 3);
  });
});
