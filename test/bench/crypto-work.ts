/** The computation of pairing and of private addresses, by different libraries. Runs in Node and in pages. */
import { cmac, unsafe } from "@noble/ciphers/aes.js";
import { p256 } from "@noble/curves/nist.js";
import { concat } from "../../hci/codec/bytes.ts";
import type { Address, Bytes, Crypto as StackCrypto } from "../../hci/ports.ts";
import { webCryptoCmac } from "./web-crypto-cmac.ts";
import { aesCmac, f4, f5, f6, g2 } from "../../hci/smp/crypto.ts";

const PASSKEY_BITS = 20;
const NONCE = new Uint8Array(16).fill(7);
const OTHER = new Uint8Array(16).fill(9);
const IO = Uint8Array.of(1, 0, 3);
const ZERO = new Uint8Array(16);
export const KEY = new Uint8Array(16).fill(0x2b);
export const BLOCK = new Uint8Array(16).fill(0x41);
export const MESSAGE = new Uint8Array(65).fill(0x42);
const CENTRAL: Address = { type: "public", octets: Uint8Array.of(2, 0, 0, 0, 0, 1) };
const PERIPHERAL: Address = { type: "random", octets: Uint8Array.of(0xc0, 0, 0, 0, 0, 2) };

/** Keeps what is computed alive, so that nothing is optimised away. */
export const kept = { sum: 0 };

export type Method = "numeric comparison" | "passkey";

/** The other side's public key: any point of the curve. */
const PEER = p256.getPublicKey(new Uint8Array(32).fill(3), false);
export const PEER_X: Bytes = Uint8Array.from(PEER.subarray(1, 33));
export const PEER_Y: Bytes = Uint8Array.from(PEER.subarray(33));

/** What one side computes in a Secure Connections pairing (Vol 3 Part H 2.3.5.6). */
export async function pairingComputation(crypto: StackCrypto, method: Method): Promise<void> {
  const pair = await crypto.generateP256();
  const dhKey = await pair.dhKey(PEER_X, PEER_Y);
  if (method === "numeric comparison") {
    kept.sum += f4(crypto, PEER_X, pair.x, OTHER, 0)[0] ?? 0;
    kept.sum += g2(crypto, pair.x, PEER_X, NONCE, OTHER);
  } else {
    for (let i = 0; i < PASSKEY_BITS; i++) {
      kept.sum += f4(crypto, pair.x, PEER_X, NONCE, 0x80 | (i & 1))[0] ?? 0;
      kept.sum += f4(crypto, PEER_X, pair.x, OTHER, 0x80 | (i & 1))[0] ?? 0;
    }
  }
  const { macKey, ltk } = f5(crypto, dhKey, NONCE, OTHER, CENTRAL, PERIPHERAL);
  kept.sum += ltk[0] ?? 0;
  kept.sum += f6(crypto, macKey, NONCE, OTHER, ZERO, IO, CENTRAL, PERIPHERAL)[0] ?? 0;
  kept.sum += f6(crypto, macKey, OTHER, NONCE, ZERO, IO, PERIPHERAL, CENTRAL)[0] ?? 0;
}

/** Octets of each message that CMAC is asked for, in that order: f4 and g2 or f4 alone, f5 three times, f6 twice. */
export const MESSAGES: Readonly<Record<Method, readonly number[]>> = {
  "numeric comparison": [65, 80, 32, 53, 53, 65, 65],
  passkey: [...Array.from({ length: 2 * PASSKEY_BITS }, () => 65), 32, 53, 53, 65, 65],
};

/** The same by WebCrypto and nothing else. */
export async function pairingByWebCrypto(crypto: StackCrypto, method: Method): Promise<void> {
  const pair = await crypto.generateP256();
  kept.sum += (await pair.dhKey(PEER_X, PEER_Y))[0] ?? 0;
  for (const octets of MESSAGES[method])
    kept.sum += (await webCryptoCmac(NONCE, new Uint8Array(octets)))[0] ?? 0;
}

export const byWebCrypto = async (): Promise<void> =>
  void (kept.sum += (await webCryptoCmac(KEY, MESSAGE))[0] ?? 0);

/** Its block cipher, with the schedule made for each call as the port asks. */
export function nobleBlock(key: Uint8Array, block: Uint8Array): Bytes {
  const schedule = unsafe.expandKeyLE(key);
  const result = Uint8Array.from(block);
  unsafe.encryptBlock(schedule, result);
  return result;
}

export const nobleCmac = (): void => void (kept.sum += cmac(MESSAGE, KEY)[0] ?? 0);
export const ourCmac = (crypto: StackCrypto): void =>
  void (kept.sum += aesCmac(crypto, KEY, MESSAGE)[0] ?? 0);

/** Everything by @noble. */
export const allNoble: StackCrypto = {
  encrypt: nobleBlock,
  random: (octets) => globalThis.crypto.getRandomValues(new Uint8Array(octets)),
  async generateP256() {
    const { secretKey, publicKey } = p256.keygen();
    const point = p256.Point.fromBytes(publicKey).toBytes(false);
    return {
      x: Uint8Array.from(point.subarray(1, 33)),
      y: Uint8Array.from(point.subarray(33)),
      dhKey: async (x, y) =>
        Uint8Array.from(p256.getSharedSecret(secretKey, concat([4], x, y), false).subarray(1, 33)),
    };
  },
};

/** One block by WebCrypto: CBC with a vector of zeros and a second block of padding that nobody asked for. */
export async function webCryptoBlock(key: CryptoKey): Promise<void> {
  const sealed = await crypto.subtle.encrypt({ name: "AES-CBC", iv: ZERO }, key, BLOCK);
  kept.sum += new Uint8Array(sealed)[0] ?? 0;
}

export const webCryptoKey = (): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", KEY, "AES-CBC", false, ["encrypt"]);

/** As many keys as a whole building's. */
export const IRKS = 10_000;

/** Keys that follow from a number: the same in every run. */
export function someKeys(count: number): readonly Bytes[] {
  let state = 1;
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: 16 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

/** All keys tried by @noble/ciphers, expanded beforehand. */
export function nobleSearch(keys: readonly Bytes[]): (prand: number, hash: number) => number {
  const schedules = keys.map((key) => unsafe.expandKeyLE(key));
  return (prand, hash) => {
    // Its words are little-endian: prand is in octets 13 to 15
    const last = ((prand & 0xff) << 24) | ((prand & 0xff00) << 8) | ((prand >> 8) & 0xff00);
    const wanted = ((hash & 0xff) << 16) | (hash & 0xff00) | (hash >> 16);
    let found = 0;
    for (const schedule of schedules)
      if (unsafe.encrypt(schedule, 0, 0, 0, last).s3 >>> 8 === wanted) found++;
    return found;
  };
}
