/** Phase 2 with LE Secure Connections (2.3.5.6): public keys, stage 1 of the method, DHKey checks. */
import { equal } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import { f5, f6, maskKey } from "./crypto.ts";
import { PairingError } from "./errors.ts";
import { compareAsInitiator, compareAsResponder } from "./numeric-comparison.ts";
import { oobAsInitiator, oobAsResponder } from "./oob.ts";
import type { Pairing, Phase1, Phase2 } from "./pairing.ts";
import { enterAsInitiator, enterAsResponder } from "./passkey.ts";
import { PairingDhKeyCheck } from "./pdus.ts";
import type { PublicKeys } from "./public-keys.ts";
import { exchangeAsInitiator, exchangeAsResponder } from "./public-keys.ts";
import type { Stage1 } from "./stage1.ts";

export async function secureConnectionsAsInitiator(pairing: Pairing, phase1: Phase1): Promise<Phase2> {
  const { exchange } = pairing;
  const keys = await exchangeAsInitiator(pairing);
  let key: Bytes | undefined;
  try {
    const stage1 = await stage1AsInitiator(pairing, keys, phase1);
    const { ea, eb, ...made } = await stage2(pairing, keys, stage1, phase1);
    ({ key } = made);
    exchange.hearKeypresses(undefined);
    exchange.send(PairingDhKeyCheck, { check: ea });
    const { check } = await exchange.expect(PairingDhKeyCheck);
    if (!equal(check, eb)) throw new PairingError("DhKeyCheckFailed", "local");
    return { key, authenticated: stage1.authenticated };
  } catch (error) {
    key?.fill(0);
    throw error;
  } finally {
    wipeSecret(keys);
  }
}

/** `ready` runs when the link may be encrypted with the key: just before Eb goes out, and not a moment earlier. */
export async function secureConnectionsAsResponder(
  pairing: Pairing,
  phase1: Phase1,
  ready: (phase2: Phase2) => void,
): Promise<Phase2> {
  const { exchange } = pairing;
  const keys = await exchangeAsResponder(pairing);
  let key: Bytes | undefined;
  try {
    const stage1 = await stage1AsResponder(pairing, keys, phase1);
    exchange.hearKeypresses(undefined);
    const { ea, eb, ...made } = await stage2(pairing, keys, stage1, phase1);
    ({ key } = made);
    const { check } = await exchange.expect(PairingDhKeyCheck);
    if (!equal(check, ea)) throw new PairingError("DhKeyCheckFailed", "local");
    const phase2 = { key, authenticated: stage1.authenticated };
    ready(phase2);
    exchange.send(PairingDhKeyCheck, { check: eb });
    return phase2;
  } catch (error) {
    key?.fill(0);
    throw error;
  } finally {
    wipeSecret(keys);
  }
}

function stage1AsInitiator(pairing: Pairing, keys: PublicKeys, phase1: Phase1): Promise<Stage1> {
  const { method, keypress } = phase1.agreement;
  switch (method.kind) {
    case "just-works":
      return compareAsInitiator(pairing, keys, false);
    case "numeric-comparison":
      return compareAsInitiator(pairing, keys, true);
    case "passkey":
      return enterAsInitiator(pairing, keys, method, keypress);
    case "oob":
      return oobAsInitiator(pairing, keys, phase1);
  }
}

function stage1AsResponder(pairing: Pairing, keys: PublicKeys, phase1: Phase1): Promise<Stage1> {
  const { method, keypress } = phase1.agreement;
  switch (method.kind) {
    case "just-works":
      return compareAsResponder(pairing, keys, false);
    case "numeric-comparison":
      return compareAsResponder(pairing, keys, true);
    case "passkey":
      return enterAsResponder(pairing, keys, method, keypress);
    case "oob":
      return oobAsResponder(pairing, keys, phase1);
  }
}

/** Authentication stage 2 (2.3.5.6.5): the keys and both check values. */
async function stage2(
  { exchange, crypto, initiator: a, responder: b }: Pairing,
  { dhKey }: PublicKeys,
  { na, nb, ra, rb }: Stage1,
  { agreement, preq, pres }: Phase1,
): Promise<{ readonly key: Bytes; readonly ea: Bytes; readonly eb: Bytes }> {
  const secret = await exchange.unlessClosed(dhKey);
  const { macKey, ltk } = f5(crypto, secret, na, nb, a, b);
  const ea = f6(crypto, macKey, na, nb, rb, ioCap(preq), a, b);
  const eb = f6(crypto, macKey, nb, na, ra, ioCap(pres), b, a);
  const key = maskKey(ltk, agreement.keySize);
  // With a passkey ra and rb are made of it; out of band they belong to whoever carried them.
  const passkey = agreement.method.kind === "passkey" ? [ra, rb] : [];
  for (const octets of [macKey, ltk, ...passkey]) octets.fill(0);
  return { key, ea, eb };
}

/** DHKey: once stage 2 is over, or when the pairing ended before. */
function wipeSecret({ dhKey }: PublicKeys): void {
  dhKey.then(
    (secret) => secret.fill(0),
    () => {}, // there is none
  );
}

/** AuthReq, OOB data flag, IO capability: the octets of the PDU backwards, reserved bits as they came. */
function ioCap(pdu: Bytes): Bytes {
  return pdu.slice(1, 4).reverse();
}
