import {
  LeAddDeviceToResolvingList,
  LeClearResolvingList,
  LeSetAddressResolutionEnable,
  LeSetPrivacyMode,
} from "../host/commands/le-privacy.ts";
import { HciError } from "../host/hci-error.ts";
import type { Host } from "../host/host.ts";
import type { Address } from "../ports.ts";
import { addressKey } from "./address.ts";
import { resolvingListSize } from "./capabilities.ts";
import type { OwnAddress } from "./own-address.ts";
import type { Radio } from "./radio.ts";
import type { Resolvable } from "./resolver.ts";
import { isUsableIrk } from "./rpa.ts";

/**
 * The controller's resolving list: the peers whose private addresses it recognises by itself. It holds few; the others
 * are left to the host.
 */
export class ResolvingList {
  readonly #host: Host;
  readonly #radio: Radio;
  readonly #own: OwnAddress;
  readonly #size: number;
  #listed: ReadonlySet<number> = new Set();
  /** Calls of `use` that are not over: what they leave behind is not known yet. */
  #underWay = 0;

  constructor(host: Host, radio: Radio, own: OwnAddress) {
    this.#host = host;
    this.#radio = radio;
    this.#own = own;
    this.#size = resolvingListSize(host.controller);
  }

  /** Whether the controller resolves anything now. */
  get active(): boolean {
    return this.#listed.size > 0;
  }

  /** Peers on it now. */
  get used(): number {
    return this.#listed.size;
  }

  has(identity: Address): boolean {
    return this.#listed.has(addressKey(identity));
  }

  /**
   * Takes the place of the whole list. The first entries go in, as many as there is room for. Peers whose IRK is zero
   * have no private addresses and need no entry. Resolves with how many are left to the host.
   */
  async use(peers: readonly Resolvable[]): Promise<number> {
    const usable = peers.filter(({ irk }) => isUsableIrk(irk));
    if (this.#size === 0) return usable.length;
    const fitting = usable.slice(0, this.#size);
    if (fitting.length > 0 || this.active || this.#underWay > 0) {
      this.#underWay++;
      await this.#radio.alone(() => this.#program(fitting)).finally(() => this.#underWay--);
    }
    return usable.length - this.#listed.size;
  }

  async #program(peers: readonly Resolvable[]): Promise<void> {
    const listed = new Set<number>();
    this.#listed = listed;
    await this.#host.run(LeSetAddressResolutionEnable, { enable: "off" });
    await this.#host.run(LeClearResolvingList, {});
    for (const peer of peers) {
      if (!(await this.#add(peer))) break;
      listed.add(addressKey(peer.identity));
    }
    if (listed.size > 0) await this.#host.run(LeSetAddressResolutionEnable, { enable: "on" });
  }

  /** False when the controller takes no more. */
  async #add({ identity, irk }: Resolvable): Promise<boolean> {
    const peer = { peerAddressType: identity.type, peerAddress: identity.octets };
    const localIrk = this.#own.privacy ? this.#own.identity.irk : new Uint8Array(16);
    try {
      await this.#host.run(LeAddDeviceToResolvingList, { ...peer, peerIrk: irk, localIrk });
    } catch (error) {
      if (error instanceof HciError) return false;
      throw error;
    }
    // Device privacy: a peer that gave us its IRK may still show its identity address, and many do (Vol 6 Part B 4.7).
    await this.#host.run(LeSetPrivacyMode, { ...peer, mode: "device" });
    return true;
  }
}
