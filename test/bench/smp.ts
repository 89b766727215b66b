/** The computation of one side of a Secure Connections pairing beside the least that OpenSSL needs for it. */
import { createECDH } from "node:crypto";
import { concat } from "../../hci/codec/bytes.ts";
import { f4, f5, f6, g2 } from "../../hci/smp/crypto.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
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

/** What nobody gets below on this machine: a key pair and the shared secret, and nothing else. */
function curveAlone(): void {
  const pair = createECDH("prime256v1");
  sink += pair.generateKeys()[1] ?? 0;
  sink += pair.computeSecret(concat([4], PEER_X, PEER_Y))[0] ?? 0;
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
    rivals: [rival("ours on Node's crypto", () => ours(0)), rival("OpenSSL, P-256 alone", curveAlone)],
    goal: 3,
  },
  {
    name: "smp: passkey, one side",
    rivals: [
      rival("ours on Node's crypto", () => ours(PASSKEY_BITS)),
      rival("OpenSSL, P-256 alone", curveAlone),
    ],
    goal: 8,
  },
];

export const computed = (): number => sink;
