/**
 * `navigator.usb` over strict virtual controllers: claim and transfer rules, error names and texts as in Chromium, open
 * transfers that end with the device, permissions that end with it where it has no serial number.
 */
import type { Random } from "../../hci/virtual/random.ts";
import { H4Parser, h4Frame } from "../../hci/transport/h4.ts";
import { fromHost } from "../../hci/transport/h4-transport.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { InPipe, usbEndpoints } from "../../hci/virtual/usb-pipes.ts";
import type { UsbAlternate, UsbDescriptors } from "../../src/link/hci/grader/descriptors.ts";
import type { ControlSetup, UsbInResult, UsbOutResult } from "../../hci/transport/usb.ts";

const PROTECTED: ReadonlySet<number> = new Set([0x01, 0x03, 0x08, 0x0b, 0x0e, 0x10, 0xe0]);

export interface StandInOptions {
  readonly descriptors: UsbDescriptors;
  /** A fresh controller after power-on, each time it is plugged in. */
  readonly power: () => Transport;
  readonly random: Random;
  /** The kernel's driver holds the interface. */
  readonly held?: boolean;
  /** The system refuses to open it. */
  readonly denied?: boolean;
}

/** Both kinds of dongle seen from its endpoints. */
interface Pipes {
  readonly inputs: ReadonlyMap<number, InPipe>;
  control(bytes: Uint8Array): void;
  out(endpoint: number, bytes: Uint8Array): void;
}

function hciPipes(transport: Transport, random: Random): Pipes {
  const endpoints = usbEndpoints(transport, random);
  return {
    inputs: new Map([
      [1, endpoints.events],
      [2, endpoints.acl],
    ]),
    control: (bytes) => endpoints.command(bytes),
    out: (_endpoint, bytes) => endpoints.data(bytes),
  };
}

function h4Pipes(transport: Transport, random: Random): Pipes {
  const input = new InPipe(64, random.stream("h4"));
  const parser = new H4Parser(fromHost, (packet) => transport.send(packet));
  transport.onPacket = (packet) => input.push(h4Frame(packet));
  transport.onClosed = () => input.disconnect();
  return {
    inputs: new Map([[1, input]]),
    control: () => {},
    out: (_endpoint, bytes) => parser.push(bytes),
  };
}

export class StandInUsbDevice implements UsbDescriptors {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly productName: string | null | undefined;
  readonly serialNumber: string | null | undefined;
  readonly configurations: UsbDescriptors["configurations"];
  opened = false;
  configuration: { readonly configurationValue: number } | null = null;
  /** What is done to the next transfers, in order. */
  readonly mishaps: ("stall" | "babble" | "error")[] = [];
  readonly halted = new Set<string>();
  readonly #options: StandInOptions;
  readonly #claimed = new Set<number>();
  readonly #open = new Set<(error: DOMException) => void>();
  #pipes: Pipes | undefined;
  #power: Transport | undefined;
  #connected = true;
  #busy = false;

  constructor(options: StandInOptions) {
    const { descriptors } = options;
    this.#options = options;
    this.vendorId = descriptors.vendorId;
    this.productId = descriptors.productId;
    this.deviceVersionMajor = descriptors.deviceVersionMajor;
    this.deviceVersionMinor = descriptors.deviceVersionMinor;
    this.deviceVersionSubminor = descriptors.deviceVersionSubminor;
    this.productName = descriptors.productName;
    this.serialNumber = descriptors.serialNumber;
    this.configurations = descriptors.configurations;
  }

