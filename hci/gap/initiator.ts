import {
  LeCreateConnection,
  LeCreateConnectionCancel,
  LeExtendedCreateConnection,
} from "../host/commands/le-connection.ts";
import { ErrorCode, HciError } from "../host/hci-error.ts";
import type { Host } from "../host/host.ts";
import type { ConnectionOutcome } from "../host/links.ts";
import { LeFeature } from "../host/supported.ts";
import { usesExtendedCommands } from "./capabilities.ts";
import type { ConnectionParameters } from "../codec/connection-parameters.ts";
import type { PeerAddress } from "./connect-target.ts";
import { leadsTo } from "./connect-target.ts";
import type { OwnAddress } from "./own-address.ts";

/** A controller that was told to stop says so at once; after this it never will. */
const CANCEL_TIMEOUT_MS = 5000;

/** 60 and 30 ms: half of the time is left to the links there are. */
const SCAN = { scanInterval: 96, scanWindow: 48 } as const;

type State =
  | { readonly kind: "idle" }
  | {
      readonly kind: "initiating";
      readonly peer: PeerAddress;
      cancelled: boolean;
      readonly ended: () => void;
    };

/**
 * The controller's one attempt to connect (Vol 4 Part E 7.8.12, 7.8.13, 7.8.66). Every attempt that began ends with one
 * outcome, be it the answer to a cancel. All calls are made in the radio's turn.
 */
export class Initiator {
  /** The attempt ended without having been cancelled, or succeeded before the cancel arrived. */
  onEnded: (outcome: ConnectionOutcome) => void = () => {};
  readonly #host: Host;
  readonly #own: OwnAddress;
  readonly #resolving: () => boolean;
  readonly #extended: boolean;
  #state: State = { kind: "idle" };
  #idle: Promise<void> = Promise.resolve();

  constructor(host: Host, own: OwnAddress, resolving: () => boolean) {
    this.#host = host;
    this.#own = own;
    this.#resolving = resolving;
    this.#extended = usesExtendedCommands(host.controller);
  }

  get active(): boolean {
    return this.#state.kind === "initiating";
  }

  async begin(peer: PeerAddress, parameters: ConnectionParameters): Promise<void> {
    await this.#own.prepare();
    this.#host.links.localAddress.central = this.#own.current;
    const ended = Promise.withResolvers<void>();
    this.#idle = ended.promise;
    this.#state = { kind: "initiating", peer, cancelled: false, ended: ended.resolve };
    try {
      await this.#create(peer, parameters);
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Resolves when the controller has stopped, also where it connected in the last moment. */
  async cancel(): Promise<void> {
    if (this.#state.kind === "idle") return;
    this.#state.cancelled = true;
    try {
      await this.#host.run(LeCreateConnectionCancel, {});
    } catch (error) {
      // Nothing to cancel: the outcome is on its way.
      if (!(error instanceof HciError)) throw error;
    }
    const stop = this.#host.clock.after(CANCEL_TIMEOUT_MS, () => this.#finish());
    await this.#idle;
    stop();
  }

  /** For the links: true when this outcome is ours and its link, if any, is wanted. */
  take(outcome: ConnectionOutcome): boolean {
    if (this.#state.kind === "idle") return false;
    const { peer, cancelled } = this.#state;
    this.#finish();
    if ("link" in outcome && !leadsTo(outcome.link, peer)) {
      this.onEnded({ status: ErrorCode.failedToEstablish });
      return false;
    }
    if ("status" in outcome && cancelled && outcome.status === ErrorCode.unknownConnection) return false;
    this.onEnded(outcome);
    return true;
  }

  #finish(): void {
    if (this.#state.kind === "idle") return;
    const { ended } = this.#state;
    this.#state = { kind: "idle" };
    ended();
  }

  async #create(peer: PeerAddress, parameters: ConnectionParameters): Promise<void> {
    const ownAddressType = this.#own.type(this.#resolving());
    const timing = { ...parameters, minEventLength: 0, maxEventLength: 0 };
    const whom = { filter: "all", ownAddressType, ...peer } as const;
    if (this.#extended) {
      const fast = this.#host.controller.has(LeFeature.phy2M);
      const one = { ...SCAN, ...timing };
      await this.#host.run(LeExtendedCreateConnection, {
        ...whom,
        phys: { "1M": true, "2M": fast, coded: false },
        perPhy: fast ? [one, one] : [one],
      });
    } else {
      await this.#host.run(LeCreateConnection, { ...SCAN, ...whom, ...timing });
    }
  }
}
