import type { Stack } from "../../../hci/device/stack.ts";
import type { Address } from "../../../hci/ports.ts";

/**
 * Who stands behind an address on the air, as far as one bond says so; the address itself for everybody else. At once
 * where that is known already, else a moment later.
 */
export function recognise(stack: Stack, address: Address, then: (identity: Address) => void): void {
  const { resolver } = stack.gap;
  const known = resolver.cached(address);
  if (known !== undefined) {
    then(known.kind === "one" ? known.identity : address);
    return;
  }
  void resolver
    .resolve(address)
    .then((resolution) => then(resolution.kind === "one" ? resolution.identity : address));
}
