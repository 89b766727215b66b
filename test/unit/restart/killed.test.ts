/** Processes with a file of keys and a controller behind TCP, killed by SIGKILL; the next one must encrypt a real link. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { heartRate } from "../../../hci/virtual/peripherals/heart-rate.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { ControllerServer } from "../../../src/cli/controller-server.ts";
import { nodeClock } from "../../../src/cli/node-clock.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";
import { nodeText } from "../../../src/cli/node-text.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";
import { inDirectory } from "../keys/file-rig.ts";

const PROGRAM = fileURLToPath(new URL("bonding-process.ts", import.meta.url));

interface Line {
  readonly step?: string;
  readonly status?: string;
  readonly result?: { readonly code: number; readonly reason: string | null; readonly evidence: string };
}

const isLine = (value: unknown): value is Line => typeof value === "object" && value !== null;

/** Runs a process until it has said `until`, or its result, and kills it there. Resolves with what it said. */
async function killedAt(args: readonly string[], until: (line: Line) => boolean): Promise<readonly Line[]> {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const said: Line[] = [];
  assert.ok(child.stdout);
  for await (const text of createInterface({ input: child.stdout })) {
    const line: unknown = JSON.parse(text);
    assert.ok(isLine(line));
    said.push(line);
    if (line.result === undefined && !until(line)) continue;
    child.kill("SIGKILL");
    break;
  }
  await ended;
  assert.equal(child.signalCode, "SIGKILL");
  return said;
}

const never = (): boolean => false;

interface Room extends AsyncDisposable {
  readonly port: string;
  readonly peer: string;
  readonly device: Peripheral;
}

async function room(): Promise<Room> {
  const ports = { clock: nodeClock, crypto: nodeCrypto, text: nodeText };
  const server = new ControllerServer({ ...ports, log: () => {}, seed: 1, pace: "immediate", hosts: 1 });
  const device = await Peripheral.start(heartRate(), {
    radio: server.radio,
    crypto: nodeCrypto,
    text: nodeText,
    seed: 5,
  });
  const port = String(await server.listenTcp(0));
  return {
    port,
    device,
    peer: peerIdOf(device.identity.address),
    async [Symbol.asyncDispose]() {
      await device.stop();
      await server.close();
    },
  };
}

test("killed after it bonded: the next process encrypts with the key of the first, and asks for nothing", async () => {
  await using there = await room();
  await inDirectory(async (directory) => {
    const args = (mode: string): string[] => [directory, there.port, mode, there.peer];
    const first = await killedAt(args("ensure"), never);
    assert.deepEqual([first.at(-1)?.result?.code, first.at(-1)?.result?.reason], [0, null]);
    const bonds = there.device.keys.list.length;
    const second = await killedAt(args("check"), never);
    const { result } = second.at(-1) ?? {};
    assert.deepEqual([result?.code, result?.evidence], [0, "encrypted"]);
    assert.ok(second.every(({ step, status }) => step !== "pair" || status === "skipped"));
    assert.equal(there.device.keys.list.length, bonds);
  });
});

for (const step of ["pair", "prove"]) {
  test(`killed during a repair, when "${step}" began: the next process ends in a proven bond`, async () => {
    await using there = await room();
    await inDirectory(async (directory) => {
      const args = (mode: string): string[] => [directory, there.port, mode, there.peer];
      await killedAt(args("ensure"), never);
      await killedAt(args("repair"), (line) => line.step === step && line.status === "started");
      const { result } = (await killedAt(args("ensure"), never)).at(-1) ?? {};
      assert.deepEqual([result?.code, result?.reason, result?.evidence], [0, null, "encrypted"]);
    });
  });
}
