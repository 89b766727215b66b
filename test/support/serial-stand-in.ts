/** `navigator.serial` over a strict virtual controller: states, locks, errors and their texts as in Chromium. */
import { fromHost } from "../../hci/transport/h4-transport.ts";
import { H4Parser, h4Frame } from "../../hci/transport/h4.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import type { Random } from "../../hci/virtual/random.ts";
import type { SerialDevicePort } from "../../src/link/hci/transports/webserial.ts";
import type { SerialSettings } from "../../src/link/serial.ts";

export interface StandInSerialOptions {
  readonly ids: { readonly usbVendorId?: number; readonly usbProductId?: number };
  /** A controller after power-on, each time it is plugged in. */
  readonly power: () => Transport;
  readonly random: Random;
  /** Another program has it, or the system says no. */
  readonly busy?: boolean;
  /** The only rate that its UART understands. Left out: it has none, and every rate will do. */
  readonly baudRate?: number;
}

/** Octets: what a bulk endpoint at full speed carries at once. */
const LONGEST_CHUNK = 64;

export class StandInSerialPort implements SerialDevicePort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  opened: (SerialSettings & { readonly bufferSize: number }) | undefined;
  terminalReady = false;
  readonly #options: StandInSerialOptions;
  #source: ReadableStreamDefaultController<Uint8Array> | undefined;
  #power: Transport | undefined;
  #connected = true;
  readonly #pending: number[] = [];

  constructor(options: StandInSerialOptions) {
    this.#options = options;
  }

  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number } {
    return this.#options.ids;
  }

  async open(options: SerialSettings & { readonly bufferSize: number }): Promise<void> {
    if (this.opened !== undefined) throw new DOMException("The port is already open.", "InvalidStateError");
    if (!Number.isInteger(options.baudRate) || options.baudRate <= 0 || options.bufferSize <= 0)
      throw new TypeError("Requested baud rate or buffer size is not valid.");
    await Promise.resolve();
    if (this.#options.busy === true || !this.#connected)
      throw new DOMException("Failed to open serial port.", "NetworkError");
    this.opened = options;
    this.#start();
  }

  async setSignals(signals: { readonly dataTerminalReady: boolean }): Promise<void> {
    if (this.opened === undefined) throw new DOMException("The port is closed.", "InvalidStateError");
    this.terminalReady = signals.dataTerminalReady;
  }

  async close(): Promise<void> {
    if (this.opened === undefined) throw new DOMException("The port is already closed.", "InvalidStateError");
    if (this.readable?.locked === true || this.writable?.locked === true)
      throw new TypeError("Cannot cancel a locked stream");
    this.opened = undefined;
    this.readable = null;
    this.writable = null;
  }

  /** Noise on the line. */
  inject(...octets: readonly number[]): void {
    this.#source?.enqueue(Uint8Array.from(octets));
  }

  breakLine(): void {
    this.#source?.error(new DOMException("A break was received.", "BreakError"));
    this.#source = undefined;
  }

  disconnect(): void {
    this.#connected = false;
    this.#source?.error(new DOMException("The device has been lost.", "NetworkError"));
    this.#source = undefined;
    void this.#power?.close();
  }

  #understands(): boolean {
    const { baudRate } = this.#options;
    return baudRate === undefined || baudRate === this.opened?.baudRate;
  }

  #start(): void {
    this.#power ??= this.#options.power();
    const power = this.#power;
    const parser = new H4Parser(fromHost, (packet) => power.send(packet));
    power.onPacket = (packet) => this.#dribble(h4Frame(packet));
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#source = controller;
      },
      cancel: () => {
        this.#source = undefined;
      },
    });
    this.writable = new WritableStream({
      write: (chunk) => {
        if (!this.#understands()) {
          this.inject(0xf8, 0x00, 0xe0); // edges at the wrong moments
          return;
        }
        if (!this.#connected) throw new DOMException("The device has been lost.", "NetworkError");
        parser.push(Uint8Array.from(chunk));
      },
    });
  }

  /** The line knows no packets: what comes in one go is one stream, in chunks that end anywhere. */
  #dribble(octets: Uint8Array): void {
    this.#pending.push(...octets);
    if (this.#pending.length > octets.length) return;
    queueMicrotask(() => {
      const all = Uint8Array.from(this.#pending.splice(0));
      for (let at = 0; at < all.length; ) {
        const end = at + 1 + this.#options.random.below(LONGEST_CHUNK);
        this.#source?.enqueue(all.slice(at, end));
        at = end;
      }
    });
  }
}

/** A serial device on the desk. */
export class StandInSerialDevice {
  readonly options: StandInSerialOptions;
  port: StandInSerialPort | undefined;
  permitted = false;

  constructor(options: StandInSerialOptions) {
    this.options = options;
  }
}

export class StandInSerial {
  readonly #devices: StandInSerialDevice[] = [];
  readonly #listeners = new Map<string, Set<(event: { readonly target: unknown }) => void>>();
  gesture = false;
  pick: (ports: readonly StandInSerialPort[]) => StandInSerialPort | undefined = (ports) => ports[0];

  plug(device: StandInSerialDevice): StandInSerialPort {
    const port = new StandInSerialPort(device.options);
    device.port = port;
    if (!this.#devices.includes(device)) this.#devices.push(device);
    // A page hears of ports that it may use, and of no others.
    if (device.permitted) this.#tell("connect", port);
    return port;
  }

  pull(device: StandInSerialDevice): void {
    const { port } = device;
    if (port === undefined) return;
    device.port = undefined;
    port.disconnect();
    if (device.permitted) this.#tell("disconnect", port);
  }

  async getPorts(): Promise<readonly StandInSerialPort[]> {
    return this.#devices.flatMap(({ port, permitted }) => (permitted && port !== undefined ? [port] : []));
  }

  async requestPort(): Promise<StandInSerialPort> {
    if (!this.gesture)
      throw new DOMException(
        "Must be handling a user gesture to show a permission request.",
        "SecurityError",
      );
    this.gesture = false;
    const port = this.pick(this.#devices.flatMap((device) => device.port ?? []));
    if (port === undefined) throw new DOMException("No port selected by the user.", "NotFoundError");
    for (const device of this.#devices) if (device.port === port) device.permitted = true;
    return port;
  }

  addEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly target: unknown }) => void,
  ): void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all.add(listener));
  }

  removeEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly target: unknown }) => void,
  ): void {
    this.#listeners.get(type)?.delete(listener);
  }

  #tell(type: "connect" | "disconnect", target: StandInSerialPort): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ target });
  }
}
