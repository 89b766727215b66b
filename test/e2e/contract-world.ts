/** The world around the contract of `Backend`, once emulated by the browser and once as a system service. */
import { expect } from "@playwright/test";
import { CONTRACT_DEVICE, ECHO, LEVEL, type Hangable } from "../contract/bench.ts";
import {
  type EmulatedCharacteristic,
  type EmulatedTable,
  notify,
  type ValueOperation,
} from "../support/bluetooth-emulator.ts";
import type { BrowserSession } from "../support/browser-session.ts";
import { pickAddress, pickCancel, pickNothing } from "../support/chooser.ts";
import type { BluezOperation, FakeBluez } from "../support/fake-bluez.ts";
import { Uuids } from "../support/uuid.ts";

/** What a test of the contract can make happen. */
export interface World {
  /** A fresh device, first in the chooser, and an adapter that works. */
  start(): Promise<void>;
  chooser(does: "pick" | "cancel" | "nothing"): Promise<void>;
  adapter(state: "present" | "missing"): Promise<void>;
  hang(operation: Hangable): Promise<void>;
  dropLink(): Promise<void>;
  notify(value: readonly number[]): Promise<void>;
  echo(): Promise<readonly number[]>;
}

let devices = 0;

/** Every test has a device of its own: what an older one left open cannot reach it. */
function nextAddress(): string {
  devices++;
  return `0C:00:00:00:00:${devices.toString(16).padStart(2, "0").toUpperCase()}`;
}

function setChooser(session: BrowserSession, does: "pick" | "cancel" | "nothing", address: string): void {
  const picks = { pick: pickAddress(address), cancel: pickCancel, nothing: pickNothing };
  session.chooser.pick = picks[does];
}

/** Holds the next operation, and that one only. */
function once<T>(value: T): Pick<ReadonlySet<T>, "has"> {
  const left = new Set([value]);
  return { has: (asked) => left.delete(asked) };
}

export class EmulatedWorld implements World {
  readonly #session: BrowserSession;
  #address = "";
  #level: EmulatedCharacteristic = { properties: {}, value: [] };
  #echo: EmulatedCharacteristic = { properties: {}, value: [] };

  constructor(session: BrowserSession) {
    this.#session = session;
  }

  async start(): Promise<void> {
    this.#address = nextAddress();
    const table = this.#table();
    const { emulator } = this.#session;
    emulator.status.discovery = 0;
    await emulator.setAdapter("powered-on");
    await emulator.addPreconnected(this.#address, CONTRACT_DEVICE.name, table);
    await this.chooser("pick");
  }

  chooser(does: "pick" | "cancel" | "nothing"): Promise<void> {
    setChooser(this.#session, does, this.#address);
    return Promise.resolve();
  }

  adapter(state: "present" | "missing"): Promise<void> {
    return this.#session.emulator.setAdapter(state === "present" ? "powered-on" : "absent");
  }

  hang(operation: Hangable): Promise<void> {
    const types: Readonly<Record<"read" | "write" | "subscribe", ValueOperation>> = {
      read: "read",
      write: "write",
      subscribe: "subscribe-to-notifications",
    };
    if (operation === "connect") throw new Error("Cannot hang a connection: the emulation always connects");
    if (operation === "discover") this.#session.emulator.hangDiscovery();
    else (operation === "write" ? this.#echo : this.#level).hold = once(types[operation]);
    return Promise.resolve();
  }

  dropLink(): Promise<void> {
    return this.#session.emulator.disconnect(this.#address);
  }

  notify(value: readonly number[]): Promise<void> {
    return notify(this.#session.page, this.#level, LEVEL, value);
  }

  echo(): Promise<readonly number[]> {
    return Promise.resolve(this.#echo.value);
  }

  #table(): EmulatedTable {
    const table: Record<string, Record<string, EmulatedCharacteristic[]>> = {};
    for (const { uuid: service, characteristics } of CONTRACT_DEVICE.services) {
      const entries: Record<string, EmulatedCharacteristic[]> = {};
      for (const { uuid, properties, value } of characteristics) {
        const entry: EmulatedCharacteristic = {
          properties: Object.fromEntries(properties.map((property) => [property, true])),
          value,
          ...(properties.includes("notify") && { descriptors: { [Uuids.clientConfiguration]: [0, 0] } }),
        };
        (entries[uuid] ??= []).push(entry);
        if (uuid === LEVEL) this.#level = entry;
        if (uuid === ECHO) this.#echo = entry;
      }
      table[service] = entries;
    }
    return table;
  }
}

const FLAGS: Readonly<Record<string, string>> = { writeWithoutResponse: "write-without-response" };

export class BluezWorld implements World {
  readonly #session: BrowserSession;
  readonly #bluez: FakeBluez;
  #address = "";

  constructor(session: BrowserSession, bluez: FakeBluez) {
    this.#session = session;
    this.#bluez = bluez;
  }

  async start(): Promise<void> {
    this.#address = nextAddress();
    this.#bluez.log.length = 0;
    await this.adapter("present");
    await this.#bluez.add({
      address: this.#address,
      name: CONTRACT_DEVICE.name,
      services: CONTRACT_DEVICE.services.map(({ uuid, characteristics }) => ({
        uuid,
        characteristics: characteristics.map((characteristic) => ({
          uuid: characteristic.uuid,
          flags: characteristic.properties.map((property) => FLAGS[property] ?? property),
          value: characteristic.value,
          descriptors: characteristic.properties.includes("notify") ? [Uuids.clientConfiguration] : [],
        })),
      })),
    });
    await this.chooser("pick");
  }

  chooser(does: "pick" | "cancel" | "nothing"): Promise<void> {
    setChooser(this.#session, does, this.#address);
    return Promise.resolve();
  }

  async adapter(state: "present" | "missing"): Promise<void> {
    await this.#bluez.present(state === "present");
    const available = () => this.#session.page.evaluate(() => navigator.bluetooth.getAvailability());
    await expect.poll(available).toBe(state === "present");
  }

  hang(operation: Hangable): Promise<void> {
    if (operation === "connect") return this.#bluez.behave(this.#address, { connect: "hold" });
    if (operation === "discover") return this.#bluez.neverResolve(this.#address);
    const calls: Readonly<Record<"read" | "write" | "subscribe", BluezOperation>> = {
      read: "ReadValue",
      write: "WriteValue",
      subscribe: "StartNotify",
    };
    const uuid = operation === "write" ? ECHO : LEVEL;
    return this.#bluez.characteristic(this.#address, uuid, { hold: [calls[operation]] });
  }

  dropLink(): Promise<void> {
    return this.#bluez.loseLink(this.#address);
  }

  notify(value: readonly number[]): Promise<void> {
    return this.#bluez.notify(this.#address, LEVEL, value);
  }

  echo(): Promise<readonly number[]> {
    const written = this.#bluez.log.findLast(({ call, uuid }) => call === "WriteValue" && uuid === ECHO);
    return Promise.resolve(written?.value ?? []);
  }
}
