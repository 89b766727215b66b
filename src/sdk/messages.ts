/**
 * The messages between a page and the Bondkeeper window that it opened. Version 1:
 *
 * 1. The window says `hello` to its opener, and only to the origin named as `client` in the link.
 * 2. The page answers `connect` to the window's origin, with a MessagePort and the token of an earlier visit if it has one.
 *    Bondkeeper looks at `event.source`, `event.origin`, its allow-list and the token, and asks the person where it must.
 * 3. `welcome`, or `refused`, comes through the port, and everything else does too. Each request gets exactly one answer.
 *
 * All of it is hostile until it went through the checks below; a message that does not fit is dropped by its receiver.
 * A passkey travels only through the port, only from a client that was welcomed, and is never sent back.
 */
import {
  boolean,
  type Check,
  type Checked,
  exactly,
  fields,
  integer,
  isFields,
  Misfit,
  nullable,
  oneOf,
  pattern,
  text,
} from "../storage/check.ts";

export const PROTOCOL = "bondkeeper.port.v1";

const MAX_ID = 2 ** 31 - 1;
const requestId = integer(1, MAX_ID);
/** A record's id in Bondkeeper, or a name to look for; never an address that pairs by itself. */
const device = text(300, 1);
/** 32 octets in base64url, made by Bondkeeper for one client origin. */
const token = pattern(/^[\w-]{43}$/u, "a token");
const passkey = pattern(/^\d{6}$/u, "a passkey of six digits");
const level = oneOf("encrypted", "authenticated", "secure");

/** Window to opener, by `postMessage` to the client's origin. It says nothing but that it is there. */
export const helloCheck = fields({ protocol: exactly(PROTOCOL), kind: exactly("hello") });
export type Hello = Checked<typeof helloCheck>;

/**
 * Window to opener, by `postMessage` to the client's origin, where the person allowed it: the signed result of the link
 * that opened the window (`PAYLOAD.SIGNATURE`), and the public key that belongs to it.
 */
export const ensuredCheck = fields({
  protocol: exactly(PROTOCOL),
  kind: exactly("ensured"),
  result: text(6_000, 1),
  publicKey: text(100, 1),
});
export type Ensured = Checked<typeof ensuredCheck>;

/** Opener to window, by `postMessage` to Bondkeeper's origin, with one MessagePort transferred. */
export const connectCheck = fields({ protocol: exactly(PROTOCOL), kind: exactly("connect") }, { token });
export type Connect = Checked<typeof connectCheck>;

// From here on through the port.

const pairCheck = fields(
  { kind: exactly("pair"), id: requestId, device, replace: boolean },
  // The least security that counts as success.
  { level },
);
const unpairCheck = fields({ kind: exactly("unpair"), id: requestId, device });
const clearCacheCheck = fields({ kind: exactly("clear-cache"), id: requestId, device });
const statusCheck = fields({ kind: exactly("status"), id: requestId }, { device });
/** The person cannot be spoken for: a comparison is confirmed in Bondkeeper's window and nowhere else. */
const respondCheck = fields({ kind: exactly("respond"), id: requestId, passkey: nullable(passkey) });
const cancelCheck = fields({ kind: exactly("cancel"), id: requestId });

/**
 * Client to Bondkeeper. `id` is the client's, new for each request. `respond` answers a `passkey-wanted` of the request
 * with that id (null: the client has none, ask the person); it has no answer of its own, and neither has `cancel`.
 */
export type ClientMessage =
  | Checked<typeof pairCheck>
  | Checked<typeof unpairCheck>
  | Checked<typeof clearCacheCheck>
  | Checked<typeof statusCheck>
  | Checked<typeof respondCheck>
  | Checked<typeof cancelCheck>;

/** Those that are answered. */
export type ClientRequest = Exclude<ClientMessage, { readonly kind: "respond" | "cancel" }>;

const CLIENT = {
  pair: pairCheck,
  unpair: unpairCheck,
  "clear-cache": clearCacheCheck,
  status: statusCheck,
  respond: respondCheck,
  cancel: cancelCheck,
} as const;

const word = text(60, 1);
const time = nullable(text(40, 1));

/** What a client may know about one bond. */
const bondFields = fields({
  device: text(300),
  bondId: text(100, 1),
  transport: word,
  evidence: word,
  suspect: nullable(word),
  level: nullable(word),
  provenAt: time,
});
export type ClientBond = Checked<typeof bondFields>;

/** What the transport can do (a client hides what it cannot). */
const capabilityFields = fields({
  transport: word,
  pairing: oneOf("explicit", "on-demand"),
  unpairing: boolean,
  cacheClearing: boolean,
  /** Links that are up, and how many the adapter can hold; null where nobody can tell. */
  links: nullable(integer(0, 1000)),
  maxLinks: nullable(integer(0, 1000)),
});
export type ClientCapabilities = Checked<typeof capabilityFields>;

const welcomeCheck = fields({
  kind: exactly("welcome"),
  /** To be presented at the next visit; kept by the client, in its own origin. */
  token,
  capabilities: capabilityFields,
  appVersion: text(100),
});
const refusedCheck = fields({
  kind: exactly("refused"),
  /** `by-person`: asked and said no; `not-allowed`: nobody may be asked (kiosk); `wrong-token`. */
  reason: oneOf("by-person", "not-allowed", "wrong-token"),
});
/** Progress: the step of the procedure. Not an answer. */
const stepCheck = fields({ kind: exactly("step"), id: requestId, step: word, status: word });
const passkeyWantedCheck = fields({ kind: exactly("passkey-wanted"), id: requestId });

/** The answer to `pair` and `unpair`: a result code as everywhere, with its name and reason. */
const resultCheck = fields({
  kind: exactly("result"),
  id: requestId,
  device: text(300),
  success: boolean,
  code: integer(0, 64),
  name: word,
  reason: nullable(word),
  remedy: word,
});
export type ClientResult = Checked<typeof resultCheck>;
const statusAnswerCheck = fields({
  kind: exactly("status"),
  id: requestId,
  capabilities: capabilityFields,
  /** Of the device that was named; null where there is no bond, or none was named. */
  bond: nullable(bondFields),
});

/** Bondkeeper to client. */
export type KeeperMessage =
  | Checked<typeof welcomeCheck>
  | Checked<typeof refusedCheck>
  | Checked<typeof stepCheck>
  | Checked<typeof passkeyWantedCheck>
  | Checked<typeof resultCheck>
  | Checked<typeof statusAnswerCheck>;

/** Those that end a request. */
export type KeeperAnswer = Extract<KeeperMessage, { readonly kind: "result" | "status" }>;

const KEEPER = {
  welcome: welcomeCheck,
  refused: refusedCheck,
  step: stepCheck,
  "passkey-wanted": passkeyWantedCheck,
  result: resultCheck,
  status: statusAnswerCheck,
} as const;

type Kinds<T> = Readonly<Record<string, Check<T>>>;

function byKind<T>(kinds: Kinds<T>): Check<T> {
  const known = new Map(Object.entries(kinds));
  return (value, unknown) => {
    const kind = isFields(value) ? value["kind"] : undefined;
    const check = typeof kind === "string" ? known.get(kind) : undefined;
    if (check === undefined) throw new Misfit("not a message of this protocol");
    return check(value, unknown);
  };
}

/** Throws `Misfit`; so do the others. Fields that do not belong to the message are left out. */
export const clientMessage: Check<ClientMessage> = byKind<ClientMessage>(CLIENT);
export const keeperMessage: Check<KeeperMessage> = byKind<KeeperMessage>(KEEPER);
