/** The command line at a real terminal: when it asks for a code, and what of it is seen. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { bonded, PIN, place, type Place } from "./place.ts";
import { inDirectory } from "../keys/file-rig.ts";
import { bondkeeper, COMMAND, Controller } from "./processes.ts";

/** Runs what follows at a terminal of its own; what is typed into the pipe is typed there. */
const AT_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const python = spawnSync("python3", ["-c", "import os, pty; os.waitstatus_to_exitcode"]).status === 0;
const skip = python ? false : "python3 with pty is needed";
const QUESTION = "Code of the device";
const COMPARISON = /Does the device show (\d{3} \d{3}) too\? \[y\/N\]/u;

interface Seen {
  readonly code: number | null;
  readonly screen: string;
}

/** `typed` is typed when the question shows. */
async function atTerminal(
  { address, controller, directory }: Pick<Place, "address" | "controller" | "directory">,
  typed: string,
  question: RegExp | string = QUESTION,
): Promise<Seen> {
  const args = [address, "--transport", controller.transport, "--store", join(directory, "store")];
  const child = spawn("python3", ["-c", AT_A_TERMINAL, ...COMMAND, ...args]);
  let screen = "";
  let asked = false;
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
    if (asked || (typeof question === "string" ? !screen.includes(question) : !question.test(screen))) return;
    asked = true;
    child.stdin.write(typed);
  });
  const [code]: readonly unknown[] = await once(child, "close");
  return { code: typeof code === "number" ? code : null, screen };
}

test(
  "the code is asked for when the device asks for it, shows as dots, and is nowhere on the screen",
  { skip },
  place(async (at) => {
    const { code, screen } = await atTerminal(at, `${PIN}\r`);
    assert.equal(code, 0, screen);
    const [before = "", after = ""] = screen.split(QUESTION);
    assert.match(before, /^connect\b/mu, "after the device was reached");
    assert.match(after, /^[^\n]*•{6}\r?\n/u, "one dot for each digit");
    assert.ok(!screen.includes(PIN), screen);
  }),
);

test(
  "nothing is asked where the bond works",
  { skip },
  place(async (at) => {
    await bonded(at);
    const { code, screen } = await atTerminal(at, "");
    assert.equal(code, 0, screen);
    assert.ok(!screen.includes(QUESTION), screen);
  }),
);

test(
  "Control-C at the question is 6, and nothing is stored",
  { skip },
  place(async (at) => {
    const { code, screen } = await atTerminal(at, "\u0003");
    assert.equal(code, 6, screen);
    assert.equal((await at.run("list")).out, "");
  }),
);

/** A device that shows six digits and wants to hear that both sides show the same. */
function comparing(work: (at: Pick<Place, "address" | "controller" | "directory">) => Promise<void>) {
  return () =>
    inDirectory(async (directory) => {
      await using controller = await Controller.start(["lock"]);
      const [address = ""] = controller.devices.values();
      await work({ directory, controller, address });
    });
}

test(
  "six digits are compared by the person: yes makes the bond",
  { skip },
  comparing(async (at) => {
    const { code, screen } = await atTerminal(at, "y\r", COMPARISON);
    assert.equal(code, 0, screen);
    assert.match(screen, /^result +0 ok/mu);
  }),
);

test(
  "six digits are compared by the person: all else makes none",
  { skip },
  comparing(async (at) => {
    const { code, screen } = await atTerminal(at, "\r", COMPARISON);
    assert.notEqual(code, 0, screen);
    const list = await bondkeeper(["list", "--json", "--store", join(at.directory, "store")]);
    assert.equal(list.out, "");
  }),
);

test(
  "where nobody is there to compare six digits, nothing confirms them, not even a code that was handed over",
  comparing(async ({ address, controller, directory }) => {
    const args = [address, "--pin-stdin", "--transport", controller.transport];
    const { code, err } = await bondkeeper([...args, "--store", join(directory, "store")], PIN);
    assert.notEqual(code, 0, err);
    assert.match(err, /wants six digits compared, and nobody is there/u);
    const list = await bondkeeper(["list", "--json", "--store", join(directory, "store")]);
    assert.equal(list.out, "");
  }),
);
