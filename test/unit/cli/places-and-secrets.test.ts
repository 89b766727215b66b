import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { openBridge, openTcp } from "../../../src/cli/bridge.ts";
import { ControllerServer } from "../../../src/cli/controller-server.ts";
import { nodeClock } from "../../../src/cli/node-clock.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";
import { nodeText } from "../../../src/cli/node-text.ts";
import { openStore } from "../../../src/cli/open-store.ts";
import { readPin } from "../../../src/cli/secret-input.ts";
import { usualStore } from "../../../src/cli/store-place.ts";
import { Host } from "../../../hci/host/host.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bond } from "../../support/records.ts";
import { inDirectory } from "../keys/file-rig.ts";

const nobody = { stdin: (async function* none() {})(), credentials: undefined };

test("the store is where the service or the user keeps state", () => {
  const at = (system: NodeJS.Platform, env: Record<string, string> = {}) =>
    usualStore({ env, home: "/home/a", system });
  assert.equal(at("linux"), "/home/a/.local/state/bondkeeper");
  assert.equal(at("linux", { XDG_STATE_HOME: "/state" }), "/state/bondkeeper");
  assert.equal(at("linux", { XDG_STATE_HOME: "relative" }), "/home/a/.local/state/bondkeeper");
  assert.equal(at("linux", { STATE_DIRECTORY: "/var/lib/bonds:/other" }), "/var/lib/bonds");
  assert.equal(at("darwin"), "/home/a/Library/Application Support/Bondkeeper");
  assert.match(at("win32", { LOCALAPPDATA: "C:\\Local" }), /Bondkeeper$/);
});

test("a PIN comes from a file or from standard input, and is six digits", () =>
  inDirectory(async (directory) => {
    const path = join(directory, "pin");
    await writeFile(path, "012345\n", { mode: 0o600 });
    assert.equal(await readPin({ kind: "file", path }, nobody), "012345");
    const stdin = (async function* typed() {
      yield Buffer.from("65");
      yield Buffer.from("4321\n");
    })();
    assert.equal(await readPin({ kind: "stdin" }, { ...nobody, stdin }), "654321");
    assert.equal(await readPin({ kind: "ask" }, nobody), null);
    await writeFile(path, "12345x");
    await assert.rejects(readPin({ kind: "file", path }, nobody), (error: Error) => {
      assert.equal(error.message, "Cannot use the PIN: it is not six digits");
      return true;
    });
    await assert.rejects(readPin({ kind: "file", path: `${path}.none` }, nobody), /does not open/);
  }));

test("an opened store keeps records beside the keys, and says that nothing but permissions protects them", () =>
  inDirectory(async (directory) => {
    const said: string[] = [];
    const open = () =>
      openStore({ store: directory, passphrase: { kind: "ask" } }, nobody, (text) => said.push(text));
    {
      await using opened = await open();
      await opened.stores.bonds.put([bond("a")]);
      await assert.rejects(open(), { name: "KeysInUseError" });
    }
    await using again = await open();
    assert.deepEqual(await again.stores.bonds.all(), [bond("a")]);
    assert.match(said[0] ?? "", /permissions of their file alone/);
  }));

test("controllers behind TCP and WebSocket answer a host", async () => {
  const server = new ControllerServer({
    clock: nodeClock,
    crypto: nodeCrypto,
    text: nodeText,
    log: () => {},
    seed: 1,
    pace: "immediate",
    hosts: 2,
  });
  const { signal } = new AbortController();
  try {
    const port = await server.listenTcp(0);
    const webSocketPort = await server.listenWebSocket(0);
    const overTcp = await openTcp({ host: "127.0.0.1", port }, nodeClock, signal);
    const overWebSocket = await openBridge(`ws://127.0.0.1:${webSocketPort}/`, nodeClock, signal);
    for (const transport of [overTcp, overWebSocket]) {
      const host = await Host.start(transport, nodeClock);
      assert.notEqual(host.controller.facts.publicAddress, undefined);
      await host.close();
    }
  } finally {
    await server.close();
  }
});

test("nobody there, nobody answering, and a caller who gives up are errors in bounded time", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
  const address = silent.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  const clock = new ManualClock();
  const stop = new AbortController();
  try {
    const open = () => openBridge(`ws://127.0.0.1:${port}/`, clock, stop.signal);
    const waited = assert.rejects(open(), /no answer for 5 s/);
    await clock.advance(5_000);
    await waited;
    const given = assert.rejects(open(), /enough/);
    stop.abort(new Error("enough"));
    await given;
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
  const { signal } = new AbortController();
  await assert.rejects(openTcp({ host: "127.0.0.1", port }, nodeClock, signal), {
    name: "TransportError",
    message: `Cannot reach the controller at 127.0.0.1, port ${port}`,
  });
});
