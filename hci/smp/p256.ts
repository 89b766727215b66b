/** Checks on public keys that no platform does for us (Vol 3 Part H 2.3.5.6.1; CVE-2018-5383, CVE-2020-26558). */
import { equal, fromHex } from "../codec/bytes.ts";
import type { FailureReason } from "./pdus.ts";

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** The X of the debug key pair, whose private key everybody knows. */
const DEBUG_X = fromHex("20b003d2f297be2c5e2c83a7e9f9a5b9eff49111acf4fddbcc0301480e359de6");

/** True for 0 <= x, y < p and y² = x³ - 3x + b (mod p); coordinates of 32 octets, most significant first. */
export function isOnCurve(x: Uint8Array, y: Uint8Array): boolean {
  const [bigX, bigY] = [integer(x), integer(y)];
  return bigX < P && bigY < P && (bigY * bigY - (bigX * bigX * bigX - 3n * bigX + B)) % P === 0n;
}

/**
 * Why a peer's public key must be refused, or undefined. `ownX` decides alone: the point with our X and the other sign
 * of Y reflects our key just as well (CVE-2021-37577).
 */
export function faultIn(x: Uint8Array, y: Uint8Array, ownX: Uint8Array): FailureReason | undefined {
  if (equal(x, DEBUG_X)) return "InvalidParameters";
  if (equal(x, ownX) || !isOnCurve(x, y)) return "DhKeyCheckFailed";
  return undefined;
}

function integer(octets: Uint8Array): bigint {
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}
