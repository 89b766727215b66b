/** Contests of cryptography that run in Node and in pages alike. */
import type { Crypto as StackCrypto } from "../../hci/ports.ts";
import { plainSearch } from "../../hci/gap/resolver.ts";
import { aes128 } from "../../src/crypto/aes128.ts";
import { simdSearch } from "../../src/crypto/simd/search.ts";
import * as work from "./crypto-work.ts";
import type { Contest, Rival } from "./harness.ts";
import { repeated, timed } from "./harness.ts";

const PAIRINGS = 20;
const BLOCKS = 5000;

/** Goals of pairing: 8 times as fast as @noble in everything. */
export function pairingContest(
  crypto: StackCrypto,
  name: string,
  method: work.Method,
  more: readonly Rival[],
): Contest {
  return {
    name: `pairing, one side: ${method}`,
    note: "key pair, shared secret and all functions of the toolbox",
    rivals: [
      repeated(name, PAIRINGS, () => work.pairingComputation(crypto, method)),
      ...more,
      repeated("all @noble", 2, () => work.pairingComputation(work.allNoble, method), 1 / 8),
    ],
    rounds: 15,
  };
}

export async function blockContests(more: readonly Rival[] = []): Promise<readonly Contest[]> {
  const key = await work.webCryptoKey();
  const block = (encrypt: StackCrypto["encrypt"]) => () =>
    timed(BLOCKS, () => void (work.kept.sum += encrypt(work.KEY, work.BLOCK)[0] ?? 0));
  return [
    {
      name: "AES-128, one block with a new key",
      rivals: [
        { name: "Bondkeeper", sample: block(aes128.encrypt.bind(aes128)) },
        { name: "@noble/ciphers", sample: block(work.nobleBlock), goal: 1 },
        ...more,
        repeated("WebCrypto, key imported", 200, () => work.webCryptoBlock(key)),
      ],
    },
    {
      name: "AES-CMAC of 65 octets",
      rivals: [
        {
          name: "Bondkeeper",
          sample: () => timed(BLOCKS / 5, () => work.ourCmac({ ...work.allNoble, ...aes128 })),
        },
        { name: "@noble/ciphers", sample: () => timed(BLOCKS / 5, work.nobleCmac), goal: 1 },
      ],
    },
  ];
}

/** 4 times as fast as @noble. */
export async function searchContest(more: readonly Rival[] = []): Promise<Contest> {
  const byKey = plainSearch(aes128);
  const how = await simdSearch(byKey);
  if (how === byKey) throw new Error("Cannot search by SIMD: this platform has none");
  const keys = work.someKeys(work.IRKS);
  const [simd, plain, noble] = [how.over(keys), byKey.over(keys), work.nobleSearch(keys)];
  let prand = 0x40_0000;
  const by = (name: string, find: () => void, times: number, goal?: number): Rival => ({
    name,
    sample: () => timed(times, find),
    ...(goal !== undefined && { goal }),
  });
  return {
    name: `a private address among ${work.IRKS} keys`,
    note: "keys expanded beforehand, no early end; key by key is what takes over where there is no SIMD",
    rivals: [
      by("WebAssembly SIMD", () => void (work.kept.sum += simd.find(0, work.IRKS, ++prand, 1).length), 20),
      by("@noble/ciphers", () => void (work.kept.sum += noble(++prand, 1)), 3, 1 / 4),
      by("key by key", () => void (work.kept.sum += plain.find(0, work.IRKS, ++prand, 1).length), 1),
      ...more,
    ],
  };
}
