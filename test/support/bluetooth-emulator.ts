/**
 * Bluetooth peripherals inside Chromium, driven over the DevTools protocol: no radio, no BlueZ. The page under test
 * uses the browser's own Web Bluetooth and cannot tell.
 *
 * What this layer cannot show: errors of authentication, pairing, real notifications. Those belong to `fake-bluez.ts`.
 */
import type { Browser, CDPSession, Page } from "@playwright/test";

/** Only the last `--enable-features` of a command line counts, so every feature stands in one argument. */
export const BLUETOOTH_FLAGS = ["--enable-features=WebBluetooth,WebBluetoothNewPermissionsBackend"];

export type AdapterState = "powered-on" | "powered-off" | "absent";
export type GattOperation = "connection" | "discovery";
export type ValueOperation =
  | "read"
  | "write"
  | "subscribe-to-notifications"
  | "unsubscribe-from-notifications";

/** One characteristic; a test may change its value and its behaviour at any time. */
export interface EmulatedCharacteristic {
  readonly properties: Readonly<
    Partial<Record<"read" | "write" | "writeWithoutResponse" | "notify" | "indicate", boolean>>
  >;
  value: readonly number[];
  /** By 128-bit UUID. A notifying characteristic needs its 0x2902, else subscribing is "not supported". */
  readonly descriptors?: Record<string, readonly number[]>;
  /** ATT code to answer an operation with. The page sees the same text for every code. */
  fail?: Partial<Record<ValueOperation, number>>;
  /** Operations that are not answered; asked once for each operation. */
  hold?: Pick<ReadonlySet<ValueOperation>, "has">;
}

/** Services and characteristics by 128-bit UUID; a list where a service has the same characteristic more than once. */
export type EmulatedTable = Readonly<
  Record<string, Readonly<Record<string, EmulatedCharacteristic | readonly EmulatedCharacteristic[]>>>
>;

/** What the page asked the peripheral for. */
export type EmulatedOperation =
  | { readonly on: "device"; readonly address: string; readonly type: GattOperation }
  | { readonly on: "characteristic"; readonly uuid: string; readonly type: ValueOperation }
  | { readonly on: "descriptor"; readonly uuid: string; readonly type: "read" | "write" };

interface KnownCharacteristic {
  readonly uuid: string;
  readonly entry: EmulatedCharacteristic;
}

/** ATT Unlikely Error: what an operation that is still open ends with before the link is cut. */
const UNLIKELY_ERROR = 0x0e;
/** HCI status: any error will do. */
const CONNECTION_TIMEOUT = 0x08;
/** One message that the fake does not understand breaks its pipe; from then on no call is answered. */
const ANSWER_LIMIT_MS = 5_000;

async function answerTo<T>(method: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`Cannot emulate: no answer to ${method} in ${ANSWER_LIMIT_MS} ms`)),
    ANSWER_LIMIT_MS,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function base64(octets: readonly number[]): string {
  return Buffer.from(octets).toString("base64");
}

/** The fake adapter of one browser. A second one in the same browser cannot be started. */
export class BluetoothEmulator {
  /** HCI status of the next answers. For connections it reaches the page only with advertised peripherals. */
  readonly status: Record<GattOperation, number> = { connection: 0, discovery: 0 };
  /** Every operation the page asked for, oldest first. */
  readonly log: EmulatedOperation[] = [];
  /** What went wrong in answers; a test ends with none. */
  readonly errors: string[] = [];

  readonly #cdp: CDPSession;
  #hangDiscovery = false;
  readonly #tables = new Map<string, EmulatedTable>();
  readonly #characteristics = new Map<string, KnownCharacteristic>();
  readonly #descriptors = new Map<
    string,
    { readonly uuid: string; readonly entry: EmulatedCharacteristic }
  >();
  /** Operations held open, and how to end each one. */
  readonly #open = new Map<string, () => Promise<void>>();

