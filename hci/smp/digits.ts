import type { Crypto } from "../ports.ts";

const PASSKEYS = 1_000_000;

/** The number a person sees: always six digits, of the lowest decimal digits of `value`. */
export function sixDigits(value: number): string {
  return String(value % PASSKEYS).padStart(6, "0");
}

/** What a person typed: exactly six digits, or undefined. */
export function parseDigits(text: string): number | undefined {
  return /^[0-9]{6}$/.test(text) ? Number(text) : undefined;
}

/** A passkey for this one procedure, uniform over 000000 to 999999: values beyond are drawn again, not folded. */
export function randomPasskey(crypto: Pick<Crypto, "random">): number {
  for (;;) {
    const [a = 0, b = 0, c = 0] = crypto.random(3);
    const value = ((a & 0x0f) << 16) | (b << 8) | c;
    if (value < PASSKEYS) return value;
  }
}
