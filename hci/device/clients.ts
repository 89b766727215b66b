import { addressKey } from "../gap/address.ts";
import type { RememberedClient } from "../gatt/server.ts";
import type { Address } from "../ports.ts";

/** What bonded clients of our server left with us (Vol 3 Part G 3.3.3.3); to be kept as long as the bond. */
export interface ClientMemory {
  get(peer: Address): RememberedClient | undefined;
  set(peer: Address, client: RememberedClient): void;
  delete(peer: Address): void;
}

/** For as long as the host runs. */
export class MemoryClients implements ClientMemory {
  readonly #clients = new Map<number, RememberedClient>();

  get(peer: Address): RememberedClient | undefined {
    return this.#clients.get(addressKey(peer));
  }

  set(peer: Address, client: RememberedClient): void {
    this.#clients.set(addressKey(peer), client);
  }

  delete(peer: Address): void {
    this.#clients.delete(addressKey(peer));
  }

  clear(): void {
    this.#clients.clear();
  }
}
