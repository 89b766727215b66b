/** Cryptography in Node, beside libraries and beside what the machine can do at all. */
import { createCipheriv, createECDH } from "node:crypto";
import { concat } from "../../hci/codec/bytes.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { blockContests, pairingContest, searchContest } from "./crypto-contests.ts";
import type { Method } from "./crypto-work.ts";
import { BLOCK, IRKS, KEY, kept, PEER_X, PEER_Y } from "./crypto-work.ts";
import type { Finding, Measurement, Section } from "./findings.ts";
import type { Contest, Rival } from "./harness.ts";
import { compete, repeated, timed } from "./harness.ts";
import { duration } from "./report.ts";
import { aesNi, opensslEcdh } from "./native.ts";

/** What nobody gets below in this process: a key pair and the shared secret, and nothing else. */
function curveAlone(): void {
  const pair = createECDH("prime256v1");
  kept.sum += pair.generateKeys()[1] ?? 0;
  kept.sum += pair.computeSecret(concat([4], PEER_X, PEER_Y))[0] ?? 0;
}

/** The goals: how many times the curve alone each method may take. */
const TIMES_NATIVE = { "numeric comparison": 3, passkey: 8 } as const;

const pairing = (method: Method): Contest =>
  pairingContest(nodeCrypto, "Bondkeeper, on Node's P-256", method, [
    repeated("OpenSSL, P-256 alone", 20, curveAlone, TIMES_NATIVE[method]),
  ]);

const nodeBlock: Rival = {
  name: "node:crypto, createCipheriv",
  sample: () =>
    timed(500, () => {
      const cipher = createCipheriv("aes-128-ecb", KEY, null).setAutoPadding(false);
      kept.sum += cipher.update(BLOCK)[0] ?? 0;
    }),
};

/** At least 9 % of AES-NI. */
const BY_AES_NI = 1 / 0.09;

async function search(rounds: number): Promise<Finding> {
  const native = aesNi(IRKS, BY_AES_NI);
  const contest = await searchContest(native === undefined ? [] : [native.rival]);
  try {
    return await compete(contest, rounds);
  } finally {
    native?.close();
  }
}

async function native(): Promise<Finding> {
  const found = opensslEcdh();
  if (found === undefined)
    return { kind: "skipped", name: "ECDH of OpenSSL", why: "there is no openssl here" };
  const { ns, version } = found;
  return {
    kind: "table",
    name: "The floor",
    note: "what `openssl speed` says of one ECDH on P-256; a pairing needs a key pair too",
    head: ["", "ECDH"],
    rows: [[version, duration(ns)]],
  };
}

const blocks = (index: number, name: string): Measurement => ({
  name,
  async run(rounds) {
    const contest = (await blockContests(index === 0 ? [nodeBlock] : []))[index];
    if (contest === undefined) throw new Error(`Cannot find ${name}`);
    return compete(contest, rounds);
  },
});

export const crypto = (): Section => ({
  name: "crypto",
  title: "Cryptography in Node",
  measurements: [
    ...(["numeric comparison", "passkey"] as const).map((method) => ({
      name: `pairing, one side: ${method}`,
      run: (rounds: number) => compete(pairing(method), rounds),
    })),
    blocks(0, "AES-128, one block with a new key"),
    blocks(1, "AES-CMAC of 65 octets"),
    { name: "a private address among many keys", run: search },
    { name: "floor: ECDH of OpenSSL", run: native },
  ],
});
