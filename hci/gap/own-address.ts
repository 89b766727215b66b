import { LeSetRandomAddress } from "../host/commands/le-setup.ts";
import type { Host } from "../host/host.ts";
import type { Address, Bytes, Crypto } from "../ports.ts";
import { isIdentity, sameAddress } from "./address.ts";
import type { Radio } from "./radio.ts";
import { isUsableIrk, newResolvableAddress, newStaticAddress } from "./rpa.ts";

/** Who we are to bonded peers. Kept by the application, one for each adapter and profile; plain data. */
export interface LocalIdentity {
  /** Public or static random. */
  readonly address: Address;
  /** 16 octets, most significant first. Goes only to bonded peers a person approved. */
  readonly irk: Bytes;
}

/** A fresh identity with a static random address. */
export function newIdentity(crypto: Pick<Crypto, "random">): LocalIdentity {
  let irk = crypto.random(16);
  if (!isUsableIrk(irk)) irk = crypto.random(16);
  if (!isUsableIrk(irk)) throw new Error("Cannot make an identity: the source of randomness is stuck");
  return { address: newStaticAddress(crypto), irk };
}

/** How long one private address is used: the recommended 15 minutes (Vol 3 Part C Appendix A). */
export const ROTATION_MS = 900_000;
/** The longest that is allowed, one hour less a second (Vol 4 Part E 7.8.45 has the same limit in seconds). */
export const MAX_ROTATION_MS = 3_600_000;

export type OwnAddressType = "public" | "random" | "resolvableOrRandom";

export interface OwnAddressOptions {
  readonly identity: LocalIdentity;
  /** Hide the identity behind addresses that change. */
  readonly privacy: boolean;
  readonly rotationMs?: number;
}

/**
 * The address we show over the air. With privacy it is a resolvable one that the host makes and renews, only while the
 * radio is in use; the controller may make another for a peer on its resolving list.
 */
export class OwnAddress {
  readonly identity: LocalIdentity;
  readonly privacy: boolean;
  readonly #host: Host;
  readonly #radio: Radio;
  readonly #crypto: Crypto;
  readonly #rotationMs: number;
  #current: Address;
  #set: Address | undefined;
  #madeAt: number | undefined;
  #stopTimer: (() => void) | undefined;
  readonly #onRenewed: ((address: Address) => Promise<void>)[] = [];

  constructor(host: Host, radio: Radio, crypto: Crypto, options: OwnAddressOptions) {
    const { identity, privacy, rotationMs = ROTATION_MS } = options;
    if (!isIdentity(identity.address)) throw new Error("Cannot use this identity: its address may change");
    const { publicAddress } = host.controller.facts;
    const foreign = publicAddress === undefined || !sameAddress(publicAddress, identity.address);
    if (identity.address.type === "public" && foreign) {
      throw new Error("Cannot use this identity: its public address is that of another adapter");
    }
    this.#host = host;
    this.#radio = radio;
    this.#crypto = crypto;
    this.identity = identity;
    this.privacy = privacy && isUsableIrk(identity.irk);
    this.#rotationMs = Math.min(rotationMs, MAX_ROTATION_MS);
    this.#current = identity.address;
  }

  /** What goes over the air where the controller makes no address of its own. */
  get current(): Address {
    return this.#current;
  }

  /** For scanning, connecting and advertising. With the resolving list in use the controller may do better per peer. */
  type(resolvingInController: boolean): OwnAddressType {
    if (this.privacy) return resolvingInController ? "resolvableOrRandom" : "random";
    return this.identity.address.type;
  }

  /**
   * Called in the radio's turn before it is used: gives the controller the address, a new one if it is time. While
   * something else runs the controller takes none, and the present one stays.
   */
  async prepare(): Promise<void> {
    if (!this.#radio.still) return;
    if (this.privacy) {
      const { clock } = this.#host;
      if (this.#madeAt === undefined || clock.now() - this.#madeAt >= this.#rotationMs) {
        this.#current = newResolvableAddress(this.#crypto, this.identity.irk);
        this.#madeAt = clock.now();
        this.close();
      }
      this.#watch();
    }
    if (
      this.#current.type === "random" &&
      (this.#set === undefined || !sameAddress(this.#set, this.#current))
    ) {
      await this.#host.run(LeSetRandomAddress, { address: this.#current.octets });
      this.#set = this.#current;
    }
  }

  /** `listener` runs while the radio stands still, after the address changed; for advertising sets. */
  onRenewed(listener: (address: Address) => Promise<void>): void {
    this.#onRenewed.push(listener);
  }

  /** Takes a new address now: the present one may have been recognised (Vol 3 Part C 10.6). */
  renew(): Promise<void> {
    this.#madeAt = undefined;
    if (!this.privacy) return Promise.resolve();
    return this.#radio.alone(async () => {
      await this.prepare();
      for (const listener of this.#onRenewed) await listener(this.#current);
    });
  }

  /** Stops waiting for the time to change. */
  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #watch(): void {
    if (this.#stopTimer !== undefined || this.#madeAt === undefined) return;
    const wait = this.#madeAt + this.#rotationMs - this.#host.clock.now();
    this.#stopTimer = this.#host.clock.after(wait, () => {
      this.#stopTimer = undefined;
      // Idle radios show no address: the next use makes a new one.
      if (this.#radio.busy) this.renew().catch(() => {}); // fails only with the adapter, which tells everyone itself
    });
  }
}
