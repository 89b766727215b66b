import type { Bytes, Crypto as StackCrypto, P256KeyPair } from "../../hci/ports.ts";
import { concat } from "../../hci/codec/bytes.ts";
import { aes128 } from "./aes128.ts";

const P256 = { name: "ECDH", namedCurve: "P-256" } as const;
/** SEC 1 2.3.3: what a point begins with that is written with both coordinates. */
const UNCOMPRESSED = 0x04;

/** What the host stack needs, in pages, workers and Node: the curve from WebCrypto, AES beside it. */
export function webCrypto(from: Crypto = globalThis.crypto): StackCrypto {
  return {
    ...aes128,
    random: (octets) => from.getRandomValues(new Uint8Array(octets)),
    generateP256: () => newPair(from.subtle),
  };
}

/** The private key never leaves WebCrypto. */
async function newPair(subtle: SubtleCrypto): Promise<P256KeyPair> {
  const { publicKey, privateKey } = await subtle.generateKey(P256, false, ["deriveBits"]);
  const point = new Uint8Array(await subtle.exportKey("raw", publicKey));
  return {
    x: point.slice(1, 33),
    y: point.slice(33),
    async dhKey(x, y): Promise<Bytes> {
      // Rejects with a DataError for a point that is not on the curve
      const peer = await subtle.importKey("raw", concat([UNCOMPRESSED], x, y), P256, false, []);
      return new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: peer }, privateKey, 256));
    },
  };
}
