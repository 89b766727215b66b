/** The extension that Web Bluetooth lacks: whether there is a bond, what it is worth, and how it comes and goes. */
import type { Stack } from "../../../hci/device/stack.ts";
import type { Bond, PairingMethod } from "../../../hci/ports.ts";
import type { SecurityLevel } from "../../../hci/smp/policy.ts";
import { securityOfBond } from "../../../hci/smp/settings.ts";
import type { Device } from "./device.ts";
import { exception, noAdapter, notConnected } from "./exceptions.ts";
import { securityException } from "./host-errors.ts";
import type { World } from "./world.ts";

/** What protects a link. No key is among it, here and below. */
export interface Security {
  readonly level: SecurityLevel;
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** Octets, 7 to 16. */
  readonly keySize: number;
}

export interface BondFacts extends Security {
  readonly method: PairingMethod;
  /** False where the store could not promise to keep it. */
  readonly persisted: boolean;
}

export interface PairingWish {
  readonly signal?: AbortSignal;
}

/** `device.bonding` */
export class Bonding {
  readonly #device: Device;
  readonly #world: World;

  constructor(device: Device, world: World) {
    this.#device = device;
    this.#world = world;
  }

  /** What protects the present link; null in clear and without a link. */
  get security(): Security | null {
    const security = this.#device.gatt.link?.security;
    if (security === undefined || security === null) return null;
    const { level, authenticated, secureConnections, keySize } = security;
    return { level, authenticated, secureConnections, keySize };
  }

  /** The bond with this device that the adapter's key store holds. It says nothing about the device's own memory. */
  async getBond(): Promise<BondFacts | null> {
    const stack = this.#stack();
    const bond = await stack.keys.get(stack.identity.address, this.#device.address);
    return bond === undefined ? null : factsOf(bond, true);
  }

  /**
   * Pairs on the present link: call it from a person's act. The bond is proven by the next connection, which encrypts
   * with its key. InvalidStateError where there is a bond already: replacing one is `repair`'s, which keeps the old one
   * until the new one is proven.
   */
  async pair({ signal }: PairingWish = {}): Promise<BondFacts> {
    const { link } = this.#device.gatt;
    if (link === undefined) throw notConnected("pair");
    if (link.bond !== undefined) throw exception("InvalidStateError", "There is a bond with this device.");
    try {
      const { bond, persisted } = await link.pair({}, signal);
      await link.secure(signal);
      if (bond === null) throw exception("NotSupportedError", "The device does not keep bonds.");
      this.#device.identified(bond.peer);
      return factsOf(bond, persisted);
    } catch (error) {
      if (error instanceof DOMException) throw error;
      signal?.throwIfAborted();
      throw securityException(error) ?? exception("NetworkError", "Authentication failed.", error);
    }
  }

  /** Removes our half of the bond and ends the link: call it from a person's act. False where there was none. */
  async unpair(): Promise<boolean> {
    const stack = this.#stack();
    this.#device.gatt.disconnect();
    const removed = await stack.keys.delete(stack.identity.address, this.#device.address);
    await stack.refreshBonds();
    return removed;
  }

  #stack(): Stack {
    const { stack } = this.#world.host;
    if (stack === undefined) throw noAdapter();
    return stack;
  }
}

function factsOf(bond: Bond, persisted: boolean): BondFacts {
  const { level, authenticated, secureConnections, keySize } = securityOfBond(bond);
  return { level, authenticated, secureConnections, keySize, method: bond.method, persisted };
}
