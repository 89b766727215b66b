/** Phase 3: transport specific key distribution (2.4.3, 3.6). Each side sends LTK, EDIV and Rand, IRK, address. */
import { equal, fromHex } from "../codec/bytes.ts";
import type { Address, Bytes, Crypto, LongTermKey } from "../ports.ts";
import { maskKey } from "./crypto.ts";
import { PairingError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import {
  CentralIdentification,
  EncryptionInformation,
  IdentityAddressInformation,
  IdentityInformation,
} from "./pdus.ts";
import type { KeyChoice } from "./policy.ts";

/** LTKs that stand in the specification or in shipped products, and no key at all. */
const BLOCKED_LTKS = ["4c68384139f574d836bcf34e9dfb01bf", "00000000000000000000000000000000"].map((text) =>
  fromHex(text),
);
const BLOCKED_IRKS = ["015fe8b456078e2218a67ce1e4ba99a5"].map((text) => fromHex(text));
const ZERO_KEY = new Uint8Array(16);

/** True for a key that must never encrypt a link: everybody knows it. */
export function isBlockedLtk(value: Uint8Array): boolean {
  return BLOCKED_LTKS.some((blocked) => equal(blocked, value));
}

/** True for an IRK that must never be stored: it resolves addresses of many devices, or it is no key. */
export function isBlockedIrk(value: Uint8Array): boolean {
  return equal(value, ZERO_KEY) || BLOCKED_IRKS.some((blocked) => equal(blocked, value));
}

/** How we appear to peers that we bond with. */
export interface LocalIdentity {
  readonly address: Address;
  /** 16 octets, random per adapter and profile. */
  readonly irk: Bytes;
}

/** The keys of one side, as they go over the air. */
export interface DistributedKeys {
  readonly ltk: LongTermKey | null;
  readonly irk: Bytes | null;
  readonly identity: Address | null;
}

/** How many PDUs `choice` makes. */
export function pduCount(choice: KeyChoice): number {
  return (choice.encKey ? 2 : 0) + (choice.idKey ? 2 : 0);
}

export function makeKeys(
  crypto: Crypto,
  choice: KeyChoice,
  keySize: number,
  identity: LocalIdentity,
): DistributedKeys {
  return {
    ltk: choice.encKey ? makeLegacyKey(crypto, keySize) : null,
    irk: choice.idKey ? identity.irk : null,
    identity: choice.idKey ? identity.address : null,
  };
}

function makeLegacyKey(crypto: Crypto, keySize: number): LongTermKey {
  const whole = crypto.random(16);
  const value = maskKey(whole, keySize);
  whole.fill(0);
  const [high = 0, low = 0] = crypto.random(2);
  return { value, ediv: (high << 8) | low, rand: crypto.random(8), keySize };
}

export function sendKeys(exchange: Exchange, { ltk, irk, identity }: DistributedKeys): void {
  if (ltk !== null) {
    exchange.sendKey(EncryptionInformation, { ltk: ltk.value });
    exchange.sendKey(CentralIdentification, { ediv: ltk.ediv, rand: ltk.rand });
  }
  if (irk !== null && identity !== null) {
    exchange.sendKey(IdentityInformation, { irk });
    exchange.send(IdentityAddressInformation, { type: identity.type, address: identity.octets });
  }
}

/** The agreed keys, in their order, once each; another command ends the pairing. */
export async function receiveKeys(
  exchange: Exchange,
  choice: KeyChoice,
  keySize: number,
): Promise<DistributedKeys> {
  const ltk = choice.encKey ? await receiveLegacyKey(exchange, keySize) : null;
  if (!choice.idKey) return { ltk, irk: null, identity: null };
  const { irk } = await exchange.expect(IdentityInformation);
  const { type, address } = await exchange.expect(IdentityAddressInformation);
  if (BLOCKED_IRKS.some((blocked) => equal(blocked, irk)))
    throw new PairingError("KeyRejected", "local", "the IRK is publicly known");
  if (!isIdentity(type, address))
    throw new PairingError("InvalidParameters", "local", "the identity address is none");
  // Devices without privacy send zeros: that is no key, and nothing to resolve addresses with
  return { ltk, irk: equal(irk, ZERO_KEY) ? null : irk, identity: { type, octets: address } };
}

async function receiveLegacyKey(exchange: Exchange, keySize: number): Promise<LongTermKey> {
  const { ltk } = await exchange.expect(EncryptionInformation);
  const { ediv, rand } = await exchange.expect(CentralIdentification);
  const value = maskKey(ltk, keySize);
  ltk.fill(0);
  if (isBlockedLtk(value)) throw new PairingError("KeyRejected", "local", "the LTK is publicly known");
  return { value, ediv, rand, keySize };
}

/** 3.6.5: a public or a static random address. */
function isIdentity(type: "public" | "random", address: Bytes): boolean {
  return type === "public" ? address.some((octet) => octet !== 0) : isStatic(address);
}

/** Vol 6 Part B 1.3.2.1: the two highest bits are 1. */
export function isStatic(octets: Uint8Array): boolean {
  return (octets[0] ?? 0) >= 0xc0;
}
