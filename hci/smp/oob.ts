/** Out of band: data that comes over another way than the radio (2.3.5.6.4, Figure 2.5). */
import { equal } from "../codec/bytes.ts";
import type { Bytes, Crypto, P256KeyPair } from "../ports.ts";
import { f4 } from "./crypto.ts";
import { PairingError } from "./errors.ts";
import type { OobHeld } from "./features.ts";
import type { Pairing, Phase1 } from "./pairing.ts";
import { PairingRandom } from "./pdus.ts";
import type { PublicKeys } from "./public-keys.ts";
import type { Stage1 } from "./stage1.ts";
import { ZERO } from "./stage1.ts";

/** Our own data for one pairing, to be carried to the peer: confirm and random value, 16 octets each. */
export class OobData {
  readonly confirm: Bytes;
  readonly random: Bytes;
  readonly #keyPair: P256KeyPair;
  #taken = false;

  constructor(crypto: Crypto, keyPair: P256KeyPair, random: Bytes) {
    this.#keyPair = keyPair;
    this.random = random;
    this.confirm = f4(crypto, keyPair.x, keyPair.x, random, 0);
  }

  /** New every time: a key pair and a random value are never used in a second pairing. */
  static async create(crypto: Crypto): Promise<OobData> {
    return new OobData(crypto, await crypto.generateP256(), crypto.random(16));
  }

  /** A pairing had the key pair: another one needs new data. */
  get used(): boolean {
    return this.#taken;
  }

  /** The key pair, once. Throws PairingError the second time. */
  take(): P256KeyPair {
    if (this.#taken) throw new PairingError("OobNotAvailable", "local", "this OOB data was used before");
    this.#taken = true;
    return this.#keyPair;
  }
}

/** What is at hand for one pairing. */
export interface OobMaterial {
  /** Secure Connections: what we received from the peer over the other way. */
  readonly peer?: { readonly confirm: Bytes; readonly random: Bytes };
  /** Secure Connections: what the peer may have received from us. */
  readonly own?: OobData;
  /** Legacy pairing: the TK, 16 octets, the same on both sides. */
  readonly legacyKey?: Bytes;
}

export function held(oob: OobMaterial): OobHeld {
  return {
    peerData: oob.peer !== undefined,
    ownData: oob.own !== undefined,
    legacyKey: oob.legacyKey !== undefined,
  };
}

export async function oobAsInitiator(
  { exchange, crypto, oob }: Pairing,
  { pkb }: PublicKeys,
  phase1: Phase1,
): Promise<Stage1> {
  const [ra, rb] = [ownRandom(oob, phase1.response.oobData), peerRandom(oob, phase1.request.oobData)];
  const na = crypto.random(16);
  verifyCommitment(crypto, oob, pkb);
  exchange.send(PairingRandom, { random: na });
  const { random: nb } = await exchange.expect(PairingRandom);
  return { na, nb, ra, rb, authenticated: true };
}

export async function oobAsResponder(
  { exchange, crypto, oob }: Pairing,
  { pka }: PublicKeys,
  phase1: Phase1,
): Promise<Stage1> {
  const [ra, rb] = [peerRandom(oob, phase1.response.oobData), ownRandom(oob, phase1.request.oobData)];
  const nb = crypto.random(16);
  const { random: na } = await exchange.expect(PairingRandom);
  verifyCommitment(crypto, oob, pka);
  exchange.send(PairingRandom, { random: nb });
  return { na, nb, ra, rb, authenticated: true };
}

/** Our random value counts if the peer says that it holds our data; it is never sent over the air. */
function ownRandom({ own }: OobMaterial, peerFlag: "absent" | "present"): Bytes {
  if (peerFlag === "absent") return ZERO;
  if (own !== undefined) return own.random;
  throw new PairingError("OobNotAvailable", "local", "the peer claims to hold OOB data that we never gave");
}

function peerRandom({ peer }: OobMaterial, ownFlag: "absent" | "present"): Bytes {
  if (ownFlag === "absent") return ZERO;
  if (peer !== undefined) return peer.random;
  throw new PairingError("OobNotAvailable", "local", "there is no OOB data of this peer");
}

function verifyCommitment(crypto: Crypto, { peer }: OobMaterial, peerX: Bytes): void {
  if (peer === undefined) return;
  if (!equal(peer.confirm, f4(crypto, peerX, peerX, peer.random, 0)))
    throw new PairingError("ConfirmValueFailed", "local", "the OOB data belongs to another key");
}
