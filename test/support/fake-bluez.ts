/**
 * A private D-Bus with a stand-in for bluetoothd on it, for Chromium's real BlueZ backend (Linux). What the page does
 * is the browser's own; what the device and the system answer is the test's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { findPython } from "./requirements.ts";

/** A name under `org.bluez.Error`, and its text. */
export type BluezError = readonly [name: string, text: string];

/** D-Bus methods of a characteristic. */
export type BluezOperation = "ReadValue" | "WriteValue" | "StartNotify" | "StopNotify";

export interface CharacteristicBehaviour {
  readonly fail?: Partial<Record<BluezOperation, BluezError>>;
  /** Operations whose next call stays open until the link is lost. */
  readonly hold?: readonly BluezOperation[];
  /**
   * Answers only while the system and the device both hold a key. Otherwise: the error named here (`NotAuthorized`
   * makes Chromium pair on demand), or `system-pairs`: bluetoothd pairs by itself and the page never hears of it.
   */
  readonly security?: "NotAuthorized" | "NotPaired" | "NotPermitted" | "system-pairs" | null;
}

export interface BluezCharacteristic extends CharacteristicBehaviour {
  readonly uuid: string;
  /** As BlueZ names them: read, write, write-without-response, notify, indicate. */
  readonly flags: readonly string[];
  readonly value: readonly number[];
  readonly descriptors?: readonly string[];
}

export interface BluezService {
  readonly uuid: string;
  readonly characteristics: readonly BluezCharacteristic[];
}

export interface BluezDevice {
  readonly address: string;
  readonly name: string;
  readonly services: readonly BluezService[];
  /** Both sides hold a key from the start. */
  readonly paired?: boolean;
  /** Whether the system knows the device before it was scanned for. Default true. */
  readonly known?: boolean;
}

/** How a pairing goes: it succeeds, fails, stays open, or asks Chromium's agent. */
export type Pairing =
  | { readonly agent: "JustWorks" | "hold" | "RequestConfirmation" | "RequestPasskey" | "DisplayPasskey" }
  | { readonly error: BluezError };

export interface DeviceBehaviour {
  /** Error of `Connect`; "hold" leaves the next one open; "" connects again. */
  readonly connect?: BluezError | "hold" | "";
  readonly pairing?: Pairing;
  readonly inRange?: boolean;
}

/** What Chromium asked for: the D-Bus method, and of whom. */
export interface BluezCall {
  readonly call: string;
  readonly address?: string;
  readonly uuid?: string;
  readonly value?: readonly number[];
}

type Message =
  | BluezCall
  | { readonly ready: true }
  | { readonly done: number }
  | { readonly failed: number; readonly error: string };

