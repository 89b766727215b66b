/** Public key exchange, the start of phase 2 with Secure Connections (2.3.5.6.1, Figure 2.2). */
import type { Bytes, P256KeyPair } from "../ports.ts";
import { PairingError } from "./errors.ts";
import { faultIn } from "./p256.ts";
import type { Pairing } from "./pairing.ts";
import { PairingPublicKey } from "./pdus.ts";

export interface PublicKeys {
  /** PKa and PKb, the X coordinates: 32 octets. */
  readonly pka: Bytes;
  readonly pkb: Bytes;
  /** Computed while the radio is busy. */
  readonly dhKey: Promise<Bytes>;
}

export async function exchangeAsInitiator(pairing: Pairing): Promise<PublicKeys> {
  const own = await ownKeyPair(pairing);
  pairing.exchange.send(PairingPublicKey, { x: own.x, y: own.y });
  const peer = await pairing.exchange.expect(PairingPublicKey);
  return { pka: own.x, pkb: peer.x, dhKey: sharedSecret(own, peer) };
}

export async function exchangeAsResponder(pairing: Pairing): Promise<PublicKeys> {
  const own = await ownKeyPair(pairing);
  const peer = await pairing.exchange.expect(PairingPublicKey);
  const dhKey = sharedSecret(own, peer);
  pairing.exchange.send(PairingPublicKey, { x: own.x, y: own.y });
  return { pka: peer.x, pkb: own.x, dhKey };
}

/** Fresh for every pairing; with OOB data the pair that the data was made from, which serves once. */
async function ownKeyPair({ crypto, exchange, oob }: Pairing): Promise<P256KeyPair> {
  return oob.own?.take() ?? (await exchange.unlessClosed(crypto.generateP256()));
}

/** Refuses a bad key before anything is computed from it. */
function sharedSecret(own: P256KeyPair, { x, y }: { readonly x: Bytes; readonly y: Bytes }): Promise<Bytes> {
  const fault = faultIn(x, y, own.x);
  if (fault !== undefined) throw new PairingError(fault, "local", "the peer's public key is not acceptable");
  const dhKey = own.dhKey(x, y).catch((cause: unknown) => {
    throw new PairingError("DhKeyCheckFailed", "local", "no shared secret comes of this public key", {
      cause,
    });
  });
  dhKey.catch(() => {}); // a pairing that ends before it is needed does not wait for it
  return dhKey;
}
