import { loopback } from "../transport/loopback.ts";
import type { Packet } from "../transport/packet.ts";
import type { Transport } from "../transport/transport.ts";
import type { Address } from "../ports.ts";
import type { Advertisement } from "./advertising/advertisement.ts";
import { Core } from "./core.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { ControllerOptions } from "./options.ts";
import type { Station } from "./radio.ts";
import type { Violation } from "./violation.ts";

/**
 * A strict LE controller in memory. It speaks HCI to one host, through any transport, and has an antenna on a Radio.
 * What a host does wrong is answered as the specification asks, and noted in `violations`.
 */
export class VirtualController implements Station {
  readonly #core: Core;
  readonly #dispatcher: Dispatcher;
  readonly #leave: () => void;
  #transport: Transport | undefined;

  constructor(options: ControllerOptions) {
    this.#core = new Core(options, this);
    this.#dispatcher = new Dispatcher(this.#core);
    this.#leave = options.radio.join(this);
  }

  get name(): string {
    return this.#core.settings.name;
  }

  get publicAddress(): Address {
    return this.#core.publicAddress;
  }

  /** What the host did that no host may do, in order. */
  get violations(): readonly Violation[] {
    return this.#core.violations;
  }

  /** Where events and data have pipes of their own: how many packets were overtaken by one of the other pipe. */
  get overtaken(): number {
    return this.#core.output.overtaken;
  }

  /** Powers on and gives the host's end of a cable in memory. */
  plug(): Transport {
    const { host, controller } = loopback();
    this.attach(controller);
    return host;
  }

  /** Powers on, behind a transport whose other end is a host. One host at a time. */
  attach(transport: Transport): void {
    void this.unplug();
    this.#dispatcher.restart();
    this.#transport = transport;
    transport.onPacket = (packet) => this.#receive(packet);
    transport.onClosed = () => {
      if (this.#transport === transport) this.#powerOff();
    };
    this.#core.output.sink = (packet) => transport.send(packet);
  }

  /** Pulls the plug: the host's transport ends, peers hear nothing any more. */
  async unplug(): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined) return;
    this.#powerOff();
    await transport.close();
  }

  /** Unplugs and leaves the radio for good. */
  async dispose(): Promise<void> {
    const unplugged = this.unplug();
    this.#leave();
    await unplugged;
  }

  /** For tests: a digest of the long-term key in use on a link; no host ever sees it. */
  keyDigest(handle: number): string | undefined {
    return this.#dispatcher.session.links.find(handle)?.encryption.keyDigest;
  }

  /**
   * For tests: sends a data PDU as an attacker on the air would, in clear and past all checks of this controller's host
   * interface. `first` marks the start of an L2CAP message.
   */
  injectPlain(handle: number, first: boolean, octets: Uint8Array): void {
    this.#dispatcher.session.links.find(handle)?.injectPlain(first, octets);
  }

  hear(advertisement: Advertisement, rssi: number, from: Station): void {
    const { scanner, initiator } = this.#dispatcher.session;
    if (this.#transport === undefined) return;
    scanner.hear(advertisement, rssi, from);
    initiator.hear(advertisement, from);
  }

  #receive({ type, bytes }: Packet): void {
    if (type === "command") this.#dispatcher.receive(bytes);
    else if (type === "acl") this.#dispatcher.session.aclOut.receive(bytes);
    else this.#core.violation("H4", `a host must not send a packet of type ${type}`, bytes);
  }

  #powerOff(): void {
    this.#transport = undefined;
    this.#core.output.sink = undefined;
    this.#core.output.clear();
    this.#dispatcher.session.end();
  }
}
