/** Real processes: the command line, and a controller with devices for it to find. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CLI = join(import.meta.dirname, "../../../src/cli");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** With `--json`: the last line. */
  readonly result: Readonly<Record<string, unknown>>;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What the command line is started with. */
export const COMMAND: readonly string[] = [process.execPath, join(CLI, "main.ts")];

export interface Surroundings {
  /** In place of what this process has. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export function start(args: readonly string[], input = "", { env, cwd }: Surroundings = {}): Running {
  const [program = "", ...words] = COMMAND;
  const child = spawn(program, [...words, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: env ?? { ...process.env, NO_COLOR: "1" },
    cwd,
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (err += chunk.toString()));
  child.stdin.on("error", () => {}); // it may end without having read anything
  child.stdin.end(input);
  const ended = once(child, "close").then(
    ([code]): Ended => ({ code: typeof code === "number" ? code : null, out, err, result: lastObject(out) }),
  );
  return { child, ended };
}

export function bondkeeper(
  args: readonly string[],
  input?: string,
  surroundings?: Surroundings,
): Promise<Ended> {
  return start(args, input, surroundings).ended;
}

function lastObject(out: string): Readonly<Record<string, unknown>> {
  const last = out.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) return {};
  const value: unknown = JSON.parse(last);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** `npm run controller`, with devices that forget everything when it ends. */
export class Controller implements AsyncDisposable {
  readonly port: number;
  /** `ws://…`, to the same devices. */
  readonly webSocket: string;
  /** Addresses by name. */
  readonly devices: ReadonlyMap<string, string>;
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    { port, webSocket, devices }: Pick<Controller, "port" | "webSocket" | "devices">,
  ) {
    this.#child = child;
    this.port = port;
    this.webSocket = webSocket;
    this.devices = devices;
  }

  /** `seed` decides the addresses of adapter and devices. */
  static async start(peripherals: readonly string[], port = 0, seed = 1): Promise<Controller> {
    const named = peripherals.flatMap((name) => ["--peripheral", name]);
    const child = spawn(
      process.execPath,
      [
        join(CLI, "controller.ts"),
        "--tcp",
        String(port),
        "--ws",
        "0",
        "--pace",
        "0",
        "--seed",
        String(seed),
        ...named,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const devices = new Map<string, string>();
    let tcp = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, address] = /^(.+) is ((?:[\da-f]{2}:){5}[\da-f]{2})$/u.exec(line) ?? [];
      if (name !== undefined && address !== undefined) devices.set(name, address.toUpperCase());
      const [, listening] = /^tcp:\/\/127\.0\.0\.1:(\d+)$/u.exec(line) ?? [];
      if (listening !== undefined) tcp = Number(listening);
      if (!line.startsWith("ws://")) continue;
      child.stdout.resume();
      return new Controller(child, { port: tcp, webSocket: line, devices });
    }
    throw new Error("Cannot start the controller: it ended before it listened");
  }

  addressOf(name: string): string {
    const address = this.devices.get(name);
    assert.ok(address, `${name} is among ${[...this.devices.keys()].join(", ")}`);
    return address;
  }

  get transport(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "close");
  }
}
