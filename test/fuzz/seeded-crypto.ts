import type { Bytes, P256KeyPair } from "../../hci/ports.ts";
import { FixedCrypto, p256 } from "../support/crypto.ts";
import type { Random } from "../support/random.ts";

/** A few key pairs made beforehand: P-256 costs more than everything else in a case. */
const POOL_SIZE = 16;
let pool: readonly P256KeyPair[] | undefined;

export function keyPair(index: number): P256KeyPair {
  pool ??= Array.from({ length: POOL_SIZE }, (_, i) => p256(new Uint8Array(32).fill(i + 1)));
  return pool[index % POOL_SIZE] ?? p256();
}

/** Real cryptography whose random values and key pairs follow from `random`: a case repeats octet for octet. */
export class SeededCrypto extends FixedCrypto {
  readonly #random: Random;
  readonly #offset: number;

  /** `offset` keeps two sides of one case from drawing the same key pairs. */
  constructor(random: Random, offset = 0) {
    super({});
    this.#random = random;
    this.#offset = offset;
  }

  override random(octets: number): Bytes {
    return this.#random.octets(octets);
  }

  override async generateP256(): Promise<P256KeyPair> {
    return keyPair(this.#offset + this.#random.below(POOL_SIZE / 2));
  }
}
