import type { Bytes } from "../ports.ts";

/**
 * Decides losses, signal strength and jitter. The same seed gives the same decisions, so that every failure can be
 * repeated. Never used for anything that has to be secret.
 */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** True with this probability; draws nothing when it is 0 or 1. */
  chance(probability: number): boolean;
  octets(count: number): Bytes;
  /** A generator of its own: what one concern draws does not change what another one gets. */
  stream(name: string): Random;
}

/** The generator sfc32 by Chris Doty-Humphrey: small, fast, a state of 128 bits. */
export function seededRandom(seed: number, name = ""): Random {
  let [a, b, c] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, hash(name)];
  let counter = 1;

  const word = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let i = 0; i < 12; i++) word();

  const next = (): number => word() / 2 ** 32;
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => probability > 0 && (probability >= 1 || next() < probability),
    octets: (count) => Uint8Array.from({ length: count }, () => below(256)),
    stream: (inner) => seededRandom(seed, `${name}/${inner}`),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
