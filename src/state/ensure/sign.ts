/** The signed result, and the address that carries it back. */
import type { BondResult } from "../../bonds/result.ts";
import { claimsOf, keyIdOf, printPublicKey, RESULT_PARAMETER, signClaims } from "../../sdk/signed-result.ts";
import type { AppStore } from "../../storage/apps/store.ts";

/** With this, the fragment also names the public key that belongs to the signature. */
export const KEY_PARAMETER = "bond-key";
/** Long enough to load a page; a result is used once and at once. */
const LIFETIME_MS = 2 * 60_000;
const MAX_TEXT = 300;

export interface Signed {
  /** `PAYLOAD.SIGNATURE` */
  readonly result: string;
  readonly publicKey: string;
}

export interface Recipient {
  readonly audience: string;
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Rejects with StorageError where the key cannot be read or kept. */
export async function signResult(
  result: BondResult,
  { audience, nonce, now }: Recipient,
  apps: Pick<AppStore, "signingKey">,
): Promise<Signed> {
  const { privateKey, publicKey } = await apps.signingKey();
  const printed = await printPublicKey(publicKey);
  const keyId = await keyIdOf(printed);
  const short = { ...result, device: result.device.slice(0, MAX_TEXT) };
  const claims = claimsOf(short, { keyId, audience, nonce, issued: now, expires: now + LIFETIME_MS });
  return { result: await signClaims(claims, privateKey), publicKey: printed };
}

export function returnHref(address: string, { result, publicKey }: Signed): string {
  return `${address}#${RESULT_PARAMETER}=${result}&${KEY_PARAMETER}=${publicKey}`;
}
