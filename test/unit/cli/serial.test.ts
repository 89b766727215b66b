/** A controller at the other end of a serial line, through the package that real ports are opened with. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { bonded, PIN, pinFile, place, type Place } from "./place.ts";
import { bondkeeper } from "./processes.ts";

/** A line of the system that leads to a TCP port; prints the name of its end. It stays when its user closes it. */
const LINE = `
import os, pty, select, socket, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
wire = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print(os.ttyname(slave), flush=True)
while True:
    ready, _, _ = select.select([master, wire], [], [])
    if master in ready: wire.sendall(os.read(master, 4096))
    if wire in ready:
        data = wire.recv(4096)
        if not data: break
        while data: data = data[os.write(master, data):]
`;
const python = spawnSync("python3", ["-c", "import pty, tty"]).status === 0;
const driver = await import("serialport").then(
  () => true,
  () => false,
);
const skip = !python
  ? "python3 with pty is needed"
  : !driver && "the package serialport was left out of this installation";

async function onTheLine(at: Place, work: (run: Place["run"]) => Promise<void>): Promise<void> {
  const line = spawn("python3", ["-c", LINE, String(at.controller.port)]);
  try {
    const [path]: readonly unknown[] = await once(createInterface({ input: line.stdout }), "line");
    const common = [
      "--transport",
      `serial:${String(path)}`,
      "--store",
      join(at.directory, "store"),
      "--json",
    ];
    await work((...args) => bondkeeper([...args, ...common]));
  } finally {
    line.kill("SIGKILL");
    await once(line, "close");
  }
}

test(
  "over a serial line: paired with a code, verified by the next process, and checked",
  { skip },
  place((at) =>
    onTheLine(at, async (run) => {
      const first = await run(at.address, ...pinFile(at));
      assert.deepEqual([first.code, first.result["level"]], [0, "secure"], `${first.out}${first.err}`);
      const second = await run(at.address);
      assert.deepEqual([second.code, second.result["evidence"]], [0, "encrypted"], second.err);
      assert.equal((await run(at.address, "--check-only")).code, 0);
      assert.ok(!`${first.out}${first.err}`.includes(PIN));
    }),
  ),
);

test(
  "a bond that was made over TCP encrypts over the serial line of the same adapter",
  { skip },
  place(async (at) => {
    await bonded(at);
    await onTheLine(at, async (run) => {
      const { code, result, err } = await run(at.address);
      assert.deepEqual([code, result["bondChanged"]], [0, "none"], err);
    });
  }),
);

test(
  "3: no port has this name",
  { skip },
  place(async (at) => {
    const args = [at.address, "--transport", "serial:/dev/no-such-port", "--store", at.directory, "--json"];
    const { code, result } = await bondkeeper(args);
    assert.deepEqual([code, result["reason"]], [3, "adapter-missing"]);
  }),
);
