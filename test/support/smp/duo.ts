/** Our two roles against each other: two sides, one link, one clock, and persons who can see both screens. */
import assert from "node:assert/strict";
import type { PairingResult } from "../../../hci/smp/bonding.ts";
import type { PairOptions } from "../../../hci/smp/plans.ts";
import type { ChannelPair } from "../channel-pair.ts";
import { channelPair } from "../channel-pair.ts";
import { ManualClock, settle } from "../manual-clock.ts";
import type { LinkPair } from "./fake-link.ts";
import { linkPair } from "./fake-link.ts";
import type { SideOptions } from "./side.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS, Side } from "./side.ts";

export interface DuoOptions {
  readonly central?: SideOptions;
  readonly peripheral?: SideOptions;
}

export class Duo {
  readonly clock: ManualClock;
  readonly channel: ChannelPair;
  readonly link: LinkPair;
  readonly central: Side;
  readonly peripheral: Side;
  /** Why the link ended, once it has. */
  ended: Error | undefined;

  constructor({ central = {}, peripheral = {} }: DuoOptions = {}) {
    this.clock = central.clock ?? new ManualClock();
    this.channel = channelPair();
    const end = (reason: Error): void => {
      this.ended ??= reason;
      this.channel.close(reason);
    };
    const local = central.local?.address ?? CENTRAL_ADDRESS;
    this.link = linkPair(local, peripheral.local?.address ?? PERIPHERAL_ADDRESS, end);
    this.central = new Side(this.link.central, this.channel.a, { ...central, clock: this.clock });
    this.peripheral = new Side(this.link.peripheral, this.channel.b, { ...peripheral, clock: this.clock });
    const shownOnEither = async (): Promise<string> => {
      await settle();
      return this.central.person.shown ?? this.peripheral.person.shown ?? "123456";
    };
    this.central.person.onEnter = shownOnEither;
    this.peripheral.person.onEnter = shownOnEither;
  }

  /** Everything the central (`a`) or the peripheral (`b`) sent, in hexadecimal. */
  sentBy(side: "a" | "b"): readonly string[] {
    return this.channel.log.filter((line) => line.startsWith(side)).map((line) => line.slice(2));
  }

  /** Both sides' results of one pairing that must succeed. */
  async pair(
    options?: PairOptions,
  ): Promise<{ readonly central: PairingResult; readonly peripheral: PairingResult }> {
    const central = await this.central.manager.pair(options);
    await settle();
    const event = this.peripheral.events.findLast(({ kind }) => kind === "paired");
    assert(event?.kind === "paired", `the peripheral is paired, not ${this.peripheral.told.join()}`);
    return { central, peripheral: event.result };
  }

  /** Lets the central try to pair; resolves with how it failed. */
  async fail(options?: PairOptions): Promise<Error> {
    const failed = await this.central.manager.pair(options).then(
      () => undefined,
      (error: unknown) => error,
    );
    await settle();
    assert(failed instanceof Error, "the pairing failed");
    return failed;
  }

  /** A new link between the same two hosts, with what they have stored and what they wait for. */
  reconnect(change: DuoOptions = {}): Duo {
    const kept = ({ store, backoff, crypto }: Side): SideOptions => ({ store, backoff, crypto });
    return new Duo({
      central: { clock: this.clock, ...kept(this.central), ...change.central },
      peripheral: { ...kept(this.peripheral), ...change.peripheral },
    });
  }
}
