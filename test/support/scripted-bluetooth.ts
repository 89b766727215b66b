/**
 * A stand-in for `navigator.bluetooth` that is as strict as Chromium: it refuses a second operation, stale objects,
 * services that were not asked for and a call without a gesture, and it leaves promises pending where Chromium does.
 */
import type {
  PlatformBluetooth,
  PlatformCharacteristic,
  PlatformDevice,
  PlatformRequest,
  PlatformServer,
  PlatformService,
} from "../../src/link/web-bluetooth/platform.ts";
import type { CharacteristicProperty } from "../../src/link/gatt.ts";

export interface ScriptedCharacteristic {
  readonly uuid: string;
  readonly properties: readonly CharacteristicProperty[];
  value: readonly number[];
  readonly descriptors?: readonly string[];
  /** A read, write or subscription makes the system pair. */
  readonly gated?: boolean;
}

export interface ScriptedService {
  readonly uuid: string;
  readonly characteristics: readonly ScriptedCharacteristic[];
}

export type ScriptedCall = "connect" | "discover" | "read" | "write" | "subscribe" | "forget";

const never = new Promise<never>(() => {});

/** Rejections and texts as Blink writes them. */
function blink(name: string, text: string): DOMException {
  return new DOMException(text, name);
}

export class ScriptedBluetooth implements PlatformBluetooth {
  adapter: "on" | "off" | "missing" = "on";
  gesture = true;
  /** What the person does in the chooser. */
  chooser: "pick" | "cancel" | "ignore" = "pick";
  readonly devices: ScriptedDevice[] = [];
  getDevices?: () => Promise<PlatformDevice[]>;
  /** Every request that opened a chooser, newest last. */
  readonly requests: PlatformRequest[] = [];
  #dismiss: (() => void) | undefined;
  #switchedOn = Promise.withResolvers<void>();

  constructor({ newPermissions = true }: { readonly newPermissions?: boolean } = {}) {
    if (newPermissions) {
      this.getDevices = () => Promise.resolve(this.devices.filter((device) => device.allowed !== undefined));
    }
  }

  add(name: string, services: readonly ScriptedService[]): ScriptedDevice {
    const device = new ScriptedDevice(`id-${this.devices.length}`, name, services);
    if (this.getDevices === undefined) Object.defineProperty(device, "forget", { value: undefined });
    this.devices.push(device);
    return device;
  }

  switchOn(): void {
    this.adapter = "on";
    this.#switchedOn.resolve();
    this.#switchedOn = Promise.withResolvers();
  }

  /** True also for an adapter that is switched off. */
  getAvailability(): Promise<boolean> {
    return Promise.resolve(this.adapter !== "missing");
  }

