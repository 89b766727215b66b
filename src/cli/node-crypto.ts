import { createECDH, randomBytes } from "node:crypto";
import type { Crypto, P256KeyPair } from "../../hci/ports.ts";
import { concat } from "../../hci/codec/bytes.ts";
import { aes128 } from "../crypto/aes128.ts";

/** The cryptography of Node behind the port of the host stack. AES is ours: Node's costs ten times as much a block. */
export const nodeCrypto: Crypto = {
  ...aes128,
  random: (octets) => Uint8Array.from(randomBytes(octets)),
  generateP256: async () => newPair(),
};

function newPair(): P256KeyPair {
  const ecdh = createECDH("prime256v1");
  const point = ecdh.generateKeys();
  return {
    x: Uint8Array.from(point.subarray(1, 33)),
    y: Uint8Array.from(point.subarray(33)),
    // Throws, and so rejects, for a point that is not on the curve
    dhKey: async (x, y) => Uint8Array.from(ecdh.computeSecret(concat([4], x, y))),
  };
}
