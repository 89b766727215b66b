/**
 * The world behind the desk, outside of the page: a dongle's strict controller and devices on one radio. It outlives page
 * loads as hardware does: a reload does not switch the dongle off, and a device keeps what it knows. The stand-in in the
 * page is joined to the dongle by a cable, which is a WebSocket.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type Packet } from "../../../hci/transport/packet.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { nodeClock } from "../../../src/cli/node-clock.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";
import { acceptWebSocket, refusalOf, refuse } from "../../../src/cli/websocket-server.ts";
import { DESK_DEVICES, type Method } from "./devices.ts";
import { Resident } from "./resident.ts";
import { Witness } from "./witness.ts";

/** Events and data overtake each other by as much, in milliseconds. */
const USB = { eventDelay: 6, aclDelay: 6 } as const;
/** Packets that a dongle holds while nobody reads; what comes then is lost. */
const HELD = 8;

export type Pipes = "separate" | "one";

export class Room {
  readonly witness = new Witness();
  readonly #radio = new Radio({ clock: nodeClock, pace: "interval" });
  readonly #server: Server = createServer();
  readonly #dongles = new Map<Pipes, VirtualController>();
  readonly #residents = new Map<Method, Resident>();
  readonly #held: Packet[] = [];
  #powered: { readonly controller: VirtualController; readonly cable: Transport } | undefined;
  #line: Transport | undefined;
  #port = 0;

  /** With devices for these ways to pair. */
  static async open(methods: readonly Method[]): Promise<Room> {
    const room = new Room();
    for (const method of methods)
      room.#residents.set(method, await Resident.start(DESK_DEVICES[method], room.#radio));
    await room.#listen();
    return room;
  }

  get address(): string {
    return `ws://127.0.0.1:${this.#port}/`;
  }

  resident(method: Method): Resident {
    const resident = this.#residents.get(method);
    if (resident === undefined) throw new Error(`Cannot find a device for ${method}: none was put there`);
    return resident;
  }

  /** How often an event or data was overtaken by what the dongle sent later through its other pipe. */
  get overtaken(): number {
    return this.#dongles.get("separate")?.overtaken ?? 0;
  }

  /** What any host did that no host may do, and what devices could not do. */
  get troubles(): readonly string[] {
    const residents = [...this.#residents.values()];
    const dongles = [...this.#dongles.values()];
    return [
      ...dongles.flatMap(({ violations }) => violations.map(({ rule, what }) => `dongle: ${rule}: ${what}`)),
      ...residents.flatMap(({ violations, troubles }) => [...violations, ...troubles]),
    ];
  }

  /** The dongle gets power: it starts anew, and knows nothing of before. `pipes`: how its packets come to the host. */
  power(pipes: Pipes): void {
    if (this.#powered !== undefined) return;
    const controller = this.#dongles.get(pipes) ?? this.#newDongle(pipes);
    this.#dongles.set(pipes, controller);
    const cable = controller.plug();
    this.#held.length = 0;
    cable.onPacket = (packet) => {
      this.witness.fromDongle(packet);
      if (this.#line !== undefined) this.#line.send(packet);
      else if (this.#held.length < HELD) this.#held.push(packet);
    };
    this.#powered = { controller, cable };
  }

  /** Pulled out: it is off at once, and the devices hear nothing any more. */
  async unplug(): Promise<void> {
    const powered = this.#powered;
    this.#powered = undefined;
    await powered?.controller.unplug();
    await this.#line?.close();
    this.#line = undefined;
  }

  async close(): Promise<void> {
    await this.unplug();
    for (const resident of this.#residents.values()) await resident.stop();
    for (const dongle of this.#dongles.values()) await dongle.dispose();
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #newDongle(pipes: Pipes): VirtualController {
    const options = { radio: this.#radio, crypto: nodeCrypto, name: `dongle with ${pipes}`, seed: 7 };
    return new VirtualController({ ...options, ...(pipes === "separate" && { usb: USB }) });
  }

  async #listen(): Promise<void> {
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) => {
      socket.on("error", () => {});
      const refusal = refusalOf(request) ?? (this.#powered === undefined ? "503 No Power" : undefined);
      if (refusal === undefined) this.#join(acceptWebSocket(request, socket, head));
      else refuse(socket, refusal);
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot listen: no port");
    this.#port = address.port;
  }

  /** One page at a time has the dongle; a page that is gone leaves it as it is. */
  #join(line: Transport): void {
    const before = this.#line;
    this.#line = line;
    void before?.close();
    line.onPacket = (packet) => {
      if (this.#line !== line) return;
      this.witness.fromHost(packet);
      this.#powered?.cable.send(packet);
    };
    line.onClosed = () => {
      if (this.#line === line) this.#line = undefined;
    };
    for (const packet of this.#held.splice(0)) line.send(packet);
  }
}