  async requestDevice(options: PlatformRequest): Promise<PlatformDevice> {
    if ("filters" in options && options.filters.some((filter) => Object.keys(filter).length === 0)) {
      throw new TypeError(
        "Failed to execute 'requestDevice' on 'Bluetooth': A filter must restrict the devices",
      );
    }
    if (!this.gesture) {
      throw blink("SecurityError", "Must be handling a user gesture to show a permission request.");
    }
    this.#dismiss?.();
    const { promise: dismissed, reject } = Promise.withResolvers<never>();
    dismissed.catch(() => {});
    this.#dismiss = () => {
      reject(blink("NotFoundError", "User cancelled the requestDevice() chooser."));
    };
    if (this.adapter === "missing") throw blink("NotFoundError", "Bluetooth adapter not available.");
    if (this.adapter === "off") await Promise.race([this.#switchedOn.promise, dismissed]);
    this.requests.push(options);
    return Promise.race([this.#pick(options), dismissed]);
  }

  async #pick(options: PlatformRequest): Promise<PlatformDevice> {
    await Promise.resolve();
    if (this.chooser === "cancel") this.#dismiss?.();
    const device = this.devices[0];
    if (this.chooser !== "pick" || device === undefined) return never;
    const filtered = "filters" in options ? options.filters.flatMap(({ services = [] }) => services) : [];
    device.allowed = new Set([...(device.allowed ?? []), ...filtered, ...options.optionalServices]);
    return device;
  }
}

export class ScriptedDevice extends EventTarget implements PlatformDevice {
  readonly gatt: ScriptedServer;
  /** Services this page may use; undefined before choosing and after forgetting. */
  allowed: Set<string> | undefined;
  inRange = true;
  /** The system's half and the device's half of the bond. */
  paired = false;
  peerHasKey = false;
  pairing: "succeeds" | DOMException = "succeeds";
  pairings = 0;
  readonly #plans = new Map<ScriptedCall, (DOMException | "hang")[]>();

  readonly id: string;
  readonly name: string;
  readonly services: readonly ScriptedService[];

  constructor(id: string, name: string, services: readonly ScriptedService[]) {
    super();
    this.id = id;
    this.name = name;
    this.services = services;
    this.gatt = new ScriptedServer(this);
  }

  /** What the next call of this kind does instead of succeeding; several queue up. */
  next(call: ScriptedCall, plan: DOMException | "hang"): void {
    this.#plans.set(call, [...(this.#plans.get(call) ?? []), plan]);
  }

  async plan(call: ScriptedCall): Promise<void> {
    await Promise.resolve();
    const plan = this.#plans.get(call)?.shift();
    if (plan === "hang") return never;
    if (plan !== undefined) throw plan;
  }

  async forget(): Promise<void> {
    await this.plan("forget");
    this.allowed = undefined;
    this.gatt.disconnect();
  }
}

export class ScriptedServer implements PlatformServer {
  connected = false;
  /** Counts links; objects of an older one are refused. */
  link = 0;
  /** The most operations that were open at the same time: a well-behaved page never has two. */
  mostOpen = 0;
  #open = 0;
  #objects: Service[] = [];
  readonly device: ScriptedDevice;

  constructor(device: ScriptedDevice) {
    this.device = device;
  }

  async connect(): Promise<PlatformServer> {
    await this.device.plan("connect");
    if (this.device.allowed === undefined) throw blink("SecurityError", "GATT operation not authorized.");
    if (!this.device.inRange) {
      throw blink("NetworkError", "Connection Error: Connection attempt failed.");
    }
    if (!this.connected) {
      this.connected = true;
      this.link++;
      this.#objects = this.device.services.map((service) => new Service(this, service, this.link));
    }
    return this;
  }

  /** Settles no open call: Chromium does not either. */
  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.#open = 0;
    this.device.dispatchEvent(new Event("gattserverdisconnected"));
  }

  async getPrimaryServices(uuid?: string): Promise<PlatformService[]> {
    return this.operation("discover", "retrieve services", this.link, () => {
      const { allowed } = this.device;
      const visible = this.#objects.filter((service) => allowed?.has(service.uuid) ?? false);
      if (uuid !== undefined && !(allowed?.has(uuid) ?? false)) {
        throw blink("SecurityError", "Origin is not allowed to access the service. Tip: Add it");
      }
      const found = visible.filter((service) => uuid === undefined || service.uuid === uuid);
      if (found.length === 0) throw blink("NotFoundError", "No Services found in device.");
      return found;
    });
  }

  /** The rules that hold for every GATT operation. */
  async operation<T>(call: ScriptedCall, verb: string, link: number, work: () => T | Promise<T>): Promise<T> {
    const lost = (): DOMException =>
      blink(
        "NetworkError",
        `GATT Server is disconnected. Cannot ${verb}. (Re)connect first with \`device.gatt.connect\`.`,
      );
    if (!this.connected) throw lost();
    if (link !== this.link) {
      throw blink("InvalidStateError", "Object is no longer valid. Remember to retrieve it again.");
    }
    this.mostOpen = Math.max(this.mostOpen, ++this.#open);
    try {
      if (this.#open > 1) throw blink("NetworkError", "GATT operation already in progress.");
      await this.device.plan(call);
      // A link that ended under an open call leaves the call pending, but for a discovery.
      if (!this.connected || link !== this.link) {
        if (call === "discover") throw lost();
        await never;
      }
      return await work();
    } finally {
      if (link === this.link && this.connected) this.#open--;
    }
  }

  /** The peripheral sends a notification. */
  notify(uuid: string, value: readonly number[]): void {
    for (const service of this.#objects) {
      for (const object of service.objects) {
        if (object.uuid === uuid && object.notifying) object.arrive(value);
      }
    }
  }
}

class Service implements PlatformService {
  readonly uuid: string;
  readonly objects: readonly Characteristic[];
  readonly #server: ScriptedServer;
  readonly #link: number;

  constructor(server: ScriptedServer, service: ScriptedService, link: number) {
    this.uuid = service.uuid;
    this.#server = server;
    this.#link = link;
    this.objects = service.characteristics.map((each) => new Characteristic(server, each, link));
  }

  getCharacteristics(uuid?: string): Promise<PlatformCharacteristic[]> {
    return this.#server.operation("discover", "retrieve characteristics", this.#link, () => {
      const found = this.objects.filter((object) => uuid === undefined || object.uuid === uuid);
      if (found.length === 0) throw blink("NotFoundError", "No Characteristics found in service.");
      return found;
    });
  }
}

class Characteristic extends EventTarget implements PlatformCharacteristic {
  readonly uuid: string;
  readonly properties: Readonly<Record<CharacteristicProperty, boolean>>;
  value: DataView | undefined;
  notifying = false;
  readonly #server: ScriptedServer;
  readonly #script: ScriptedCharacteristic;
  readonly #link: number;

