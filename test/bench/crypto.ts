/** Cryptography in Node, beside libraries and beside what the machine can do at all. */
import { createCipheriv, createECDH } from "node:crypto";
import { concat } from "../../hci/codec/bytes.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import type { Native } from "./crypto-contests.ts";
import { blockContest, cmacContest, pairingContest, searchContest } from "./crypto-contests.ts";
import { BLOCK, KEY, kept, PEER_X, PEER_Y } from "./crypto-work.ts";
import type { Section } from "./findings.ts";
import type { Rival } from "./harness.ts";
import { compete, repeated, timed } from "./harness.ts";
import { nativeProgram } from "./native.ts";

/** The curve as a program in Node reaches it: a key pair and the shared secret, and nothing else. */
function curveAlone(): void {
  const pair = createECDH("prime256v1");
  kept.sum += pair.generateKeys()[1] ?? 0;
  kept.sum += pair.computeSecret(concat([4], PEER_X, PEER_Y))[0] ?? 0;
}

const nodeBlock: Rival = {
  name: "node:crypto, createCipheriv",
  sample: () =>
    timed(500, () => {
      const cipher = createCipheriv("aes-128-ecb", KEY, null).setAutoPadding(false);
      kept.sum += cipher.update(BLOCK)[0] ?? 0;
    }),
};

const native: Native = async (what) => {
  const program = nativeProgram(what);
  return program && { name: program.name, sample: async () => program.measure() };
};

const OURS = { name: "Bondkeeper, on Node's P-256", crypto: nodeCrypto, native };

export const crypto = (): Section => ({
  name: "crypto",
  title: "Cryptography in Node",
  measurements: [
    ...(["numeric comparison", "passkey"] as const).map((method) => ({
      name: `pairing, one side: ${method}`,
      run: async (rounds: number) =>
        compete(
          await pairingContest(OURS, method, [repeated("P-256 alone, node:crypto", 20, curveAlone)]),
          rounds,
        ),
    })),
    {
      name: "AES-128, one block with a new key",
      run: async (rounds) => compete(await blockContest([nodeBlock]), rounds),
    },
    { name: "AES-CMAC of 65 octets", run: (rounds) => compete(cmacContest(), rounds) },
    {
      name: "a private address among many keys",
      run: async (rounds) => compete(await searchContest(native), rounds),
    },
  ],
});
