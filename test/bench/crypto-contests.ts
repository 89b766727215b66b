/** Contests of cryptography that run in Node and in pages alike. */
import type { Crypto as StackCrypto } from "../../hci/ports.ts";
import { plainSearch } from "../../hci/gap/resolver.ts";
import { aes128 } from "../../src/crypto/aes128.ts";
import { webCrypto } from "../../src/crypto/web-crypto.ts";
import { simdSearch } from "../../src/crypto/simd/search.ts";
import * as work from "./crypto-work.ts";
import type { NativeName } from "./native.ts";
import type { Contest, Rival } from "./harness.ts";
import { repeated, timed } from "./harness.ts";

const PAIRINGS = 20;
const BLOCKS = 5000;

/** The goals: how many times the curve alone, outside JavaScript, each method may take. */
const TIMES_NATIVE = { "numeric comparison": 3, passkey: 8 } as const;

/** Measures outside JavaScript; undefined where that is not possible. */
export type Native = (
  what: NativeName,
) => Promise<{ readonly name: string; sample(): Promise<number> } | undefined>;

function limit(native: Awaited<ReturnType<Native>>, operations: number, goal: number): readonly Rival[] {
  if (native === undefined) return [];
  return [{ name: native.name, sample: async () => operations * (await native.sample()), goal }];
}

const unlimited = (native: unknown, note: string): string =>
  native === undefined
    ? `${note}; no limit beside it: there is no C compiler here, or not what it would need`
    : note;

/** Goals of pairing: 8 times as fast as @noble in everything, and not far from the curve alone. */
export async function pairingContest(
  how: { readonly name: string; readonly crypto: StackCrypto; readonly native: Native },
  method: work.Method,
  more: readonly Rival[] = [],
): Promise<Contest> {
  const { name, crypto, native } = how;
  const p256 = await native("p256");
  return {
    name: `pairing, one side: ${method}`,
    note: unlimited(p256, "key pair, shared secret and all functions of the toolbox"),
    rivals: [
      repeated(name, PAIRINGS, () => work.pairingComputation(crypto, method)),
      ...limit(p256, 1, TIMES_NATIVE[method]),
      ...more,
      repeated("all WebCrypto", 3, () => work.pairingByWebCrypto(webCrypto(), method)),
      repeated("all @noble", 2, () => work.pairingComputation(work.allNoble, method), 1 / 8),
    ],
    rounds: 15,
  };
}

export async function blockContest(more: readonly Rival[] = []): Promise<Contest> {
  const key = await work.webCryptoKey();
  const block = (encrypt: StackCrypto["encrypt"]) => () =>
    timed(BLOCKS, () => void (work.kept.sum += encrypt(work.KEY, work.BLOCK)[0] ?? 0));
  return {
    name: "AES-128, one block with a new key",
    rivals: [
      { name: "Bondkeeper", sample: block(aes128.encrypt.bind(aes128)) },
      { name: "@noble/ciphers", sample: block(work.nobleBlock), goal: 1 },
      ...more,
      repeated("WebCrypto, key imported", 200, () => work.webCryptoBlock(key)),
    ],
  };
}

export const cmacContest = (): Contest => ({
  name: "AES-CMAC of 65 octets",
  rivals: [
    {
      name: "Bondkeeper",
      sample: () => timed(BLOCKS / 5, () => work.ourCmac({ ...work.allNoble, ...aes128 })),
    },
    { name: "@noble/ciphers", sample: () => timed(BLOCKS / 5, work.nobleCmac), goal: 1 },
    repeated("WebCrypto, by way of CBC", 50, work.byWebCrypto),
  ],
});

/** At least 9 % of AES-NI. */
const BY_AES_NI = 1 / 0.09;

/** 4 times as fast as @noble. */
export async function searchContest(native: Native): Promise<Contest> {
  const aes = await native("aes");
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
    note: unlimited(
      aes,
      "keys expanded beforehand, no early end; key by key is what takes over where there is no SIMD",
    ),
    rivals: [
      by("WebAssembly SIMD", () => void (work.kept.sum += simd.find(0, work.IRKS, ++prand, 1).length), 20),
      by("@noble/ciphers", () => void (work.kept.sum += noble(++prand, 1)), 3, 1 / 4),
      by("key by key", () => void (work.kept.sum += plain.find(0, work.IRKS, ++prand, 1).length), 1),
      ...limit(aes, work.IRKS, BY_AES_NI),
    ],
  };
}