  private constructor(cdp: CDPSession) {
    this.#cdp = cdp;
    cdp.on("BluetoothEmulation.gattOperationReceived", ({ address, type }) => {
      this.log.push({ on: "device", address, type });
      this.#watch(this.#answerDevice(address, type));
    });
    cdp.on("BluetoothEmulation.characteristicOperationReceived", (event) => {
      const known = this.#characteristics.get(event.characteristicId);
      if (known === undefined) return;
      this.log.push({ on: "characteristic", uuid: known.uuid, type: event.type });
      // The emulation answers a write without response itself; a second answer would break its pipe.
      if (event.writeType === "write-without-response") this.#store(known.entry, event.data);
      else this.#watch(this.#answerCharacteristic(event.characteristicId, event.type, known, event.data));
    });
    cdp.on("BluetoothEmulation.descriptorOperationReceived", ({ descriptorId, type, data }) => {
      const known = this.#descriptors.get(descriptorId);
      if (known === undefined) return;
      this.log.push({ on: "descriptor", uuid: known.uuid, type });
      this.#watch(this.#answerDescriptor(descriptorId, type, known, data));
    });
  }

  static async start(browser: Browser, state: AdapterState = "powered-on"): Promise<BluetoothEmulator> {
    const cdp = await browser.newBrowserCDPSession();
    const emulator = new BluetoothEmulator(cdp);
    await emulator.#send("BluetoothEmulation.disable");
    await emulator.#send("BluetoothEmulation.enable", { state, leSupported: true });
    return emulator;
  }

  /** A peripheral the system knows: listed in the chooser at once, named in the page, always connectable. */
  async addPreconnected(address: string, name: string, table: EmulatedTable): Promise<void> {
    const knownServiceUuids = Object.keys(table);
    await this.#send("BluetoothEmulation.simulatePreconnectedPeripheral", {
      address,
      name,
      manufacturerData: [],
      knownServiceUuids,
    });
    await this.setTable(address, table);
  }

  /** The UUID under which `entry` stands in a table. */
  uuidOf(entry: EmulatedCharacteristic): string {
    const known = [...this.#characteristics.values()].find((candidate) => candidate.entry === entry);
    if (known === undefined) throw new Error("Cannot notify: no table has this characteristic");
    return known.uuid;
  }

  /**
   * A peripheral found by scanning, to be called while a chooser is open. It has no name in the page; connecting ends
   * with `status.connection`. Without appearance and power the message would break the pipe.
   */
  async advertise(address: string, uuids: readonly string[], rssi = -50): Promise<void> {
    const scanRecord = { appearance: 0, txPower: 0, uuids: [...uuids], manufacturerData: [] };
    await this.#send("BluetoothEmulation.simulateAdvertisement", {
      entry: { deviceAddress: address, rssi, scanRecord },
    });
  }

  /** Puts `table` up for the next discovery. */
  async setTable(address: string, table: EmulatedTable): Promise<void> {
    this.#tables.set(address, table);
    for (const [serviceUuid, characteristics] of Object.entries(table)) {
      const { serviceId } = await this.#send("BluetoothEmulation.addService", { address, serviceUuid });
      for (const [characteristicUuid, entries] of Object.entries(characteristics)) {
        for (const entry of [entries].flat())
          await this.#addCharacteristic(serviceId, characteristicUuid, entry);
      }
    }
  }

  /**
   * The link drops: the page gets `gattserverdisconnected`. An operation left open would wedge the page for good, so
   * those end first; the emulation forgets the table with the link, so it is put back for the next connection.
   */
  async disconnect(address: string): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const end of open) await end();
    await this.#send("BluetoothEmulation.simulateGATTDisconnection", { address });
    await this.setTable(address, this.#tables.get(address) ?? {});
  }

  /**
   * The next discovery never settles in the page, and a new link heals it. An answer with an error does that; no answer
   * at all would keep the device undiscoverable for good.
   */
  hangDiscovery(): void {
    this.#hangDiscovery = true;
  }

  /** After the start only "absent" changes what a page sees. */
  async setAdapter(state: AdapterState): Promise<void> {
    await this.#send("BluetoothEmulation.setSimulatedCentralState", { state });
  }

  readonly #send: CDPSession["send"] = (method, parameters) =>
    answerTo(method, this.#cdp.send(method, parameters));

  async #addCharacteristic(serviceId: string, uuid: string, entry: EmulatedCharacteristic): Promise<void> {
    const { characteristicId } = await this.#send("BluetoothEmulation.addCharacteristic", {
      serviceId,
      characteristicUuid: uuid,
      properties: { ...entry.properties },
    });
    this.#characteristics.set(characteristicId, { uuid, entry });
    for (const descriptorUuid of Object.keys(entry.descriptors ?? {})) {
      const { descriptorId } = await this.#send("BluetoothEmulation.addDescriptor", {
        characteristicId,
        descriptorUuid,
      });
      this.#descriptors.set(descriptorId, { uuid: descriptorUuid, entry });
    }
  }

  #watch(answer: Promise<void>): void {
    answer.catch((error: unknown) => this.errors.push(String(error).split("\n")[0] ?? ""));
  }

  #store(entry: EmulatedCharacteristic, data: string | undefined): void {
    entry.value = [...Buffer.from(data ?? "", "base64")];
  }

  async #answerDevice(address: string, type: GattOperation): Promise<void> {
    const code = type === "discovery" && this.#hangDiscovery ? CONNECTION_TIMEOUT : this.status[type];
    if (type === "discovery") this.#hangDiscovery = false;
    await this.#send("BluetoothEmulation.simulateGATTOperationResponse", { address, type, code });
  }

  async #answerCharacteristic(
    characteristicId: string,
    type: ValueOperation,
    { entry }: KnownCharacteristic,
    data: string | undefined,
  ): Promise<void> {
    const respond = async (code: number): Promise<void> => {
      if (type === "write" && code === 0) this.#store(entry, data);
      await this.#send("BluetoothEmulation.simulateCharacteristicOperationResponse", {
        characteristicId,
        type,
        code,
        ...(type === "read" && code === 0 && { data: base64(entry.value) }),
      });
    };
    if (entry.hold?.has(type) === true) {
      this.#open.set(`${characteristicId} ${type}`, () => respond(UNLIKELY_ERROR));
      return;
    }
    await respond(entry.fail?.[type] ?? 0);
  }

  async #answerDescriptor(
    descriptorId: string,
    type: "read" | "write",
    known: { readonly uuid: string; readonly entry: EmulatedCharacteristic },
    data: string | undefined,
  ): Promise<void> {
    const values = known.entry.descriptors ?? {};
    if (type === "write") values[known.uuid] = [...Buffer.from(data ?? "", "base64")];
    await this.#send("BluetoothEmulation.simulateDescriptorOperationResponse", {
      descriptorId,
      type,
      code: 0,
      ...(type === "read" && { data: base64(values[known.uuid] ?? []) }),
    });
  }
}

