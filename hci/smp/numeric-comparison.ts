/** Authentication stage 1: Just Works and Numeric Comparison (2.3.5.6.2, Figure 2.3). */
import { equal } from "../codec/bytes.ts";
import type { Pdu } from "../codec/pdu.ts";
import type { Bytes } from "../ports.ts";
import { f4, g2 } from "./crypto.ts";
import { sixDigits } from "./digits.ts";
import { PairingError } from "./errors.ts";
import type { Pairing } from "./pairing.ts";
import { aboutOf, ask } from "./pairing.ts";
import { PairingConfirm, PairingDhKeyCheck, PairingRandom } from "./pdus.ts";
import type { PublicKeys } from "./public-keys.ts";
import type { Stage1 } from "./stage1.ts";
import { ZERO } from "./stage1.ts";

export async function compareAsInitiator(
  pairing: Pairing,
  { pka, pkb }: PublicKeys,
  compared: boolean,
): Promise<Stage1> {
  const { exchange, crypto } = pairing;
  const na = crypto.random(16);
  const { confirm: cb } = await exchange.expect(PairingConfirm);
  exchange.send(PairingRandom, { random: na });
  const { random: nb } = await exchange.expect(PairingRandom);
  if (!equal(cb, f4(crypto, pkb, pka, nb, 0))) throw new PairingError("ConfirmValueFailed", "local");
  if (compared) await comparison(pairing, g2(crypto, pka, pkb, na, nb), undefined);
  return { na, nb, ra: ZERO, rb: ZERO, authenticated: compared };
}

export async function compareAsResponder(
  pairing: Pairing,
  { pka, pkb }: PublicKeys,
  compared: boolean,
): Promise<Stage1> {
  const { exchange, crypto } = pairing;
  const nb: Bytes = crypto.random(16);
  exchange.send(PairingConfirm, { confirm: f4(crypto, pkb, pka, nb, 0) });
  const { random: na } = await exchange.expect(PairingRandom);
  exchange.send(PairingRandom, { random: nb });
  if (compared) await comparison(pairing, g2(crypto, pka, pkb, na, nb), PairingDhKeyCheck);
  return { na, nb, ra: ZERO, rb: ZERO, authenticated: compared };
}

/** Our DHKey Check does not go out before the person said yes. */
async function comparison(pairing: Pairing, value: number, early: Pdu | undefined): Promise<void> {
  const { exchange, delegate } = pairing;
  const question = ask(
    (abort) => delegate.compare(sixDigits(value), abort, aboutOf(pairing)),
    exchange.abort,
    "NumericComparisonFailed",
  );
  const same = await exchange.whileAsking(early, question);
  if (!same) throw new PairingError("NumericComparisonFailed", "local", "the numbers differ");
}
