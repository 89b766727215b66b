import type { Address } from "../ports.ts";
import { addressKey } from "./address.ts";

/** The filter accept list (Vol 6 Part B 4.3.1). */
export class AcceptList {
  readonly #entries = new Set<string>();
  #anonymous = false;

  get size(): number {
    return this.#entries.size + (this.#anonymous ? 1 : 0);
  }

  add(address: Address | "anonymous"): void {
    if (address === "anonymous") this.#anonymous = true;
    else this.#entries.add(addressKey(address));
  }

  remove(address: Address | "anonymous"): void {
    if (address === "anonymous") this.#anonymous = false;
    else this.#entries.delete(addressKey(address));
  }

  /** Undefined stands for an anonymous advertiser. */
  has(address: Address | undefined): boolean {
    return address === undefined ? this.#anonymous : this.#entries.has(addressKey(address));
  }

  clear(): void {
    this.#entries.clear();
    this.#anonymous = false;
  }
}
