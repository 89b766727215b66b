import { parseDigits } from "../../smp/digits.ts";
import type { Crypto } from "../../ports.ts";
import type { PairingDelegate } from "../../smp/delegate.ts";
import type { PeripheralDefinition } from "./definition.ts";

/** The owner of a device that is alone: agrees to everything that the device allows; types only where it has a keypad. */
export function automaton(
  { allowsNewPairing, keypad }: PeripheralDefinition,
  onPasskey: (digits: string) => void,
): PairingDelegate {
  return {
    accept: async ({ replaces, proven }) => replaces === undefined || proven || allowsNewPairing,
    compare: async (digits) => {
      onPasskey(digits);
      return true;
    },
    enter: async (entry, abort) => (await keypad?.enter(entry, abort)) ?? null,
    display: (digits) => onPasskey(digits),
  };
}

const PASSKEY_OCTETS = 3;

/**
 * A source of randomness that always draws the same passkey. Our SMP draws a new one for each pairing and has no way to
 * fix it, on purpose; devices in the field do worse, and this is how one of ours imitates them.
 */
export function withFixedPasskey(crypto: Crypto, digits: string): Crypto {
  const passkey = parseDigits(digits);
  if (passkey === undefined) throw new Error(`Cannot use ${digits} as a passkey: six digits are needed`);
  return {
    encrypt: (key, block) => crypto.encrypt(key, block),
    generateP256: () => crypto.generateP256(),
    random: (octets) =>
      octets === PASSKEY_OCTETS
        ? Uint8Array.of(passkey >> 16, (passkey >> 8) & 0xff, passkey & 0xff)
        : crypto.random(octets),
  };
}
