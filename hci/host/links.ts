import type { Codec } from "../codec/codec.ts";
import type { EventBody, HciEvent } from "../codec/event.ts";
import type { Fields } from "../codec/struct.ts";
import type { Address, Bytes } from "../ports.ts";
import { aclBroadcast, aclHandle, aclLengthFits, MAX_HANDLE } from "./acl.ts";
import { AclOutput } from "./acl-output.ts";
import {
  LeRemoteConnectionParameterRequestNegativeReply,
  LeRemoteConnectionParameterRequestReply,
} from "./commands/le-connection.ts";
import type { ControllerFacts } from "./controller.ts";
import { EarlyData } from "./early-data.ts";
import * as events from "./events.ts";
import { ErrorCode } from "./hci-error.ts";
import type { Host } from "./host.ts";
import type { LinkFacts } from "./link.ts";
import { Link } from "./link.ts";

/** Outcome of an attempt to connect, in either role. */
export type ConnectionOutcome =
  | { readonly link: Link }
  /** The attempt ended with this error code; 0x3C is the end of directed advertising. */
  | { readonly status: number };

type Enhanced = EventBody<typeof events.LeEnhancedConnectionComplete>;

const ZERO = new Uint8Array(6);

/** The links of one host, by handle. */
export class Links {
  readonly output: AclOutput;
  /** Our address over the air by role, as GAP last gave it to the controller. */
  readonly localAddress: { central: Address; peripheral: Address };
  /**
   * Called with each outcome; the result says whether somebody wants it. A link that nobody wants is ended at once: the
   * adapter must not open links that neither a person nor the application asked for.
   */
  onOutcome: (outcome: ConnectionOutcome) => boolean = () => false;
  readonly #host: Host;
  readonly #early: EarlyData;
  readonly #byHandle = new Map<number, Link>();

  constructor(host: Host, facts: ControllerFacts, send: (packet: Uint8Array) => void) {
    this.#host = host;
    this.output = new AclOutput(facts.acl, send, host.counters);
    this.#early = new EarlyData(host.clock, host.counters);
    const local = facts.publicAddress ?? { type: "random", octets: new Uint8Array(6) };
    this.localAddress = { central: local, peripheral: local };
    this.#listen();
    this.#listenForProcedures();
  }

