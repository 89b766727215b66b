/** A wire between a host and a controller, and what the host sends over it. */
import { once } from "node:events";
import { createServer, connect, type Server } from "node:net";
import { fromHost } from "../../../hci/transport/h4-transport.ts";
import { H4Parser } from "../../../hci/transport/h4.ts";
import type { Packet } from "../../../hci/transport/packet.ts";

const ENABLE_ENCRYPTION = 0x2019;
const ATT = 0x0004;
const SMP = 0x0006;
const PAIRING_REQUEST = 0x01;
const at = (bytes: Uint8Array, index: number): number => (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8);

export class Tap implements AsyncDisposable {
  /** In order; `att` with the opcode of the PDU. */
  readonly sent: ("encrypt" | "pair" | `att ${string}`)[] = [];
  readonly #server: Server;

  private constructor(port: number) {
    this.#server = createServer((host) => {
      const controller = connect(port, "127.0.0.1");
      const parser = new H4Parser(fromHost, (packet) => this.#note(packet));
      host.on("data", (octets: Buffer) => {
        parser.push(Uint8Array.from(octets));
        controller.write(octets);
      });
      controller.on("data", (octets: Buffer) => void host.write(octets));
      for (const [one, other] of [
        [host, controller],
        [controller, host],
      ] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
    });
  }

  static async before(port: number): Promise<Tap> {
    const tap = new Tap(port);
    tap.#server.listen(0, "127.0.0.1");
    await once(tap.#server, "listening");
    return tap;
  }

  get transport(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tap: nothing listens");
    return `tcp://127.0.0.1:${address.port}`;
  }

  get attRequests(): readonly string[] {
    return this.sent.filter((one) => one.startsWith("att "));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }

  #note({ type, bytes }: Packet): void {
    if (type === "command" && at(bytes, 0) === ENABLE_ENCRYPTION) this.sent.push("encrypt");
    if (type !== "acl") return;
    const opcode = bytes[8] ?? 0;
    if (at(bytes, 6) === ATT) this.sent.push(`att ${opcode.toString(16).padStart(2, "0")}`);
    if (at(bytes, 6) === SMP && opcode === PAIRING_REQUEST) this.sent.push("pair");
  }
}