  constructor(server: ScriptedServer, script: ScriptedCharacteristic, link: number) {
    super();
    this.uuid = script.uuid;
    this.#server = server;
    this.#script = script;
    this.#link = link;
    const has = (name: CharacteristicProperty): boolean => script.properties.includes(name);
    this.properties = {
      broadcast: has("broadcast"),
      read: has("read"),
      writeWithoutResponse: has("writeWithoutResponse"),
      write: has("write"),
      notify: has("notify"),
      indicate: has("indicate"),
      authenticatedSignedWrites: has("authenticatedSignedWrites"),
      reliableWrite: has("reliableWrite"),
      writableAuxiliaries: has("writableAuxiliaries"),
    };
  }

  arrive(value: readonly number[]): DataView {
    // In the middle of a larger buffer: a reader that forgets the offset is found out.
    const buffer = new Uint8Array(value.length + 8).fill(0xee);
    buffer.set(value, 4);
    const view = new DataView(buffer.buffer, 4, value.length);
    this.value = view;
    this.dispatchEvent(new Event("characteristicvaluechanged"));
    return view;
  }

  getDescriptors(): Promise<{ readonly uuid: string }[]> {
    return this.#server.operation("discover", "retrieve descriptors", this.#link, () => {
      const found = this.#script.descriptors ?? [];
      if (found.length === 0) throw blink("NotFoundError", "No Descriptors found in Characteristic.");
      return found.map((uuid) => ({ uuid }));
    });
  }

  readValue(): Promise<DataView> {
    return this.#access("read", "read", () => this.arrive(this.#script.value));
  }

  writeValueWithResponse(value: BufferSource): Promise<void> {
    return this.#write("write", value);
  }

  writeValueWithoutResponse(value: BufferSource): Promise<void> {
    return this.#write("writeWithoutResponse", value);
  }

  startNotifications(): Promise<this> {
    return this.#server.operation("subscribe", "perform GATT operations", this.#link, async () => {
      if (!this.properties.notify && !this.properties.indicate) {
        throw blink("NotSupportedError", "GATT Error: Not supported.");
      }
      await this.#secure();
      this.notifying = true;
      return this;
    });
  }

  stopNotifications(): Promise<this> {
    return this.#server.operation("subscribe", "perform GATT operations", this.#link, () => {
      this.notifying = false;
      return this;
    });
  }

  #write(property: CharacteristicProperty, value: BufferSource): Promise<void> {
    const octets = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    if (octets.length > 512) {
      return Promise.reject(blink("InvalidModificationError", "Value can't exceed 512 bytes."));
    }
    return this.#access("write", property, () => {
      this.#script.value = [...octets];
    });
  }

  #access<T>(call: ScriptedCall, property: CharacteristicProperty, work: () => T): Promise<T> {
    return this.#server.operation(call, "perform GATT operations", this.#link, async () => {
      if (!this.properties[property]) throw blink("NotSupportedError", "GATT operation not permitted.");
      await this.#secure();
      return work();
    });
  }

  /** On demand: an unpaired device is paired; for a paired one that lost its key nothing more is tried. */
  async #secure(): Promise<void> {
    const { device } = this.#server;
    if (this.#script.gated !== true) return;
    if (!device.paired) {
      device.pairings++;
      await Promise.resolve();
      if (device.pairing !== "succeeds") throw device.pairing;
      device.paired = true;
      device.peerHasKey = true;
    }
    if (!device.peerHasKey) throw blink("SecurityError", "GATT operation not authorized.");
  }
}
