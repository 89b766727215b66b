/** The link that asks Bondkeeper for a bond, and what came back by it. */
import type { Mode } from "../bonds/result.ts";
import type { Level } from "../storage/records.ts";
import { toBase64url } from "./base64url.ts";
import { NONCE, RESULT_PARAMETER, type ResultClaims } from "./signed-result.ts";
import { ResultRefused, verifyResult } from "./verify-result.ts";

export interface EnsureQuestion {
  /** Where Bondkeeper is: `https://bondkeeper.example/`, with the path it lives under, and `?adapter=…` where one is to be used. */
  readonly keeper: string;
  /** A record's id, or what the device is called. Never a PIN: a link that carries one is refused. */
  readonly device: string;
  readonly mode?: Mode;
  /** Security can be asked for, never lowered. */
  readonly level?: Level;
}

interface Addressed extends EnsureQuestion {
  readonly nonce: string;
  /** Where the result goes: an address of this page without a fragment. */
  readonly returnTo?: string;
  /** This page's origin, where it opens the link in a window and waits for a message. */
  readonly client?: string;
}

/** 32 octets that nobody can guess; one for each question. */
export const newNonce = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/** Where links go: below the page, with its query, which says how Bondkeeper reaches Bluetooth (`?adapter=usb`). */
export function ensureAddress(keeper: string): URL {
  const address = new URL("ensure/", keeper);
  address.search = new URL(keeper).search;
  return address;
}

export function ensureLink({ keeper, device, mode, level, nonce, returnTo, client }: Addressed): string {
  const link = ensureAddress(keeper);
  const parameters = Object.entries({ device, mode, level, nonce, return: returnTo, client });
  link.hash = parameters
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`))
    .join("&");
  return link.href;
}

/** The parts of a page that a link leaves and comes back to; `window` fits. */
export interface ReturningPage {
  readonly location: { readonly href: string };
  readonly history: { replaceState(state: unknown, unused: string, url: string): void };
  readonly sessionStorage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

const PENDING = "bondkeeper.pending-nonce";
const KEY_PARAMETER = "bond-key";

/** The address to go to; the page keeps the nonce until `takeResult` takes it away, in this tab only. */
export function askByLink(question: EnsureQuestion, page: ReturningPage): string {
  const nonce = newNonce();
  page.sessionStorage.setItem(PENDING, nonce);
  const here = new URL(page.location.href);
  here.hash = "";
  return ensureLink({ ...question, nonce, returnTo: here.href.replace(/#$/u, "") });
}

/**
 * Decides about the key that came with a result; `offered` is hostile until somebody who knows says otherwise. Resolves
 * with the key to verify with. A page that was configured with a key returns that, whatever is offered.
 */
export type KeyChoice = (offered: string | null) => string | Promise<string>;

/**
 * What Bondkeeper answered in the address, verified; null where there is no answer. The fragment is taken out of the
 * address before anything else, and the nonce counts once. Rejects with ResultRefused.
 */
export async function takeResult(page: ReturningPage, keyFor: KeyChoice): Promise<ResultClaims | null> {
  const here = new URL(page.location.href);
  const parameters = new URLSearchParams(here.hash.slice(1));
  const value = parameters.get(RESULT_PARAMETER);
  if (value === null) return null;
  here.hash = "";
  page.history.replaceState(null, "", here.href);
  const nonce = page.sessionStorage.getItem(PENDING);
  page.sessionStorage.removeItem(PENDING);
  if (nonce === null || !NONCE.test(nonce)) throw new ResultRefused("other-nonce");
  const publicKey = await keyFor(parameters.get(KEY_PARAMETER));
  return verifyResult(value, { publicKey, audience: here.origin, nonce });
}

const KEYS = "bondkeeper.key:";

/**
 * Trust on first use: the first key that an installation shows is kept in this origin's storage, and no other is taken
 * after it. Throws ResultRefused where another one comes, or none at all.
 */
export function firstKeyOf(keeper: string, storage: Pick<Storage, "getItem" | "setItem">): KeyChoice {
  const name = KEYS + new URL(keeper).origin;
  return (offered) => {
    const known = storage.getItem(name);
    if (known !== null) return known;
    if (offered === null) throw new ResultRefused("wrong-signature");
    storage.setItem(name, offered);
    return offered;
  };
}
