/** The Crypto port for Node, and one whose random values and key pairs a test decides. */
import type { Bytes, Crypto, P256KeyPair } from "../../hci/ports.ts";
import type { Cipheriv } from "node:crypto";
import { createCipheriv, createECDH, randomBytes } from "node:crypto";
import { concat, equal } from "../../hci/codec/bytes.ts";

function copy(octets: Uint8Array): Bytes {
  return Uint8Array.from(octets);
}

/** A key pair on P-256; with `priv` (32 octets) always the same one. */
export function p256(priv?: Uint8Array): P256KeyPair {
  const ecdh = createECDH("prime256v1");
  if (priv === undefined) ecdh.generateKeys();
  else ecdh.setPrivateKey(priv);
  const point = ecdh.getPublicKey();
  return {
    x: copy(point.subarray(1, 33)),
    y: copy(point.subarray(33)),
    // Rejects instead of throwing, as WebCrypto does
    dhKey: async (x, y) => copy(ecdh.computeSecret(concat([4], x, y))),
  };
}

/** Ciphers with their key schedule: one key encrypts several blocks in a row. */
let schedule: { readonly key: Bytes; readonly cipher: Cipheriv } | undefined;

export const nodeCrypto: Crypto = {
  encrypt(key, block) {
    if (schedule === undefined || !equal(schedule.key, key)) {
      const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
      schedule = { key: copy(key), cipher };
    }
    return copy(schedule.cipher.update(block));
  },
  random: (octets) => copy(randomBytes(octets)),
  generateP256: async () => p256(),
};

/**
 * Gives out what the test put in: random values by their length, in the order of use, and key pairs. Where nothing was
 * put in for a length, the values are really random. Counts every ECDH.
 */
export class FixedCrypto implements Crypto {
  /** How often a shared secret was computed with one of our keys. */
  dhKeys = 0;
  /** The public keys that were handed out. */
  readonly generated: P256KeyPair[] = [];
  /** All random values that were handed out. */
  readonly drawn: Bytes[] = [];
  readonly #random: Map<number, Bytes[]>;
  readonly #pairs: P256KeyPair[];

  constructor(values: {
    readonly random?: readonly Uint8Array[];
    readonly privateKeys?: readonly Uint8Array[];
  }) {
    this.#random = Map.groupBy((values.random ?? []).map(copy), (octets) => octets.length);
    this.#pairs = (values.privateKeys ?? []).map(p256);
  }

  /** Values that were put in and not asked for. */
  get unused(): readonly Bytes[] {
    return [...this.#random.values()].flat();
  }

  encrypt(key: Uint8Array, block: Uint8Array): Bytes {
    return nodeCrypto.encrypt(key, block);
  }

  random(octets: number): Bytes {
    const value = this.#random.get(octets)?.shift() ?? nodeCrypto.random(octets);
    this.drawn.push(value);
    return value;
  }

  async generateP256(): Promise<P256KeyPair> {
    const pair = this.#pairs.shift() ?? p256();
    this.generated.push(pair);
    return {
      ...pair,
      dhKey: (x, y) => {
        this.dhKeys++;
        return pair.dhKey(x, y);
      },
    };
  }
}
