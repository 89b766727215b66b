/** What is remembered of the pages that may ask this installation, and of the kiosk. No code and no key is in here. */
import {
  boolean,
  exactly,
  fields,
  integer,
  listOf,
  Misfit,
  nullable,
  pattern,
  text,
  type Check,
} from "../check.ts";
import { id, time } from "../rows.ts";

export const MAX_RETURNS = 20;
export const MAX_ADDRESS = 2_000;
export const MAX_KIOSK_BONDS = 50;

/** An origin as `URL.origin` prints it, of a page that was loaded safely. */
export const appOrigin: Check<string> = (value) => {
  const url = typeof value === "string" && value.length <= 300 ? URL.parse(value) : null;
  if (url === null || url.origin !== value || !isSafe(url)) throw new Misfit("not an origin of a safe page");
  return value;
};

/** A complete address of a safe page, as `URL.href` prints it, without a fragment and without a name or a password. */
export const appAddress: Check<string> = (value) => {
  const url = typeof value === "string" && value.length <= MAX_ADDRESS ? URL.parse(value) : null;
  const plain = url !== null && !url.href.includes("#") && url.username === "" && url.password === "";
  if (!plain || url.href !== value || !isSafe(url)) throw new Misfit("not an address of a safe page");
  return value;
};

/** https, or this machine itself: what a browser calls potentially trustworthy. */
export function isSafe({ protocol, hostname }: URL): boolean {
  if (protocol === "https:") return true;
  return protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);
}

const digest = pattern(/^[\w-]{43}$/u, "32 octets in base64url");

/** A page that a person allowed something. */
export const appRow = fields({
  v: exactly(1),
  id: appOrigin,
  allowedAt: time,
  /** Addresses that results may be returned to, each exactly as it was allowed. */
  returns: listOf(appAddress, MAX_RETURNS),
  /** SHA-256 of the token of a page that may send messages; null: it may not. */
  token: nullable(digest),
});
export type AppRow = ReturnType<typeof appRow>;

/** As the vault sealed it. */
export const codeRow = fields({
  vault: text(100, 1),
  iv: pattern(/^[\da-f]{24}$/u, "12 octets in lower-case hexadecimal"),
  data: pattern(/^[\da-f]{32,100}$/u, "what was sealed, in lower-case hexadecimal"),
});

export const MIN_PIN_ITERATIONS = 100_000;

/** A PIN as PBKDF2 with SHA-256 leaves it: never the PIN. */
export const pinHash = fields({
  salt: pattern(/^[\w-]{22}$/u, "16 octets in base64url"),
  hash: digest,
  iterations: integer(MIN_PIN_ITERATIONS, 10_000_000),
});
export type PinHash = ReturnType<typeof pinHash>;

/** How long and how often one bond is tried. */
const tries = {
  /** Milliseconds for one try. */
  limitMs: integer(5_000, 600_000),
  /** Tries after the first. */
  retries: integer(0, 20),
};

const kioskFields = {
  v: exactly(1),
  title: text(80),
  /** Record ids, in the order in which they are verified. */
  bonds: listOf(id, MAX_KIOSK_BONDS),
  ...tries,
  /** Minutes after which all are verified again; 0: only at the start and after sleep. */
  againMinutes: integer(0, 1_440),
  /** Where to go when every bond is proven; null: stay. */
  next: nullable(appAddress),
  /** Show the big picture only, until somebody touches the screen. */
  attract: boolean,
  pin: nullable(pinHash),
  /** Wrong PINs in a row, and when the next may be tried: kept, so that a reload does not start anew. */
  wrongPins: integer(0, 1_000_000),
  /** Milliseconds since 1970. */
  pinFrom: integer(0, 8.64e15),
};

export const kioskRow = fields(kioskFields, {
  /** For devices that are slower than the others, or not worth waiting for. */
  own: listOf(fields({ bondId: id, ...tries }), MAX_KIOSK_BONDS),
});
export type KioskRow = ReturnType<typeof kioskRow>;
