import { LeReadMaximumAdvertisingDataLength } from "../host/commands/le-extended.ts";
import { LeAdvertisingSetTerminated } from "../host/events.ts";
import { ErrorCode } from "../host/hci-error.ts";
import type { Host } from "../host/host.ts";
import type { Link } from "../host/link.ts";
import type { ConnectionOutcome } from "../host/links.ts";
import type { Address } from "../ports.ts";
import type { AdvertisingPdus } from "./advertising-pdus.ts";
import { ExtendedAdvertisingPdus, LegacyAdvertisingPdus } from "./advertising-pdus.ts";
import { usesExtendedCommands } from "./capabilities.ts";
import type { OwnAddress } from "./own-address.ts";
import type { Activity, Radio } from "./radio.ts";

export interface AdvertiseOptions {
  /** At most 31 octets, or as many as `maxDataLength` says. See buildAdvertisingData. */
  readonly data: Uint8Array;
  /** At most 31 octets; not together with longer data. */
  readonly scanResponse?: Uint8Array;
  readonly connectable: boolean;
  /** 20 ms to 10.24 s. Default 100 ms. */
  readonly intervalMs?: number;
  /** Only this peer may connect. `high` calls it for 1.28 s at most and then ends. */
  readonly directed?: { readonly to: Address; readonly duty: "high" | "low" };
}

/** How advertising ended by itself. */
export type AdvertisingEnd =
  | { readonly link: Link }
  /** 0x3C: nobody came in the time of directed advertising. */
  | { readonly status: number };

/** Advertising of the peripheral role: one set, until it is stopped or someone connects. */
export class Advertiser implements Activity {
  readonly #host: Host;
  readonly #radio: Radio;
  readonly #own: OwnAddress;
  readonly #pdus: AdvertisingPdus;
  readonly #resolving: () => boolean;
  #active: { readonly options: AdvertiseOptions; readonly onEnd: (end: AdvertisingEnd) => void } | undefined;
  #running = false;
  #maxDataLength = 31;

  constructor(host: Host, radio: Radio, own: OwnAddress, resolving: () => boolean) {
    this.#host = host;
    this.#radio = radio;
    this.#own = own;
    this.#resolving = resolving;
    const extended = usesExtendedCommands(host.controller);
    this.#pdus = extended ? new ExtendedAdvertisingPdus(host) : new LegacyAdvertisingPdus(host);
    own.onRenewed((address) =>
      this.#active === undefined ? Promise.resolve() : this.#pdus.setAddress(address),
    );
    host.on(LeAdvertisingSetTerminated, ({ status }) => {
      // With status 0 a link ended it, which Connection Complete tells.
      if (status !== 0) this.#end({ status });
    });
  }

  /** Octets of data the adapter can advertise. */
  async maxDataLength(): Promise<number> {
    const { controller } = this.#host;
    if (usesExtendedCommands(controller) && controller.supports(LeReadMaximumAdvertisingDataLength)) {
      this.#maxDataLength = Math.max(
        31,
        (await this.#host.run(LeReadMaximumAdvertisingDataLength, {})).length,
      );
    }
    return this.#maxDataLength;
  }

  /** Resolves when it is on the air. `onEnd` is called once if it ends by itself; it must not throw. */
  start(options: AdvertiseOptions, onEnd: (end: AdvertisingEnd) => void): Promise<void> {
    return this.#radio.turn(async () => {
      if (this.#active !== undefined) throw new Error("Cannot advertise: this is being done already");
      await this.#own.prepare();
      await this.#pdus.prepare(options, this.#own.type(this.#resolving()), this.#own.current);
      this.#active = { options, onEnd };
      this.#radio.add(this);
      try {
        await this.resume();
      } catch (error) {
        this.#forget();
        throw error;
      }
    });
  }

  /** Never rejects: what cannot be stopped went with its adapter. */
  stop(): Promise<void> {
    const leave = async (): Promise<void> => {
      if (this.#active === undefined) return;
      this.#forget();
      await this.pause();
    };
    return this.#radio.turn(leave).catch(() => {});
  }

  get running(): boolean {
    return this.#running;
  }

  async pause(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    await this.#pdus.enable(false);
  }

  async resume(): Promise<void> {
    if (this.#active === undefined || this.#running) return;
    this.#host.links.localAddress.peripheral = this.#own.current;
    this.#running = true; // before the command: a peer may connect before it is answered
    try {
      await this.#pdus.enable(true);
    } catch (error) {
      this.#running = false;
      throw error;
    }
  }

  /** For the links: true when this outcome is ours and its link, if any, is wanted. */
  take(outcome: ConnectionOutcome): boolean {
    if (this.#active === undefined) return false;
    if ("status" in outcome) {
      if (outcome.status !== ErrorCode.advertisingTimeout) return false;
      this.#end(outcome);
      return true;
    }
    if (outcome.link.role !== "peripheral" || !this.#active.options.connectable) return false;
    this.#end(outcome);
    return true;
  }

  #end(end: AdvertisingEnd): void {
    const active = this.#active;
    this.#running = false;
    this.#forget();
    active?.onEnd(end);
  }

  #forget(): void {
    this.#active = undefined;
    this.#radio.remove(this);
  }
}
