/** The cryptography of a browser behind the port of the host stack: WebCrypto for P-256, AES block by block. */
import { ecb } from "@noble/ciphers/aes.js";
import { concat } from "../../../hci/codec/bytes.ts";
import type { Bytes, Crypto, P256KeyPair } from "../../../hci/ports.ts";

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

export const pageCrypto: Crypto = {
  encrypt: (key, block) => Uint8Array.from(ecb(key, { disablePadding: true }).encrypt(block)),
  random: (octets) => crypto.getRandomValues(new Uint8Array(octets)),
  generateP256: newPair,
};

async function newPair(): Promise<P256KeyPair> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return {
    x: point.slice(1, 33),
    y: point.slice(33),
    async dhKey(x, y): Promise<Bytes> {
      const peer = await crypto.subtle.importKey("raw", concat([4], x, y), CURVE, false, []);
      return new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: peer }, privateKey, 256));
    },
  };
}
