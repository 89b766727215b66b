import type { Host } from "../host/host.ts";
import { LeSetResolvablePrivateAddressTimeout } from "../host/commands/le-privacy.ts";
import type { Link } from "../host/link.ts";
import type { ConnectionOutcome } from "../host/links.ts";
import type { Crypto, TextPort } from "../ports.ts";
import { AcceptList } from "./accept-list.ts";
import { Advertiser } from "./advertiser.ts";
import { resolvingListSize } from "./capabilities.ts";
import type { ConnectTarget } from "./connect-target.ts";
import type { ConnectOptions } from "./connector.ts";
import { Connector } from "./connector.ts";
import { Initiator } from "./initiator.ts";
import type { OwnAddressOptions } from "./own-address.ts";
import { MAX_ROTATION_MS, OwnAddress, ROTATION_MS } from "./own-address.ts";
import { Radio } from "./radio.ts";
import type { HashSearch, Resolvable } from "./resolver.ts";
import { plainSearch, Resolver } from "./resolver.ts";
import { ResolvingList } from "./resolving-list.ts";
import { Scanner } from "./scanner.ts";

export interface GapOptions extends OwnAddressOptions {
  readonly crypto: Crypto;
  readonly text: TextPort;
  /** Takes the place of one AES after the other when many IRKs are tried. */
  readonly search?: HashSearch;
}

/** What one adapter does on the air: scan, connect, advertise, and whom it recognises. */
export class Gap {
  readonly host: Host;
  readonly own: OwnAddress;
  readonly scanner: Scanner;
  readonly advertiser: Advertiser;
  readonly resolver: Resolver;
  readonly resolvingList: ResolvingList;
  readonly acceptList: AcceptList;
  readonly #connector: Connector;
  readonly #initiator: Initiator;

  private constructor(host: Host, options: GapOptions) {
    const { crypto, text, search = plainSearch(crypto) } = options;
    const radio = new Radio();
    this.host = host;
    this.own = new OwnAddress(host, radio, crypto, options);
    this.resolvingList = new ResolvingList(host, radio, this.own);
    this.resolver = new Resolver(search, host.clock);
    const resolving = (): boolean => this.resolvingList.active;
    this.acceptList = new AcceptList(host);
    this.scanner = new Scanner({ host, radio, own: this.own, acceptList: this.acceptList, text, resolving });
    this.advertiser = new Advertiser(host, radio, this.own, resolving);
    this.#initiator = new Initiator(host, this.own, resolving);
    this.#connector = new Connector({
      host,
      radio,
      scanner: this.scanner,
      initiator: this.#initiator,
      resolvingList: this.resolvingList,
      aes: crypto,
    });
    host.links.onOutcome = (outcome) => this.#take(outcome);
  }

  /** Takes over the radio of a started host. */
  static async start(host: Host, options: GapOptions): Promise<Gap> {
    const gap = new Gap(host, options);
    const { controller } = host;
    if (resolvingListSize(controller) > 0 && controller.supports(LeSetResolvablePrivateAddressTimeout)) {
      const timeout = Math.floor(Math.min(options.rotationMs ?? ROTATION_MS, MAX_ROTATION_MS) / 1000);
      await host.run(LeSetResolvablePrivateAddressTimeout, { timeout: Math.max(1, timeout) });
    }
    return gap;
  }

  /** Connects as central; see Connector. */
  connect(target: ConnectTarget, options?: ConnectOptions): Promise<Link> {
    return this.#connector.connect(target, options);
  }

  /**
   * Whom to recognise behind private addresses: all in the host, the first ones in the controller too. Resolves with how
   * many there was no room for in the controller.
   */
  recognise(peers: readonly Resolvable[]): Promise<number> {
    this.resolver.use(peers);
    return this.resolvingList.use(peers);
  }

  /** Lets go of everything that waits for a time to come. The host is closed by its owner. */
  close(): void {
    this.own.close();
  }

  #take(outcome: ConnectionOutcome): boolean {
    if ("link" in outcome && outcome.link.role === "peripheral") return this.advertiser.take(outcome);
    return this.#initiator.take(outcome) || this.advertiser.take(outcome);
  }
}