  async open(): Promise<void> {
    await this.#change(async () => {
      if (this.opened) return;
      if (this.#options.denied === true) throw new DOMException("Access denied.", "SecurityError");
      this.opened = true;
    });
  }

  async selectConfiguration(configurationValue: number): Promise<void> {
    await this.#change(async () => {
      this.#needOpen();
      if (configurationValue < 1 || configurationValue > this.configurations.length)
        throw new DOMException(
          "The configuration value provided is not supported by the device.",
          "NotFoundError",
        );
      this.configuration = { configurationValue };
    });
  }

  async claimInterface(interfaceNumber: number): Promise<void> {
    await this.#change(async () => {
      this.#needConfiguration();
      if (this.#claimed.has(interfaceNumber)) return;
      const alternates = this.#alternates(interfaceNumber);
      if (alternates.some(({ interfaceClass }) => PROTECTED.has(interfaceClass)))
        throw new DOMException("The requested interface implements a protected class.", "SecurityError");
      if (this.#options.held === true) throw new DOMException("Unable to claim interface.", "NetworkError");
      this.#claimed.add(interfaceNumber);
      if (this.#pipes !== undefined) return;
      const transport = this.#options.power();
      this.#power = transport;
      const bulkOnly = alternates.every(({ interfaceSubclass }) => interfaceSubclass === 0);
      this.#pipes = bulkOnly
        ? h4Pipes(transport, this.#options.random)
        : hciPipes(transport, this.#options.random);
    });
  }

  async releaseInterface(interfaceNumber: number): Promise<void> {
    await this.#change(async () => {
      this.#needConfiguration();
      this.#alternates(interfaceNumber);
      this.#claimed.delete(interfaceNumber);
      this.#endTransfers(new DOMException("The transfer was cancelled.", "AbortError"));
    });
  }

  async selectAlternateInterface(interfaceNumber: number): Promise<void> {
    await this.#change(async () => {
      if (!this.#claimed.has(interfaceNumber))
        throw new DOMException("The specified interface has not been claimed.", "InvalidStateError");
    });
  }

  async close(): Promise<void> {
    this.#needConnection();
    this.#endTransfers(new DOMException("The transfer was cancelled.", "AbortError"));
    this.#claimed.clear();
    this.opened = false;
    this.configuration = null;
  }

  async controlTransferOut(setup: ControlSetup, data: Uint8Array): Promise<UsbOutResult> {
    this.#needOpen();
    if (setup.requestType !== "class" || setup.recipient !== "device" || setup.request !== 0)
      return { status: "stall" };
    if (this.#claimed.size === 0 && this.#isProtected())
      throw new DOMException("The transfer was not allowed.", "SecurityError");
    const mishap = this.#mishap();
    if (mishap !== undefined) return { status: mishap };
    this.#pipes?.control(Uint8Array.from(data));
    return { status: "ok" };
  }

  async transferOut(endpointNumber: number, data: Uint8Array): Promise<UsbOutResult> {
    this.#needEndpoint(endpointNumber, "out");
    const mishap = this.#mishap();
    if (mishap !== undefined) return { status: mishap };
    this.#pipes?.out(endpointNumber, Uint8Array.from(data));
    return { status: "ok" };
  }

  async transferIn(endpointNumber: number, length: number): Promise<UsbInResult> {
    this.#needEndpoint(endpointNumber, "in");
    if (this.halted.has(`in ${endpointNumber}`)) return { status: "stall" };
    const pipe = this.#pipes?.inputs.get(endpointNumber);
    if (pipe === undefined) throw new DOMException("A transfer error has occurred.", "NetworkError");
    const ended = Promise.withResolvers<never>();
    this.#open.add(ended.reject);
    try {
      const { status, octets } = await Promise.race([pipe.read(length), ended.promise]);
      if (status === "cancelled") throw new DOMException("The transfer was cancelled.", "AbortError");
      if (status === "disconnected") throw new DOMException("The device was disconnected.", "NotFoundError");
      const mishap = this.mishaps[0] === undefined ? status : this.mishaps.shift();
      if (mishap === "error") throw new DOMException("A transfer error has occurred.", "NetworkError");
      if (mishap === "stall") this.halted.add(`in ${endpointNumber}`);
      return { status: mishap, data: new DataView(octets.buffer, octets.byteOffset, octets.byteLength) };
    } finally {
      this.#open.delete(ended.reject);
    }
  }

  async clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void> {
    this.#needEndpoint(endpointNumber, direction);
    this.halted.delete(`${direction} ${endpointNumber}`);
  }

  /** Pulled out: what is open ends, and nothing works any more. */
  disconnect(): void {
    this.#connected = false;
    this.#endTransfers(new DOMException("The device was disconnected.", "NotFoundError"));
    for (const pipe of this.#pipes?.inputs.values() ?? []) pipe.disconnect();
    void this.#power?.close();
    this.opened = false;
  }

  #mishap(): "stall" | "babble" | undefined {
    const mishap = this.mishaps.shift();
    if (mishap === "error") throw new DOMException("A transfer error has occurred.", "NetworkError");
    return mishap;
  }

  /** Open reads end; what the device sends later waits for the next ones. */
  #endTransfers(error: DOMException): void {
    for (const reject of this.#open) reject(error);
    for (const pipe of this.#pipes?.inputs.values() ?? []) pipe.cancel();
  }

  /** A change of state at a time. */
  async #change(work: () => Promise<void>): Promise<void> {
    this.#needConnection();
    if (this.#busy)
      throw new DOMException(
        "An operation that changes the device state is in progress.",
        "InvalidStateError",
      );
    this.#busy = true;
    try {
      await Promise.resolve(); // the answer comes from another process
      await work();
    } finally {
      this.#busy = false;
    }
  }

  #needConnection(): void {
    if (!this.#connected) throw new DOMException("The device was disconnected.", "NotFoundError");
  }

  #needOpen(): void {
    this.#needConnection();
    if (!this.opened) throw new DOMException("The device must be opened first.", "InvalidStateError");
  }

  #needConfiguration(): void {
    this.#needOpen();
    if (this.configuration === null)
      throw new DOMException("The device must have a configuration selected.", "InvalidStateError");
  }

  #needEndpoint(endpointNumber: number, direction: "in" | "out"): void {
    this.#needConfiguration();
    const endpoint = [...this.#claimed]
      .flatMap((number) => this.#alternates(number))
      .flatMap(({ endpoints }) => endpoints)
      .find((one) => one.endpointNumber === endpointNumber && one.direction === direction);
    if (endpoint === undefined)
      throw new DOMException(
        "The specified endpoint is not part of a claimed and selected alternate interface.",
        "NotFoundError",
      );
    if (endpoint.type === "isochronous")
      throw new DOMException(
        "The specified endpoint is not a bulk or interrupt endpoint.",
        "InvalidAccessError",
      );
  }

  #alternates(interfaceNumber: number): readonly UsbAlternate[] {
    const [configuration] = this.configurations;
    const found = configuration?.interfaces.find((one) => one.interfaceNumber === interfaceNumber);
    if (found === undefined)
      throw new DOMException(
        "The interface number provided is not supported by the device in its current configuration.",
        "NotFoundError",
      );
    return found.alternates;
  }

  #isProtected(): boolean {
    return this.configurations.some(({ interfaces }) =>
      interfaces.some(({ alternates }) => alternates.some((one) => PROTECTED.has(one.interfaceClass))),
    );
  }
}
