/** The passkey itself, for both kinds of pairing, and Passkey Entry (2.3.5.6.3, Figure 2.4). */
import { equal } from "../codec/bytes.ts";
import type { Pdu } from "../codec/pdu.ts";
import { f4, passkeyOctets } from "./crypto.ts";
import { parseDigits, randomPasskey, sixDigits } from "./digits.ts";
import { PairingError } from "./errors.ts";
import type { PasskeyMethod } from "./features.ts";
import type { Pairing } from "./pairing.ts";
import { aboutOf, ask } from "./pairing.ts";
import type { KeypressType } from "./pdus.ts";
import { PairingConfirm, PairingKeypressNotification, PairingRandom } from "./pdus.ts";
import type { PublicKeys } from "./public-keys.ts";
import type { Stage1 } from "./stage1.ts";
import { ZERO } from "./stage1.ts";

const ROUNDS = 20;

export async function enterAsInitiator(
  pairing: Pairing,
  { pka, pkb }: PublicKeys,
  method: PasskeyMethod,
  keypress: boolean,
): Promise<Stage1> {
  const { exchange, crypto } = pairing;
  const passkey = await obtainPasskey(pairing, method.initiator, keypress, undefined);
  let [na, nb] = [ZERO, ZERO];
  for (let round = 0; round < ROUNDS; round++) {
    const r = commitment(passkey, round);
    na = crypto.random(16);
    exchange.send(PairingConfirm, { confirm: f4(crypto, pka, pkb, na, r) });
    const { confirm: cb } = await exchange.expect(PairingConfirm);
    exchange.send(PairingRandom, { random: na });
    nb = (await exchange.expect(PairingRandom)).random;
    if (!equal(cb, f4(crypto, pkb, pka, nb, r))) throw new PairingError("ConfirmValueFailed", "local");
  }
  return { na, nb, ra: passkeyOctets(passkey), rb: passkeyOctets(passkey), authenticated: true };
}

export async function enterAsResponder(
  pairing: Pairing,
  { pka, pkb }: PublicKeys,
  method: PasskeyMethod,
  keypress: boolean,
): Promise<Stage1> {
  const { exchange, crypto } = pairing;
  const passkey = await obtainPasskey(pairing, method.responder, keypress, PairingConfirm);
  let [na, nb] = [ZERO, ZERO];
  for (let round = 0; round < ROUNDS; round++) {
    const r = commitment(passkey, round);
    const { confirm: ca } = await exchange.expect(PairingConfirm);
    nb = crypto.random(16);
    exchange.send(PairingConfirm, { confirm: f4(crypto, pkb, pka, nb, r) });
    na = (await exchange.expect(PairingRandom)).random;
    if (!equal(ca, f4(crypto, pka, pkb, na, r))) throw new PairingError("ConfirmValueFailed", "local");
    exchange.send(PairingRandom, { random: nb });
  }
  return { na, nb, ra: passkeyOctets(passkey), rb: passkeyOctets(passkey), authenticated: true };
}

/** rai and rbi: one bit of the passkey per round, the lowest first, as Z of f4. */
function commitment(passkey: number, round: number): number {
  return 0x80 | ((passkey >> round) & 1);
}

/**
 * The passkey as our side learns it: shown by us, or typed by the person. `early` is what the peer may send while the
 * person types.
 */
export async function obtainPasskey(
  pairing: Pairing,
  how: "display" | "input",
  keypress: boolean,
  early: Pdu | undefined,
): Promise<number> {
  const { exchange, crypto, delegate, peer } = pairing;
  if (how === "display") {
    const passkey = randomPasskey(crypto);
    delegate.display(sixDigits(passkey), exchange.abort, aboutOf(pairing));
    return passkey;
  }
  const pressed = (type: KeypressType): void => {
    if (keypress && !exchange.abort.aborted) exchange.send(PairingKeypressNotification, { type });
  };
  const question = ask(
    (abort) => delegate.enter({ peer, pressed }, abort, aboutOf(pairing)),
    exchange.abort,
    "PasskeyEntryFailed",
  );
  const passkey = parseDigits((await exchange.whileAsking(early, question)) ?? "");
  if (passkey === undefined)
    throw new PairingError("PasskeyEntryFailed", "local", "no passkey of six digits was entered");
  return passkey;
}