/** Remembers every characteristic the page subscribes to, for `notify`. Call it before the page is opened. */
export async function captureSubscriptions(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (!("BluetoothRemoteGATTCharacteristic" in globalThis)) return;
    const subscribed = new Map<string, BluetoothRemoteGATTCharacteristic>();
    Object.assign(globalThis, { subscribedInTest: subscribed });
    const { prototype } = BluetoothRemoteGATTCharacteristic;
    const original: unknown = Reflect.get(prototype, "startNotifications");
    if (typeof original !== "function") return;
    Object.defineProperty(prototype, "startNotifications", {
      value(this: BluetoothRemoteGATTCharacteristic): unknown {
        subscribed.set(this.uuid, this);
        return original.call(this);
      },
    });
  });
}

/**
 * A value change that the page did not ask for. The protocol has no message for it; reading the subscribed object
 * after changing the value fires a genuine `characteristicvaluechanged`, also where the page may only subscribe.
 */
export async function notify(
  page: Page,
  entry: EmulatedCharacteristic,
  characteristic: string,
  value: readonly number[],
): Promise<void> {
  entry.value = value;
  await page.evaluate(async (name) => {
    const subscribed: unknown = Reflect.get(globalThis, "subscribedInTest");
    const target: unknown = subscribed instanceof Map ? subscribed.get(name) : undefined;
    if (!(target instanceof BluetoothRemoteGATTCharacteristic))
      throw new Error(`Cannot notify: ${name} has no subscriber`);
    await target.readValue();
  }, characteristic);
}
