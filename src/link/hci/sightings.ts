import { isIdentity } from "../../../hci/gap/address.ts";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import type { Stack } from "../../../hci/device/stack.ts";
import type { Address } from "../../../hci/ports.ts";
import type { ChooseRequest } from "../backend.ts";
import { peerIdOf } from "./addresses.ts";
import type { Sighting, Sightings } from "./ports.ts";

/** Addresses cost nothing: beyond this many somebody plays with them, and the rest is not shown. */
const MAX_DEVICES = 500;

/** What is heard while a chooser is open, by device; scan responses come as reports of their own and are added. */
export class HeardDevices implements Sightings {
  onChange: (() => void) | undefined;
  readonly #stack: Stack;
  readonly #request: ChooseRequest;
  readonly #bonded: ReadonlySet<string>;
  readonly #nameOf: (id: string) => string | undefined;
  readonly #heard = new Map<string, Sighting>();
  /** Private addresses of peers that we know. */
  readonly #identities = new Map<string, string>();

  constructor(
    stack: Stack,
    request: ChooseRequest,
    bonded: ReadonlySet<string>,
    nameOf: (id: string) => string | undefined,
  ) {
    this.#stack = stack;
    this.#request = request;
    this.#bonded = bonded;
    this.#nameOf = nameOf;
  }

  get all(): readonly Sighting[] {
    return [...this.#heard.values()].filter((sighting) => this.#fits(sighting));
  }

  /** Synchronous, and does not throw: called from the scanner. */
  hear(advertisement: Advertisement): void {
    const { address, rssi, connectable } = advertisement;
    if (address === undefined) return;
    const id = this.#idOf(address);
    const before = this.#heard.get(id);
    if (before === undefined && this.#heard.size >= MAX_DEVICES) return;
    const { name, services } = advertisement.fields();
    this.#heard.set(id, {
      id,
      name: name ?? before?.name ?? this.#nameOf(id),
      rssi: rssi ?? before?.rssi,
      services: [...new Set([...(before?.services ?? []), ...services])],
      connectable: connectable || before?.connectable === true,
      bonded: this.#bonded.has(id),
    });
    this.onChange?.();
  }

  #idOf(address: Address): string {
    const onAir = peerIdOf(address);
    if (isIdentity(address)) return onAir;
    const known = this.#identities.get(onAir);
    if (known !== undefined) return known;
    // Until that is over it stands under the address that was heard.
    void this.#stack.gap.resolver.resolve(address).then((resolution) => {
      if (resolution.kind !== "one") return;
      const id = peerIdOf(resolution.identity);
      this.#identities.set(onAir, id);
      const heard = this.#heard.get(onAir);
      if (heard === undefined) return;
      this.#heard.delete(onAir);
      this.#heard.set(id, {
        ...heard,
        id,
        name: heard.name ?? this.#nameOf(id),
        bonded: this.#bonded.has(id),
      });
      this.onChange?.();
    });
    return onAir;
  }

  #fits({ name = "", services, connectable }: Sighting): boolean {
    const { services: wanted, namePrefix = "" } = this.#request;
    return (
      connectable && wanted.every((service) => services.includes(service)) && name.startsWith(namePrefix)
    );
  }
}
