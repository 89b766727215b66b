import type { HciEvent } from "../codec/event.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Address } from "../ports.ts";
import { AcceptList } from "./accept-list.ts";
import { AclIn } from "./acl-in.ts";
import { AclOut } from "./acl-out.ts";
import { AdvertisingSets } from "./advertising/sets.ts";
import type { Core } from "./core.ts";
import { Initiator } from "./initiator.ts";
import { LinkReports } from "./link-reports.ts";
import { Links } from "./links.ts";
import { Masks } from "./masks.ts";
import { Preferences } from "./preferences.ts";
import { ResolvingList } from "./resolving-list.ts";
import { Scanner } from "./scanning/scanner.ts";
import { Refusal, Status } from "./status.ts";

/** Everything that Reset throws away: from one Reset to the next. */
export class Session {
  readonly core: Core;
  readonly masks = new Masks();
  readonly acceptList = new AcceptList();
  readonly preferences: Preferences;
  readonly resolvingList: ResolvingList;
  readonly links: Links;
  readonly aclOut: AclOut;
  readonly aclIn: AclIn;
  readonly reports: LinkReports;
  readonly advertising: AdvertisingSets;
  readonly scanner: Scanner;
  readonly initiator: Initiator;
  randomAddress: Address | undefined;
  #flavour: "legacy" | "extended" | undefined;
  #later: (() => void)[] = [];
  #over = false;

  constructor(core: Core) {
    this.core = core;
    this.preferences = new Preferences(core);
    this.resolvingList = new ResolvingList(core.crypto, core.random.stream("addresses"), core.clock);
    this.links = new Links(core);
    this.aclOut = new AclOut(this);
    this.aclIn = new AclIn(this);
    this.reports = new LinkReports(this);
    this.advertising = new AdvertisingSets(this);
    this.scanner = new Scanner(this);
    this.initiator = new Initiator(this);
  }

  /** Sends an event, if the masks let it out. */
  emit<F extends Fields>(event: HciEvent<F>, body: Struct<F>): void {
    if (!this.#over && this.masks.allows(event)) this.core.sendEvent(event, body);
  }

  /** Runs after the answer to the present command has gone out. */
  afterAnswer(run: () => void): void {
    this.#later.push(run);
  }

  runLater(): void {
    const later = this.#later;
    this.#later = [];
    for (const run of later) run();
  }

  forgetLater(): void {
    this.#later = [];
  }

  /** Scanning, advertising or initiating: the lists must not change then. */
  get airInUse(): boolean {
    return this.advertising.active || this.scanner.active || this.initiator.active;
  }

  /** An active scan, connection attempt or advertising set goes by the accept list: it must not change then. */
  get acceptListInUse(): boolean {
    const { filter } = this.scanner.parameters;
    const scanning =
      this.scanner.active && (filter === "acceptList" || filter === "acceptListAndUnresolvedDirected");
    return scanning || this.initiator.usesAcceptList || this.advertising.usesAcceptList;
  }

  /** Legacy and extended commands must not be mixed between two Resets (Vol 4 Part E 3.1.1). */
  claim(flavour: "legacy" | "extended"): void {
    if (this.#flavour !== undefined && this.#flavour !== flavour) throw new Refusal(Status.CommandDisallowed);
    this.#flavour = flavour;
  }

  /** Ends everything without a word to this host; peers notice the silence. */
  end(): void {
    this.#over = true;
    this.advertising.clear();
    this.scanner.stop();
    this.initiator.abandon();
    this.resolvingList.clear();
    this.links.vanish();
  }
}
