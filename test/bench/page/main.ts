/** What `browser.ts` asks for by name. */
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { pairingContest, searchContest } from "../crypto-contests.ts";
import type { Finding } from "../findings.ts";
import { compete } from "../harness.ts";
import { list } from "./list.ts";
import { bonds, bulk, history } from "./storage.ts";

const OURS = "Bondkeeper, on WebCrypto's P-256";

const MEASUREMENTS: Readonly<Record<string, (rounds: number) => Promise<Finding>>> = {
  comparison: async (rounds) => compete(pairingContest(webCrypto(), OURS, "numeric comparison", []), rounds),
  passkey: async (rounds) => compete(pairingContest(webCrypto(), OURS, "passkey", []), rounds),
  search: async (rounds) => compete(await searchContest(), rounds),
  list: (rounds) => compete(list(), rounds),
  bulk: (rounds) => compete(bulk(), rounds),
  bonds: () => bonds([10, 100, 1000, 10_000, 100_000]),
  history: () => history([10, 100, 1000, 10_000]),
};

const page = {
  async run(name: string, rounds: number): Promise<Finding> {
    const measure = MEASUREMENTS[name];
    if (measure === undefined) throw new Error(`Cannot measure ${name}`);
    return measure(rounds);
  },
};

export type BenchPage = typeof page;
Object.assign(globalThis, { bench: page });
