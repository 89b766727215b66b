import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import { lock } from "../../../hci/virtual/peripherals/lock.ts";
import { ControllerServer } from "../../../src/cli/controller-server.ts";
import { nodeClock } from "../../../src/cli/node-clock.ts";
import { nodeText } from "../../../src/cli/node-text.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";

const reset = fromHex("01030c00");
const resetDone = "040e0401030c00";

interface Served {
  readonly server: ControllerServer;
  readonly lines: string[];
}

function serve(t: TestContext, hosts = 1): Served {
  const lines: string[] = [];
  const server = new ControllerServer({
    clock: nodeClock,
    crypto: nodeCrypto,
    text: nodeText,
    log: (line) => void lines.push(line),
    seed: 1,
    pace: "immediate",
    hosts,
  });
  t.after(() => server.close());
  return { server, lines };
}

/** Sends octets over TCP and gives what came back before the end, or until `enough` hexadecimal digits are there. */
async function talk(port: number, octets: Uint8Array, enough = Infinity): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const got: string[] = [];
  const done = Promise.withResolvers<void>();
  socket.on("data", (chunk) => {
    got.push(toHex(chunk));
    if (got.join("").length >= enough) done.resolve();
  });
  socket.on("close", () => done.resolve());
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(octets);
  await done.promise;
  const closed = socket.destroyed ? undefined : once(socket, "close");
  socket.destroy();
  await closed;
  return got.join("");
}

async function until(lines: readonly string[], pattern: RegExp): Promise<void> {
  for (let i = 0; i < 200 && !lines.some((line) => pattern.test(line)); i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  assert.ok(
    lines.some((line) => pattern.test(line)),
    lines.join("\n"),
  );
}

test("H4 over TCP: Reset is answered", async (t) => {
  const { server } = serve(t);
  const port = await server.listenTcp(0);
  assert.equal(await talk(port, reset, resetDone.length), resetDone);
});

test("a ready-made device is in the range of a client", async (t) => {
  const { server, lines } = serve(t);
  await server.addPeripheral(lock());
  const port = await server.listenTcp(0);
  // Reset, Set Event Mask with LE Meta, LE Set Scan Enable, in turns as the credits ask
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  const commands = ["01030c00", "01010c08ffffffffffffff3f", "010c20020100"];
  const heard = Promise.withResolvers<string>();
  socket.on("data", (chunk) => {
    const hex = toHex(chunk);
    if (hex.startsWith("043e")) heard.resolve(hex);
    const next = commands.shift();
    if (next !== undefined) socket.write(fromHex(next));
  });
  await once(socket, "connect");
  socket.write(fromHex(commands.shift() ?? ""));
  const report = await heard.promise;
  assert.match(lines[0] ?? "", /^Front door is [0-9a-f:]{17}$/);
  const address = (lines[0] ?? "").slice(-17).split(":").toReversed().join("");
  assert.ok(report.includes(address), report);
});

test("one wrong octet ends that client with a reason; the next client is served", async (t) => {
  const { server, lines } = serve(t);
  const port = await server.listenTcp(0);
  assert.equal(await talk(port, fromHex("77")), "");
  await until(lines, /tcp client 1 is gone: Cannot find the next packet: type octet is 0x77/);
  assert.equal(await talk(port, reset, resetDone.length), resetDone);
});

test("a host that sends an event is cut off: only controllers do that", async (t) => {
  const { server, lines } = serve(t);
  const port = await server.listenTcp(0);
  assert.equal(await talk(port, fromHex("040e0401030c00")), "");
  await until(lines, /type octet is 0x04/);
});

test("a violation is reported with its rule and the client goes on", async (t) => {
  const { server, lines } = serve(t);
  const port = await server.listenTcp(0);
  const strayData = fromHex("02aa00050001000400ff");
  const octets = Uint8Array.from([...strayData, ...reset]);
  assert.equal(await talk(port, octets, resetDone.length), resetDone);
  await until(lines, /controller 1: D4: data on handle 170/);
});

test("no more clients than controllers; the place of one that left is free again", async (t) => {
  const { server, lines } = serve(t);
  const port = await server.listenTcp(0);
  const first = connect(port, "127.0.0.1");
  await once(first, "connect");
  await until(lines, /tcp client 1 has controller 1/);
  assert.equal(await talk(port, reset), "");
  await until(lines, /refused: all 1 controllers are in use/);
  first.destroy();
  await until(lines, /tcp client 1 is gone/);
  assert.equal(await talk(port, reset, resetDone.length), resetDone);
});

async function open(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.binaryType = "arraybuffer";
  await once(socket, "open");
  return socket;
}

test("WebSocket: the client of Node opens it, and Reset is answered, in any cut", async (t) => {
  const { server } = serve(t);
  const socket = await open(await server.listenWebSocket(0));
  socket.send(reset.slice(0, 1));
  socket.send(reset.slice(1));
  const [message] = await once(socket, "message");
  assert.ok(message instanceof MessageEvent && message.data instanceof ArrayBuffer);
  assert.equal(toHex(new Uint8Array(message.data)), resetDone);
  socket.close();
  await once(socket, "close");
});

test("WebSocket: one wrong octet, or text, closes it with a code and a reason", async (t) => {
  const { server } = serve(t);
  const port = await server.listenWebSocket(0);
  const cases = [
    [Uint8Array.of(0x77), 1008, "Cannot find the next packet: type octet is 0x77"],
    ["text", 1003, "Cannot read text: HCI is binary"],
  ] as const;
  for (const [wrong, code, reason] of cases) {
    const socket = await open(port);
    socket.send(wrong);
    const [event] = await once(socket, "close");
    assert.ok(event instanceof CloseEvent);
    assert.deepEqual([event.code, event.reason], [code, reason]);
  }
});

test("WebSocket: a page from elsewhere is turned away, a local one is not", async (t) => {
  const { server, lines } = serve(t);
  const port = await server.listenWebSocket(0);
  const ask = (origin: string): Promise<string> =>
    talk(
      port,
      new TextEncoder().encode(
        `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: ${origin}\r\n\r\n`,
      ),
      100,
    );
  const textOf = (hex: string): string => new TextDecoder().decode(fromHex(hex));
  assert.match(textOf(await ask("https://example.com")), /^HTTP\/1\.1 403 /);
  assert.match(textOf(await ask("https://localhost.example.com")), /^HTTP\/1\.1 403 /);
  const answer = textOf(await ask("http://localhost:4173"));
  assert.match(answer, /^HTTP\/1\.1 101 /);
  // RFC 6455 1.3 gives this answer to that key
  assert.match(answer, /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
  assert.ok(lines.includes("ws client refused: 403 Forbidden"));
});
