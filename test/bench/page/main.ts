/** What `browser.ts` asks for by name. */
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import type { Native } from "../crypto-contests.ts";
import { blockContest, cmacContest, pairingContest, searchContest } from "../crypto-contests.ts";
import type { Finding } from "../findings.ts";
import { compete } from "../harness.ts";
import { list } from "./list.ts";
import { bonds, history } from "./storage-growth.ts";
import { bulk, one } from "./storage.ts";

/** What the run outside lends the page. */
declare const nativeName: (what: string) => Promise<string | undefined>;
declare const nativeSample: (what: string) => Promise<number>;

const native: Native = async (what) => {
  const name = await nativeName(what);
  return name === undefined ? undefined : { name, sample: () => nativeSample(what) };
};

const OURS = { name: "Bondkeeper, on WebCrypto's P-256", crypto: webCrypto(), native };

const MEASUREMENTS: Readonly<Record<string, (rounds: number) => Promise<Finding>>> = {
  comparison: async (rounds) => compete(await pairingContest(OURS, "numeric comparison"), rounds),
  passkey: async (rounds) => compete(await pairingContest(OURS, "passkey"), rounds),
  block: async (rounds) => compete(await blockContest(), rounds),
  cmac: (rounds) => compete(cmacContest(), rounds),
  search: async (rounds) => compete(await searchContest(native), rounds),
  list: (rounds) => compete(list(), rounds),
  bulk: (rounds) => compete(bulk(), rounds),
  lookUp: (rounds) => compete(one("look up"), rounds),
  write: (rounds) => compete(one("write"), rounds),
  listAll: (rounds) => compete(one("list"), rounds),
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
