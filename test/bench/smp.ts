/** The computation of one side of a Secure Connections pairing beside the same done by OpenSSL alone. */
import { createCipheriv, createECDH } from "node:crypto";
import { concat } from "../../hci/codec/bytes.ts";
import type { Bytes } from "../../hci/ports.ts";
import { f4, f5, f6, g2 } from "../../hci/smp/crypto.ts";
import { nodeCrypto } from "../support/crypto.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "../support/smp/side.ts";
import type { Contest, Rival } from "./harness.ts";
import { stopwatch } from "./harness.ts";

const REPEATS = 4;
const PASSKEY_BITS = 20;
const peer = createECDH("prime256v1");
const peerPoint = peer.generateKeys();
const PEER_X = Uint8Array.from(peerPoint.subarray(1, 33));
const PEER_Y = Uint8Array.from(peerPoint.subarray(33));
const NONCE = new Uint8Array(16).fill(7);
const OTHER = new Uint8Array(16).fill(9);
const IO = Uint8Array.of(1, 0, 3);
const ZERO = new Uint8Array(16);

let sink = 0;

async function ours(bits: number): Promise<void> {
  const pair = await nodeCrypto.generateP256();
  const dhKey = await pair.dhKey(PEER_X, PEER_Y);
  if (bits === 0) {
    sink += f4(nodeCrypto, PEER_X, pair.x, OTHER, 0)[0] ?? 0;
    sink += g2(nodeCrypto, pair.x, PEER_X, NONCE, OTHER);
  }
  for (let i = 0; i < bits; i++) {
    sink += f4(nodeCrypto, pair.x, PEER_X, NONCE, 0x80 | (i & 1))[0] ?? 0;
    sink += f4(nodeCrypto, PEER_X, pair.x, OTHER, 0x80 | (i & 1))[0] ?? 0;
  }
  const { macKey, ltk } = f5(nodeCrypto, dhKey, NONCE, OTHER, CENTRAL_ADDRESS, PERIPHERAL_ADDRESS);
  sink += ltk[0] ?? 0;
  sink += f6(nodeCrypto, macKey, NONCE, OTHER, ZERO, IO, CENTRAL_ADDRESS, PERIPHERAL_ADDRESS)[0] ?? 0;
  sink += f6(nodeCrypto, macKey, OTHER, NONCE, ZERO, IO, PERIPHERAL_ADDRESS, CENTRAL_ADDRESS)[0] ?? 0;
}

/** Multiplication by x in GF(2^128). */
function twice(block: Uint8Array): Bytes {
  const result = new Uint8Array(16);
  for (let i = 0; i < 16; i++) result[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7);
  if ((block[0] ?? 0) & 0x80) result[15] = (result[15] ?? 0) ^ 0x87;
  return result;
}

/** CMAC in two calls of the native cipher: the subkey, and the whole message as one CBC. */
function nativeCmac(key: Uint8Array, message: Uint8Array): Bytes {
  const zero = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false).update(ZERO);
  const whole = message.length % 16 === 0;
  const subkey = whole ? twice(zero) : twice(twice(zero));
  const padded = new Uint8Array(Math.ceil(message.length / 16) * 16);
  padded.set(message);
  if (!whole) padded[message.length] = 0x80;
  for (let i = 0; i < 16; i++)
    padded[padded.length - 16 + i] = (padded[padded.length - 16 + i] ?? 0) ^ (subkey[i] ?? 0);
  const all = createCipheriv("aes-128-cbc", key, ZERO).setAutoPadding(false).update(padded);
  return new Uint8Array(all.subarray(-16));
}

function native(bits: number): void {
  const pair = createECDH("prime256v1");
  const x = pair.generateKeys().subarray(1, 33);
  const dhKey = pair.computeSecret(concat([4], PEER_X, PEER_Y));
  if (bits === 0) sink += nativeCmac(NONCE, concat(x, PEER_X, OTHER))[0] ?? 0;
  for (let i = 0; i < Math.max(1, 2 * bits); i++)
    sink += nativeCmac(NONCE, concat(x, PEER_X, [0x80]))[0] ?? 0;
  const t = nativeCmac(OTHER, dhKey);
  for (let i = 0; i < 2; i++) sink += nativeCmac(t, new Uint8Array(53))[0] ?? 0;
  for (let i = 0; i < 2; i++) sink += nativeCmac(t, new Uint8Array(65))[0] ?? 0;
}

function rival(name: string, once: () => void | Promise<void>): Rival {
  return {
    name,
    async sample() {
      const elapsed = stopwatch();
      for (let i = 0; i < REPEATS; i++) await once();
      return elapsed() / REPEATS;
    },
  };
}

export const smp = (): readonly Contest[] => [
  {
    name: "smp: numeric comparison, one side",
    rivals: [rival("ours on Node's crypto", () => ours(0)), rival("OpenSSL, CMAC by CBC", () => native(0))],
    goal: 3,
  },
  {
    name: "smp: passkey, one side",
    rivals: [
      rival("ours on Node's crypto", () => ours(PASSKEY_BITS)),
      rival("OpenSSL, CMAC by CBC", () => native(PASSKEY_BITS)),
    ],
    goal: 8,
  },
];

export const computed = (): number => sink;
