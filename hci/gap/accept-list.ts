import { LeAddDeviceToFilterAcceptList, LeClearFilterAcceptList } from "../host/commands/le-scanning.ts";
import type { Host } from "../host/host.ts";
import type { Address } from "../ports.ts";
import { addressKey } from "./address.ts";

/** The controller's filter accept list. It may only change while nothing uses it: in the radio's turn. */
export class AcceptList {
  readonly #host: Host;
  #programmed = "";
  #used = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Addresses on it now. */
  get used(): number {
    return this.#used;
  }

  fits(addresses: readonly Address[]): boolean {
    return addresses.length > 0 && addresses.length <= this.#host.controller.facts.acceptListSize;
  }

  async program(addresses: readonly Address[]): Promise<void> {
    const wanted = addresses
      .map(addressKey)
      .toSorted((a, b) => a - b)
      .join();
    if (wanted === this.#programmed) return;
    this.#programmed = ""; // until the last one is in
    await this.#host.run(LeClearFilterAcceptList, {});
    this.#used = 0;
    for (const { type, octets } of addresses) {
      await this.#host.run(LeAddDeviceToFilterAcceptList, { addressType: type, address: octets });
      this.#used++;
    }
    this.#programmed = wanted;
  }
}