  get all(): readonly Link[] {
    return [...this.#byHandle.values()];
  }

  get(handle: number): Link | undefined {
    return this.#byHandle.get(handle);
  }

  /** One ACL packet, unchecked. */
  receive(packet: Uint8Array): void {
    if (!aclLengthFits(packet) || aclBroadcast(packet) !== 0) {
      this.#host.counters.malformedData++;
      return;
    }
    const handle = aclHandle(packet);
    const link = this.#byHandle.get(handle);
    if (link !== undefined) link.receive(packet);
    else if (handle <= MAX_HANDLE) this.#early.hold(handle, packet);
    else this.#host.counters.strayData++;
  }

  /** Connection Complete with an error: its other parameters mean nothing. */
  failed(status: number): void {
    this.onOutcome({ status });
  }

  close(cause: Error): void {
    this.#early.clear();
    for (const link of this.all) link.finish(undefined, cause);
  }

  #listen(): void {
    const host = this.#host;
    host.on(events.LeConnectionComplete, (event) =>
      this.#connected({ ...event, localResolvableAddress: ZERO, peerResolvableAddress: ZERO }),
    );
    host.on(events.LeEnhancedConnectionComplete, (event) => this.#connected(event));
    host.on(events.DisconnectionComplete, ({ status, handle, reason }) => {
      if (status !== 0) return; // the link goes on; whoever asked got a Command Status
      this.#with(handle, (link) => link.finish(reason));
    });
    host.on(events.NumberOfCompletedPackets, ({ links }) => {
      for (const { handle, completed } of links) this.output.completed(handle, completed);
    });
    host.on(events.EncryptionChange, ({ handle, status, enabled }) =>
      this.#with(handle, (link) => link.encryptionChanged(status, enabled === 1)),
    );
    host.on(events.EncryptionChangeV2, ({ handle, status, enabled, keySize }) =>
      this.#with(handle, (link) => link.encryptionChanged(status, enabled === 1, keySize)),
    );
    host.on(events.EncryptionKeyRefreshComplete, ({ handle, status }) =>
      this.#with(handle, (link) => link.keyRefreshed(status)),
    );
    host.on(events.LeLongTermKeyRequest, ({ handle, rand, ediv }) =>
      this.#with(handle, (link) => link.longTermKeyRequested(rand, ediv)),
    );
  }

  #listenForProcedures(): void {
    const host = this.#host;
    host.on(events.LeConnectionUpdateComplete, (event) =>
      this.#with(event.handle, (link) => {
        if (event.status === 0) link.timing = event;
        link.settle(events.LeConnectionUpdateComplete, event);
      }),
    );
    host.on(events.LeDataLengthChange, (event) =>
      this.#with(event.handle, (link) => {
        link.dataLength = { tx: event.maxTxOctets, rx: event.maxRxOctets };
      }),
    );
    this.#settles(events.LePhyUpdateComplete);
    this.#settles(events.LeReadRemoteFeaturesComplete);
    this.#settles(events.ReadRemoteVersionInformationComplete);
    host.on(events.LeRemoteConnectionParameterRequest, (request) => void this.#answerParameters(request));
  }

  /** A procedure of the link may wait for this event; the peer may have caused it as well. */
  #settles<F extends Fields & { readonly handle: Codec<number> }>(event: HciEvent<F>): void {
    this.#host.on(event, (body) => this.#with(body.handle, (link) => void link.settle(event, body)));
  }

  #with(handle: number, act: (link: Link) => unknown): void {
    const link = this.#byHandle.get(handle);
    if (link === undefined || act(link) === false) this.#host.counters.strayEvents++;
  }

  #connected(event: Enhanced): void {
    if (event.handle > MAX_HANDLE) {
      this.#host.counters.strayEvents++;
      return;
    }
    const stale = this.#byHandle.get(event.handle);
    if (stale !== undefined) {
      this.#host.counters.strayEvents++;
      stale.finish(ErrorCode.unknownConnection);
    }
    this.#open(new Link(this.#host, this.#factsOf(event)));
  }

  #open(link: Link): void {
    const { handle } = link;
    this.#byHandle.set(handle, link);
    this.output.open(handle);
    link.onFinished = () => {
      this.#byHandle.delete(handle);
      this.#early.closed(handle);
      if (link.end !== undefined) this.output.close(handle, link.end.error);
    };
    const wanted = this.onOutcome({ link });
    for (const packet of this.#early.release(handle)) link.receive(packet);
    if (!wanted) void link.disconnect(ErrorCode.remoteUserTerminated);
  }

  #factsOf(event: Enhanced): LinkFacts {
    const { peerAddressType: type, peerAddress, peerResolvableAddress, localResolvableAddress } = event;
    const resolved = type === "publicIdentity" || type === "randomIdentity" || isSet(peerResolvableAddress);
    const peer: Address = {
      type: type === "public" || type === "publicIdentity" ? "public" : "random",
      octets: peerAddress,
    };
    return {
      handle: event.handle,
      role: event.role,
      interval: event.interval,
      latency: event.latency,
      supervisionTimeout: event.supervisionTimeout,
      localAddress: isSet(localResolvableAddress)
        ? { type: "random", octets: localResolvableAddress }
        : this.localAddress[event.role],
      peerAddress: isSet(peerResolvableAddress) ? { type: "random", octets: peerResolvableAddress } : peer,
      peerIdentity: resolved ? peer : undefined,
    };
  }

  /** A request without an answer would end the link after 40 s, so there always is one. */
  async #answerParameters(
    request: EventBody<typeof events.LeRemoteConnectionParameterRequest>,
  ): Promise<void> {
    const { handle, intervalMin, intervalMax, latency, supervisionTimeout } = request;
    const link = this.#byHandle.get(handle);
    if (link === undefined) {
      this.#host.counters.strayEvents++;
      return;
    }
    try {
      if (link.onParameterRequest?.(request) === true) {
        const parameters = {
          intervalMin,
          intervalMax,
          latency,
          supervisionTimeout,
          minEventLength: 0,
          maxEventLength: 0,
        };
        await this.#host.run(LeRemoteConnectionParameterRequestReply, { handle, ...parameters });
      } else {
        const reason = ErrorCode.unacceptableConnectionParameters;
        await this.#host.run(LeRemoteConnectionParameterRequestNegativeReply, { handle, reason });
      }
    } catch {
      // The link or the adapter is gone; their own events tell.
    }
  }
}

function isSet(address: Bytes): boolean {
  return address.some((octet) => octet !== 0);
}
