import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { H4Parser, h4Frame } from "../../../../hci/transport/h4.ts";
import { fromController, fromHost, H4Transport } from "../../../../hci/transport/h4-transport.ts";
import type { Packet } from "../../../../hci/transport/packet.ts";
import { TransportError } from "../../../../hci/transport/transport.ts";

const event: Packet = { type: "event", bytes: fromHex("130501400001 00".replaceAll(" ", "")) };
const acl: Packet = { type: "acl", bytes: fromHex("40200500 0102030405") };
const iso: Packet = { type: "iso", bytes: fromHex("41000200 aabb") };
const synchronous: Packet = { type: "synchronous", bytes: fromHex("42000101") };
const resetAnswer = fromHex("040e0401030c00");

function parser(): {
  readonly packets: Packet[];
  readonly push: (chunk: Uint8Array) => void;
  readonly h4: H4Parser;
} {
  const packets: Packet[] = [];
  const h4 = new H4Parser(fromController, (packet) => packets.push(packet));
  return { packets, h4, push: (chunk) => h4.push(chunk) };
}

describe("H4 framing", () => {
  test("cuts a stream into packets of every type", () => {
    const { packets, push } = parser();
    push(concat(h4Frame(event), h4Frame(acl), h4Frame(iso), h4Frame(synchronous)));
    assert.deepEqual(packets, [event, acl, iso, synchronous]);
  });

  test("finds the same packets whatever the size of the chunks", () => {
    const stream = concat(h4Frame(event), h4Frame(acl), h4Frame(iso), h4Frame(event));
    for (let size = 1; size <= stream.length; size++) {
      const { packets, push } = parser();
      for (let i = 0; i < stream.length; i += size) push(stream.subarray(i, i + size));
      assert.deepEqual(packets, [event, acl, iso, event], `chunks of ${size}`);
    }
  });

  test("gives a packet without payload as soon as its header is there", () => {
    const { packets, push } = parser();
    push(fromHex("041000"));
    push(fromHex("02400000"));
    push(fromHex("00"));
    assert.deepEqual(
      packets.map(({ bytes }) => toHex(bytes)),
      ["1000", "40000000"],
    );
  });

  test("refuses an unknown type instead of guessing where the next packet starts", () => {
    for (const type of [0, 6, 0xff]) {
      const { push } = parser();
      assert.throws(() => push(Uint8Array.of(type)), TransportError);
    }
  });

  test("refuses a command from a controller and an event from a host", () => {
    const { push } = parser();
    assert.throws(() => push(fromHex("01030c00")), TransportError);
    const asController = new H4Parser(fromHost, () => {});
    assert.throws(() => asController.push(resetAnswer), TransportError);
  });

  test("drops everything before the answer to Reset, wherever it was cut", () => {
    const old = concat(fromHex("0102030405"), h4Frame(acl), fromHex("02"));
    const stream = concat(old, resetAnswer, h4Frame(event));
    for (let size = 1; size <= stream.length; size++) {
      const { packets, h4, push } = parser();
      push(h4Frame(acl).subarray(0, 6));
      h4.resynchronise();
      for (let i = 0; i < stream.length; i += size) push(stream.subarray(i, i + size));
      assert.deepEqual(
        packets.map(({ bytes }) => toHex(bytes)),
        ["0e0401030c00", toHex(event.bytes)],
        `chunks of ${size}`,
      );
    }
  });

  test("a claimed length of 65 535 in chunks of one octet takes linear time", () => {
    const { packets, push } = parser();
    const packet = { type: "acl", bytes: concat(fromHex("4020ffff"), new Uint8Array(0xffff)) } as const;
    const stream = h4Frame(packet);
    for (let i = 0; i < stream.length; i++) push(stream.subarray(i, i + 1));
    assert.equal(packets.length, 1);
    assert.equal(packets[0]?.bytes.length, 0xffff + 4);
  });
});

describe("H4 over a pipe", () => {
  function piped() {
    const written: string[] = [];
    const closed: (Error | undefined)[] = [];
    const packets: Packet[] = [];
    let pipeCloses = 0;
    let broken = false;
    const transport = new H4Transport({
      write(octets) {
        if (broken) throw new Error("EPIPE");
        written.push(toHex(octets));
      },
      close() {
        pipeCloses++;
      },
    });
    transport.onPacket = (packet) => packets.push(packet);
    transport.onClosed = (error) => closed.push(error);
    return {
      transport,
      written,
      closed,
      packets,
      breakPipe: () => (broken = true),
      pipeCloses: () => pipeCloses,
    };
  }

  test("writes the type octet before each packet", () => {
    const { transport, written } = piped();
    transport.send(acl);
    assert.deepEqual(written, [`02${toHex(acl.bytes)}`]);
  });

  test("sending Reset drops what an earlier session left in the stream", () => {
    const { transport, packets } = piped();
    transport.send({ type: "command", bytes: fromHex("030c00") });
    transport.receive(fromHex("ffff00ff"));
    transport.receive(resetAnswer);
    assert.deepEqual(
      packets.map(({ bytes }) => toHex(bytes)),
      ["0e0401030c00"],
    );
  });

  test("ends with the reason when the framing is lost, and hears nothing afterwards", () => {
    const { transport, closed, packets, pipeCloses } = piped();
    transport.receive(fromHex("ff"));
    transport.receive(h4Frame(event));
    assert.equal(closed.length, 1);
    assert(closed[0] instanceof TransportError);
    assert.deepEqual(packets, []);
    assert.equal(pipeCloses(), 1);
  });

  test("ends when the pipe breaks under a packet, instead of throwing", () => {
    const { transport, closed, breakPipe } = piped();
    breakPipe();
    transport.send(acl);
    assert(closed[0] instanceof TransportError);
    transport.send(acl);
    assert.equal(closed.length, 1);
  });

  test("closing twice lets go once and reports no error", async () => {
    const { transport, closed, pipeCloses } = piped();
    await Promise.all([transport.close(), transport.close()]);
    assert.deepEqual(closed, [undefined]);
    assert.equal(pipeCloses(), 1);
  });

  test("packets behind one whose receiver closes the transport are not delivered", () => {
    const { transport, packets } = piped();
    transport.onPacket = (packet) => {
      packets.push(packet);
      void transport.close();
    };
    transport.receive(concat(h4Frame(event), h4Frame(acl)));
    assert.deepEqual(packets, [event]);
  });
});