/** Everything is allowed: the bus is private, its socket lies in a folder of its own. */
function configuration(socket: string): string {
  const rules = ["method_call", "method_return", "error", "signal"]
    .map((type) => `<allow send_type="${type}"/> <allow receive_type="${type}"/>`)
    .join("\n    ");
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_destination="*"/>
    ${rules}
  </policy>
</busconfig>`;
}

async function startBus(folder: string): Promise<{ daemon: ChildProcess; address: string }> {
  const file = join(folder, "bus.conf");
  await writeFile(file, configuration(join(folder, "bus")));
  const daemon = spawn(
    "dbus-daemon",
    [`--config-file=${file}`, "--nofork", "--nopidfile", "--print-address"],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const address = await new Promise<string>((resolve, reject) => {
    daemon.once("error", reject);
    daemon.once("exit", (code) => reject(new Error(`Cannot start a D-Bus: dbus-daemon ended with ${code}`)));
    createInterface({ input: daemon.stdout }).once("line", resolve);
  });
  return { daemon, address };
}

export class FakeBluez {
  /** To be added to the environment of the browser. */
  readonly env: { readonly DBUS_SYSTEM_BUS_ADDRESS: string };
  /** What Chromium asked for, oldest first. */
  readonly log: BluezCall[] = [];

  readonly #folder: string;
  readonly #daemon: ChildProcess;
  readonly #bluez: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #last = 0;

  private constructor(folder: string, daemon: ChildProcess, address: string) {
    this.env = { DBUS_SYSTEM_BUS_ADDRESS: address };
    this.#folder = folder;
    this.#daemon = daemon;
    const python = findPython() ?? "python3";
    const bluez = spawn(python, [join(import.meta.dirname, "fake-bluez.py"), address], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    this.#bluez = bluez;
    bluez.once("error", (error) => this.#end(error));
    bluez.once("exit", (code) => this.#end(new Error(`fake-bluez.py ended with ${code}`)));
    createInterface({ input: bluez.stdout }).on("line", (line) => this.#hear(JSON.parse(line)));
  }

  static async start(): Promise<FakeBluez> {
    const folder = await mkdtemp(join(tmpdir(), "fake-bluez-"));
    const { daemon, address } = await startBus(folder);
    const bluez = new FakeBluez(folder, daemon, address);
    await bluez.#ready.promise;
    return bluez;
  }

  async stop(): Promise<void> {
    this.#bluez.kill();
    this.#daemon.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** How often Chromium called this D-Bus method. */
  count(call: string): number {
    return this.log.filter((entry) => entry.call === call).length;
  }

  add(device: BluezDevice): Promise<void> {
    return this.#command("add", { device });
  }

  behave(address: string, behaviour: DeviceBehaviour): Promise<void> {
    return this.#command("behave", { address, ...behaviour });
  }

  characteristic(address: string, uuid: string, plan: CharacteristicBehaviour): Promise<void> {
    return this.#command("characteristic", { address, uuid, plan });
  }

  notify(address: string, uuid: string, value: readonly number[]): Promise<void> {
    return this.#command("notify", { address, uuid, value });
  }

  /** Another firmware: the table of the device is another one from now on. */
  setServices(address: string, services: readonly BluezService[]): Promise<void> {
    return this.#command("services", { address, services });
  }

  loseLink(address: string): Promise<void> {
    return this.#command("lose", { address });
  }

  /** Service discovery goes on for ever on this link. */
  neverResolve(address: string): Promise<void> {
    return this.#command("unresolve", { address });
  }

  /** The device was reset: it has lost its half of the bond, the system has not. */
  peerForgets(address: string): Promise<void> {
    return this.#command("peerForgets", { address });
  }

  /**
   * A person removed the device in the system's settings: the key is gone, a scan finds the device again. Waits as a
   * person would: a connection attempt that meets the removal half-way is never answered by Chromium, nor is any
   * later one of that page, and no sign shows when Chromium has noticed.
   */
  async systemForgets(address: string): Promise<void> {
    await this.#command("systemForgets", { address });
    await setTimeout(500);
  }

  power(on: boolean): Promise<void> {
    return this.#command("power", { on });
  }

  /** The adapter is unplugged, or plugged in again. */
  present(there: boolean): Promise<void> {
    return this.#command("present", { there });
  }

  /** Chromium registers its pairing agent only when it sees the agent manager appear. */
  announceAgents(): Promise<void> {
    return this.#command("announceAgents", {});
  }

  /** Resolves when the stand-in has done it; what Chromium makes of it comes later. */
  #command(name: string, parameters: Readonly<Record<string, unknown>>): Promise<void> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(id, waiting);
    this.#bluez.stdin?.write(`${JSON.stringify({ ...parameters, id, do: name })}\n`);
    return waiting.promise;
  }

  #hear(message: Message): void {
    if ("ready" in message) this.#ready.resolve();
    else if ("done" in message) this.#waiting.get(message.done)?.resolve();
    else if ("failed" in message)
      this.#waiting.get(message.failed)?.reject(new Error(`Cannot direct the stand-in: ${message.error}`));
    else this.log.push(message);
  }

  #end(error: Error): void {
    this.#ready.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
  }
}
