/** AES-CMAC by WebCrypto, which has none: two calls of AES-CBC with a vector of zeros, both with padding nobody asked for. */
import type { Bytes } from "../../hci/ports.ts";

const BLOCK = 16;
const ZERO = new Uint8Array(BLOCK);

function doubled(block: Uint8Array): Bytes {
  const result = Uint8Array.from(block, (octet, i) => (octet << 1) | ((block[i + 1] ?? 0) >> 7));
  if ((block[0] ?? 0) & 0x80) result[BLOCK - 1] = (result[BLOCK - 1] ?? 0) ^ 0x87;
  return result;
}

async function chained(key: CryptoKey, blocks: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv: ZERO }, key, blocks));
}

/** RFC 4493: `octets` of 16 for the key, a message of any length; 16 octets. */
export async function webCryptoCmac(octets: Bytes, message: Uint8Array): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", octets, "AES-CBC", false, ["encrypt"]);
  const whole = message.length > 0 && message.length % BLOCK === 0;
  const k1 = doubled((await chained(key, ZERO)).subarray(0, BLOCK));
  const mask = whole ? k1 : doubled(k1);
  const blocks = new Uint8Array(Math.max(1, Math.ceil(message.length / BLOCK)) * BLOCK);
  blocks.set(message);
  if (!whole) blocks[message.length] = 0x80;
  const last = blocks.length - BLOCK;
  for (let i = 0; i < BLOCK; i++) blocks[last + i] = (blocks[last + i] ?? 0) ^ (mask[i] ?? 0);
  return (await chained(key, blocks)).slice(last, last + BLOCK);
}
