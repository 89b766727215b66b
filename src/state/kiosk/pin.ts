/** The PIN that leads out of the kiosk. Only its PBKDF2 hash is kept, and wrong ones have to wait. */
import { fromBase64url, toBase64url } from "../../sdk/base64url.ts";
import type { PinHash } from "../../storage/apps/rows.ts";

const ITERATIONS = 600_000;
export const PIN = /^\d{4,12}$/u;
const FREE_TRIES = 2;
const LONGEST_WAIT_MS = 15 * 60_000;

export async function hashPin(pin: string, iterations = ITERATIONS): Promise<PinHash> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt: toBase64url(salt), hash: toBase64url(await derive(pin, salt, iterations)), iterations };
}

export async function isPin(pin: string, { salt, hash, iterations }: PinHash): Promise<boolean> {
  if (!PIN.test(pin)) return false;
  const made = await derive(pin, fromBase64url(salt) ?? new Uint8Array(), iterations);
  return toBase64url(made) === hash;
}

/** Milliseconds to wait after so many wrong ones in a row: none at first, then doubling from 2 s to 15 minutes. */
export function waitAfter(wrong: number): number {
  return wrong <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (wrong - FREE_TRIES));
}

async function derive(pin: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    key,
    256,
  );
  return new Uint8Array(bits);
}
