/** Phase 2 of LE legacy pairing (2.3.5.2 to 2.3.5.5). Whoever listens to it can find the keys: opt-in only. */
import { equal, reversed } from "../codec/bytes.ts";
import type { Pdu } from "../codec/pdu.ts";
import type { Bytes } from "../ports.ts";
import { c1, maskKey, passkeyOctets, s1 } from "./crypto.ts";
import { PairingError } from "./errors.ts";
import type { Pairing, Phase1, Phase2 } from "./pairing.ts";
import { obtainPasskey } from "./passkey.ts";
import { PairingConfirm, PairingRandom } from "./pdus.ts";

export async function legacyAsInitiator(pairing: Pairing, phase1: Phase1): Promise<Phase2> {
  const { exchange, crypto } = pairing;
  const tk = await temporaryKey(pairing, phase1, "initiator", undefined);
  const confirm = (random: Bytes): Bytes => confirmValue(pairing, phase1, tk, random);
  try {
    const mrand = crypto.random(16);
    const mconfirm = confirm(mrand);
    exchange.send(PairingConfirm, { confirm: mconfirm });
    const { confirm: sconfirm } = await exchange.expect(PairingConfirm);
    exchange.hearKeypresses(undefined);
    // 2.3.5.5: who only sends back what we sent need not know the TK. An echoed random value then fails by itself below
    if (equal(sconfirm, mconfirm))
      throw new PairingError("ConfirmValueFailed", "local", "our confirm value came back");
    exchange.send(PairingRandom, { random: mrand });
    const { random: srand } = await exchange.expect(PairingRandom);
    if (!equal(sconfirm, confirm(srand))) throw new PairingError("ConfirmValueFailed", "local");
    return shortTermKey(phase1, s1(crypto, tk, srand, mrand));
  } finally {
    tk.fill(0);
  }
}

/** `ready` runs when the link may be encrypted with the key: just before the last PDU of phase 2 goes out. */
export async function legacyAsResponder(
  pairing: Pairing,
  phase1: Phase1,
  ready: (phase2: Phase2) => void,
): Promise<Phase2> {
  const { exchange, crypto } = pairing;
  const tk = await temporaryKey(pairing, phase1, "responder", PairingConfirm);
  const confirm = (random: Bytes): Bytes => confirmValue(pairing, phase1, tk, random);
  try {
    const srand = crypto.random(16);
    const { confirm: mconfirm } = await exchange.expect(PairingConfirm);
    exchange.hearKeypresses(undefined);
    exchange.send(PairingConfirm, { confirm: confirm(srand) });
    const { random: mrand } = await exchange.expect(PairingRandom);
    if (!equal(mconfirm, confirm(mrand))) throw new PairingError("ConfirmValueFailed", "local");
    const phase2 = shortTermKey(phase1, s1(crypto, tk, srand, mrand));
    ready(phase2);
    exchange.send(PairingRandom, { random: srand });
    return phase2;
  } finally {
    tk.fill(0);
  }
}

/** TK (2.3.5.2 to 2.3.5.4), in octets of its own. */
async function temporaryKey(
  pairing: Pairing,
  { agreement: { method, keypress } }: Phase1,
  role: "initiator" | "responder",
  early: Pdu | undefined,
): Promise<Bytes> {
  if (method.kind === "passkey")
    return passkeyOctets(await obtainPasskey(pairing, method[role], keypress, early));
  if (method.kind !== "oob") return new Uint8Array(16);
  const { legacyKey } = pairing.oob;
  if (legacyKey === undefined)
    throw new PairingError("OobNotAvailable", "local", "there is no OOB key for this peer");
  return legacyKey.slice();
}

/** Mconfirm and Sconfirm differ in the random value only. */
function confirmValue(
  { crypto, initiator, responder }: Pairing,
  { preq, pres }: Phase1,
  tk: Bytes,
  random: Bytes,
): Bytes {
  return c1(crypto, tk, random, reversed(preq), reversed(pres), initiator, responder);
}

function shortTermKey({ agreement }: Phase1, stk: Bytes): Phase2 {
  const key = maskKey(stk, agreement.keySize);
  stk.fill(0);
  return { key, authenticated: agreement.method.kind !== "just-works" };
}
