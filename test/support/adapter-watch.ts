/** What a host has left an adapter in, read from the packets between them and from nothing that the host says of itself. */
import { toHex } from "../../hci/codec/bytes.ts";
import type { Clock } from "../../hci/ports.ts";
import type { Packet } from "../../hci/transport/packet.ts";
import { intercept } from "../../hci/virtual/intercept.ts";
import type { AdapterPort } from "../../src/link/hci/ports.ts";

export class AdapterWatch {
  scanning = false;
  advertising = false;
  connecting = false;
  readonly links = new Set<number>();
  readonly #lists = { accept: new Set<string>(), resolving: new Set<string>() };
  #scans = 0;

  /** As text, to be compared: activity and lists. Our private address changes by itself, after each failed encryption. */
  get state(): string {
    const { scanning, advertising, connecting, links } = this;
    const lists = Object.values(this.#lists).map((list) => [...list].toSorted((a, b) => (a < b ? -1 : 1)));
    return JSON.stringify([scanning, advertising, connecting, [...links], lists]);
  }

  /** How often a scan was begun. */
  get scans(): number {
    return this.#scans;
  }

  on(port: AdapterPort, clock: Clock): AdapterPort {
    return {
      open: async (signal) => {
        const { transport, usb } = await port.open(signal);
        const watched = intercept(transport, {
          clock,
          outgoing: (packet) => (this.#sent(packet), [{ packet, delayMs: 0 }]),
          incoming: (packet) => (this.#received(packet), [{ packet, delayMs: 0 }]),
        });
        return { usb, transport: watched };
      },
    };
  }

  #sent({ type, bytes }: Packet): void {
    if (type !== "command") return;
    const [low = 0, high = 0, , first = 0] = bytes;
    const peer = toHex(bytes.subarray(3, 10));
    switch ((high << 8) | low) {
      case 0x200c: // LE Set Scan Enable
      case 0x2042:
        if (first === 1) this.#scans++;
        this.scanning = first === 1;
        break;
      case 0x200a: // LE Set Advertising Enable
      case 0x2039:
        this.advertising = first === 1;
        break;
      case 0x200d: // LE Create Connection
      case 0x2043:
        this.connecting = true;
        break;
      case 0x2010: // LE Clear Filter Accept List
        this.#lists.accept.clear();
        break;
      case 0x2011:
        this.#lists.accept.add(peer);
        break;
      case 0x2012:
        this.#lists.accept.delete(peer);
        break;
      case 0x2027: // LE Add Device To Resolving List
        this.#lists.resolving.add(peer);
        break;
      case 0x2028:
        this.#lists.resolving.delete(peer);
        break;
      case 0x2029:
        this.#lists.resolving.clear();
        break;
      default:
    }
  }

  #received({ type, bytes }: Packet): void {
    if (type !== "event") return;
    const [code, , first = 0, second = 0, third = 0, fourth = 0] = bytes;
    if (code === 0x05) this.links.delete(second | (third << 8)); // Disconnection Complete: status, handle
    if (code !== 0x3e || (first !== 0x01 && first !== 0x0a)) return; // LE (Enhanced) Connection Complete
    this.connecting = false;
    if (second === 0) this.links.add(third | (fourth << 8));
  }
}
