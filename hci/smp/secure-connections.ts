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
  const stage1 = await stage1AsInitiator(pairing, keys, phase1);
  const { ltk, ea, eb } = await stage2(pairing, keys, stage1, phase1);
  exchange.hearKeypresses(undefined);
  exchange.send(PairingDhKeyCheck, { check: ea });
  const { check } = await exchange.expect(PairingDhKeyCheck);
  if (!equal(check, eb)) throw new PairingError("DhKeyCheckFailed", "local");
  return { key: maskKey(ltk, phase1.agreement.keySize), authenticated: stage1.authenticated };
}

/** `ready` runs when the link may be encrypted with the key: just before Eb goes out, and not a moment earlier. */
export async function secureConnectionsAsResponder(
  pairing: Pairing,
  phase1: Phase1,
  ready: (phase2: Phase2) => void,
): Promise<Phase2> {
  const { exchange } = pairing;
  const keys = await exchangeAsResponder(pairing);
  const stage1 = await stage1AsResponder(pairing, keys, phase1);
  exchange.hearKeypresses(undefined);
  const { ltk, ea, eb } = await stage2(pairing, keys, stage1, phase1);
  const { check } = await exchange.expect(PairingDhKeyCheck);
  if (!equal(check, ea)) throw new PairingError("DhKeyCheckFailed", "local");
  const phase2 = {
    key: maskKey(ltk, phase1.agreement.keySize),
    authenticated: stage1.authenticated,
  };
  ready(phase2);
  exchange.send(PairingDhKeyCheck, { check: eb });
  return phase2;
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
  { preq, pres }: Phase1,
): Promise<{ readonly ltk: Bytes; readonly ea: Bytes; readonly eb: Bytes }> {
  const secret = await exchange.unlessClosed(dhKey);
  const { macKey, ltk } = f5(crypto, secret, na, nb, a, b);
  const ea = f6(crypto, macKey, na, nb, rb, ioCap(preq), a, b);
  const eb = f6(crypto, macKey, nb, na, ra, ioCap(pres), b, a);
  for (const octets of [secret, macKey]) octets.fill(0);
  return { ltk, ea, eb };
}

/** AuthReq, OOB data flag, IO capability: the octets of the PDU backwards, reserved bits as they came. */
function ioCap(pdu: Bytes): Bytes {
  return pdu.slice(1, 4).reverse();
}
