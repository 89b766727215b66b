import type { Bond, LongTermKey } from "../../../hci/ports.ts";
import type { Strength } from "../../../hci/smp/policy.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "./side.ts";

export function longTermKey(keySize = 16, fill = 0x5a): LongTermKey {
  const value = new Uint8Array(16);
  value.fill(fill, 16 - keySize);
  return { value, ediv: 0, rand: new Uint8Array(8), keySize };
}

/** The central's bond with the peripheral of `side.ts`; `from` the other end's. */
export function bondWith(strength: Partial<Strength> = {}, from: "central" | "peripheral" = "central"): Bond {
  const { secureConnections = true, authenticated = true, keySize = 16 } = strength;
  const [local, peer] =
    from === "central" ? [CENTRAL_ADDRESS, PERIPHERAL_ADDRESS] : [PERIPHERAL_ADDRESS, CENTRAL_ADDRESS];
  const key = longTermKey(keySize);
  return {
    local,
    peer,
    asCentral: key,
    asPeripheral: key,
    irk: new Uint8Array(16).fill(7),
    secureConnections,
    authenticated,
    method: secureConnections ? "numeric-comparison" : "legacy-passkey",
  };
}
