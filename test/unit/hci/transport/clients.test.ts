import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { fromHost } from "../../../../hci/transport/h4-transport.ts";
import { loopback } from "../../../../hci/transport/loopback.ts";
import type { Packet } from "../../../../hci/transport/packet.ts";
import { streamTransport } from "../../../../hci/transport/stream.ts";
import { TransportError } from "../../../../hci/transport/transport.ts";
import type { WebSocketPort } from "../../../../hci/transport/websocket.ts";
import { openWebSocket } from "../../../../hci/transport/websocket.ts";
import { settle } from "../../../support/manual-clock.ts";

const command: Packet = { type: "command", bytes: fromHex("030c00") };
const answer: Packet = { type: "event", bytes: fromHex("0e0401030c00") };

describe("a loopback", () => {
  test("carries packets in order, never within send", async () => {
    const { host, controller } = loopback();
    const seen: Packet[] = [];
    controller.onPacket = (packet) => seen.push(packet);
    host.send(command);
    host.send({ type: "acl", bytes: fromHex("00000000") });
    assert.deepEqual(seen, []);
    await settle();
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["command", "acl"],
    );
  });

  test("closed at one end is lost at the other", async () => {
    const { host, controller } = loopback();
    const ends: (Error | undefined)[] = [];
    host.onClosed = (error) => ends.push(error);
    controller.onClosed = (error) => ends.push(error);
    const heard: Packet[] = [];
    controller.onPacket = (packet) => heard.push(packet);
    host.send(command);
    await host.close();
    await host.close();
    await settle();
    assert.equal(ends.length, 2);
    assert.equal(ends[0], undefined);
    assert(ends[1] instanceof TransportError);
    assert.deepEqual(heard, []);
  });
});

describe("a stream", () => {
  test("what was written is zeroed when the stream does not read it any more, and the caller's packet is not", () => {
    const written: { readonly octets: Uint8Array; readonly done: () => void }[] = [];
    const transport = streamTransport({
      writableLength: 0,
      write: (octets, done) => written.push({ octets, done }),
      destroy() {},
      on() {},
    });
    transport.send(command);
    const [one] = written;
    assert(one !== undefined);
    assert.equal(toHex(one.octets), "01030c00");
    one.done();
    assert.equal(toHex(one.octets), "00000000");
    assert.equal(toHex(command.bytes), "030c00");
  });
});

describe("a TCP client", () => {
  test("exchanges packets with an H4 server and notices its end", async () => {
    const server = createServer((socket) => {
      const transport = streamTransport(socket, fromHost);
      transport.onPacket = (packet) => {
        assert.deepEqual(packet, { type: "command", bytes: Buffer.from(command.bytes) });
        transport.send(answer);
        void transport.close();
      };
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert(address !== null && typeof address === "object");
    const socket = connect(address.port, "127.0.0.1");
    await once(socket, "connect");
    const transport = streamTransport(socket);
    const received: string[] = [];
    transport.onPacket = ({ bytes }) => received.push(toHex(bytes));
    const closed = new Promise<Error | undefined>((resolve) => {
      transport.onClosed = resolve;
    });
    transport.send(command);
    assert((await closed) instanceof TransportError);
    assert.deepEqual(received, [toHex(answer.bytes)]);
    await transport.close();
    server.close();
    await once(server, "close");
  });
});

class ScriptedSocket implements WebSocketPort {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly #listeners = new Map<string, ((event: { readonly data: unknown }) => void)[]>();

  send(octets: Uint8Array<ArrayBuffer>): void {
    this.sent.push(toHex(octets));
  }

  close(): void {
    this.readyState = 3;
    this.emit("close");
  }

  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  emit(type: string, data?: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
}

describe("a WebSocket client", () => {
  async function opened() {
    const socket = new ScriptedSocket();
    const opening = openWebSocket(socket);
    socket.readyState = 1;
    socket.emit("open");
    const transport = await opening;
    const received: string[] = [];
    const ends: (Error | undefined)[] = [];
    transport.onPacket = ({ bytes }) => received.push(toHex(bytes));
    transport.onClosed = (error) => ends.push(error);
    return { socket, transport, received, ends };
  }

  test("takes the browser's own socket as its port", () => {
    const fits = (socket: WebSocket): WebSocketPort => socket;
    assert.equal(typeof fits, "function");
  });

  test("reads packets from binary messages cut anywhere", async () => {
    const { socket, received } = await opened();
    assert.equal(socket.binaryType, "arraybuffer");
    socket.emit("message", fromHex("040e04").buffer);
    socket.emit("message", fromHex("01030c0004").buffer);
    socket.emit("message", fromHex("1000").buffer);
    assert.deepEqual(received, ["0e0401030c00", "1000"]);
  });

  test("sends one binary message per packet", async () => {
    const { socket, transport } = await opened();
    transport.send(command);
    assert.deepEqual(socket.sent, ["01030c00"]);
  });

  test("rejects when the socket cannot be opened", async () => {
    const socket = new ScriptedSocket();
    const opening = openWebSocket(socket);
    socket.close();
    await assert.rejects(opening, TransportError);
    await assert.rejects(openWebSocket(socket), TransportError);
  });

  test("ends on a text message", async () => {
    const { socket, ends } = await opened();
    socket.emit("message", "hello");
    assert(ends[0] instanceof TransportError);
    assert.equal(socket.readyState, 3);
  });

  test("ends when the other side stops reading", async () => {
    const { socket, transport, ends } = await opened();
    socket.bufferedAmount = 17 * 1024 * 1024;
    transport.send(command);
    assert(ends[0] instanceof TransportError);
    assert.deepEqual(socket.sent, []);
  });
});
