import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Duplex } from "node:stream";
import { toHex } from "../../hci/codec/bytes.ts";
import type { Clock, Crypto, TextPort } from "../../hci/ports.ts";
import { errorName } from "../../hci/host/hci-error.ts";
import { fromHost } from "../../hci/transport/h4-transport.ts";
import { streamTransport } from "../../hci/transport/stream.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { VirtualController } from "../../hci/virtual/controller.ts";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import type { PeripheralDefinition } from "../../hci/virtual/peripherals/definition.ts";
import type { PeripheralEvent } from "../../hci/virtual/peripherals/peripheral.ts";
import { Peripheral } from "../../hci/virtual/peripherals/peripheral.ts";
import { Radio } from "../../hci/virtual/radio.ts";
import type { Pace } from "../../hci/virtual/radio.ts";
import { acceptWebSocket, refusalOf, refuse } from "./websocket-server.ts";

/** Only this machine may use the controllers: whoever holds one, holds the host's keys. */
const LOOPBACK = "127.0.0.1";

export interface ControllerServerOptions {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly text: TextPort;
  /** One line per thing that happened. */
  readonly log: (line: string) => void;
  readonly seed: number;
  readonly pace: Pace;
  /** Controllers, and so outside hosts at a time, all on one radio. */
  readonly hosts: number;
  readonly controller?: Partial<ControllerOptions>;
}

interface Slot {
  readonly controller: VirtualController;
  /** Who uses it. */
  client: string | undefined;
}

/** Strict controllers for hosts outside: H4 over TCP and over WebSocket. What a client does wrong ends that client only. */
export class ControllerServer {
  readonly radio: Radio;
  readonly #log: (line: string) => void;
  readonly #slots: readonly Slot[];
  readonly #servers: Server[] = [];
  readonly #transports = new Set<Transport>();
  readonly #peripherals: Peripheral[] = [];
  readonly #options: ControllerServerOptions;
  #clients = 0;

  constructor(options: ControllerServerOptions) {
    const { clock, crypto, seed, pace, hosts, log } = options;
    this.#log = log;
    this.#options = options;
    this.radio = new Radio({ clock, seed, pace });
    this.#slots = Array.from({ length: hosts }, (_, i) => {
      const name = `controller ${i + 1}`;
      const controller = new VirtualController({
        ...options.controller,
        radio: this.radio,
        crypto,
        seed,
        name,
        onViolation: ({ rule, what, packet }) =>
          log(`${name}: ${rule}: ${what} (${toHex(packet.slice(0, 16))})`),
      });
      return { controller, client: undefined };
    });
  }

  /** Listens for H4 over TCP; 0 takes any free port. Gives the port. */
  async listenTcp(port: number): Promise<number> {
    const server = createServer((socket) => this.#acceptTcp(socket));
    return this.#listen(server, port, "tcp");
  }

  /** Listens for H4 in binary messages of WebSockets. */
  async listenWebSocket(port: number): Promise<number> {
    const server = createHttpServer((_request, response) => {
      response
        .writeHead(426, { connection: "close" })
        .end("Cannot serve pages: this is a WebSocket for HCI\n");
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) =>
      this.#acceptWebSocket(request, socket, head),
    );
    return this.#listen(server, port, "ws");
  }

  /** Puts a ready-made device into the range of all controllers. */
  async addPeripheral(definition: PeripheralDefinition): Promise<void> {
    const { crypto, text, seed } = this.#options;
    const { name } = definition;
    const peripheral = await Peripheral.start(definition, { radio: this.radio, crypto, text, seed });
    peripheral.onEvent = (event) => this.#log(`${name}: ${sentence(event)}`);
    this.#peripherals.push(peripheral);
    this.#log(`${name} is ${toHex(peripheral.controller.publicAddress.octets, ":")}`);
  }

  async close(): Promise<void> {
    const closing = this.#servers.map(async (server) => {
      const closed = once(server, "close");
      server.close();
      await closed;
    });
    await Promise.all([...this.#transports].map((transport) => transport.close()));
    await Promise.all(this.#peripherals.map((peripheral) => peripheral.stop()));
    await Promise.all(this.#slots.map(({ controller }) => controller.dispose()));
    await Promise.all(closing);
  }

  async #listen(server: Server, port: number, scheme: string): Promise<number> {
    server.listen(port, LOOPBACK);
    await once(server, "listening");
    this.#servers.push(server);
    const address: AddressInfo | string | null = server.address();
    const actual = typeof address === "object" && address !== null ? address.port : port;
    this.#log(`${scheme}://${LOOPBACK}:${actual}`);
    return actual;
  }

  #acceptTcp(socket: Socket): void {
    socket.setNoDelay(true);
    // A socket that fails while it is being turned away has nobody else to hear it.
    socket.on("error", () => {});
    const slot = this.#freeSlot("tcp");
    if (slot === undefined) socket.destroy();
    else this.#serve(slot, streamTransport(socket, fromHost));
  }

  #acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    socket.on("error", () => {});
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      this.#log(`ws client refused: ${refusal}`);
      refuse(socket, refusal);
      return;
    }
    const slot = this.#freeSlot("ws");
    if (slot === undefined) refuse(socket, "503 Service Unavailable");
    else this.#serve(slot, acceptWebSocket(request, socket, head));
  }

  #freeSlot(scheme: string): Slot | undefined {
    const slot = this.#slots.find(({ client }) => client === undefined);
    this.#clients++;
    if (slot === undefined) {
      this.#log(`${scheme} client refused: all ${this.#slots.length} controllers are in use`);
      return undefined;
    }
    slot.client = `${scheme} client ${this.#clients}`;
    this.#log(`${slot.client} has ${slot.controller.name}`);
    return slot;
  }

  #serve(slot: Slot, transport: Transport): void {
    const { controller, client } = slot;
    this.#transports.add(transport);
    controller.attach(transport);
    const powerOff = transport.onClosed;
    transport.onClosed = (error) => {
      powerOff(error);
      this.#transports.delete(transport);
      slot.client = undefined;
      this.#log(`${client} is gone: ${error?.message ?? "closed"}`);
    };
  }
}

/** What a person at the device would see. The passkey is on its display, and so it is here. */
function sentence(event: PeripheralEvent): string {
  switch (event.kind) {
    case "code":
      return "has a new code on its tag";
    case "connected":
      return `connected to ${toHex(event.peer.octets, ":")}`;
    case "disconnected":
      return event.reason === undefined ? "disconnected" : `disconnected: ${errorName(event.reason)}`;
    case "passkey":
      return `shows ${event.digits}`;
    case "security":
      return event.event.kind === "pairing-failed"
        ? `pairing failed: ${event.event.error.message}`
        : event.event.kind.replaceAll("-", " ");
    case "failed":
      return `failed: ${event.error.message}`;
  }
}
