/**
 * The exceptions of Web Bluetooth. The name is the specification's; the text is Chromium's where applications look at
 * it (they have nothing else to tell one NetworkError from another), so it says what a page is used to hear.
 */
import type { Uuid } from "../../../hci/codec/uuid.ts";

export type ExceptionName =
  | "AbortError"
  | "InvalidModificationError"
  | "InvalidStateError"
  | "NetworkError"
  | "NotFoundError"
  | "NotSupportedError"
  | "SecurityError"
  | "UnknownError";

/** A DOMException that keeps what lies behind it. */
export function exception(name: ExceptionName, text: string, cause?: unknown): DOMException {
  const made = new DOMException(text, name);
  // The constructor takes a cause in Node only.
  if (cause !== undefined) Object.defineProperty(made, "cause", { value: cause, configurable: true });
  return made;
}

export type Kind = "Service" | "Characteristic" | "Descriptor";
const PLURAL = { Service: "Services", Characteristic: "Characteristics", Descriptor: "Descriptors" } as const;

const BLOCKLIST = "https://goo.gl/4NeimX";

export const notConnected = (doing: string): DOMException =>
  exception(
    "NetworkError",
    `GATT Server is disconnected. Cannot ${doing}. (Re)connect first with \`device.gatt.connect\`.`,
  );

/** An object of an earlier connection. */
export const noLongerValid = (kind: Kind, uuid: Uuid): DOMException =>
  exception(
    "InvalidStateError",
    `${kind} with UUID ${uuid} is no longer valid. Remember to retrieve the ${kind.toLowerCase()} again after reconnecting.`,
  );

/** The peer took it out of its database on this connection. */
export const noLongerExists = (kind: Kind, cause?: unknown): DOMException =>
  exception("InvalidStateError", `GATT ${kind} no longer exists.`, cause);

/** What an operation on a value was, for `notConnected`. */
export const PERFORM = "perform GATT operations";

export const nothingFound = (kind: Kind, uuid: Uuid | undefined, where: string): DOMException =>
  exception(
    "NotFoundError",
    `No ${PLURAL[kind]} ${uuid === undefined ? "" : `matching UUID ${uuid} `}found in ${where}.`,
  );

export const blocklistedCall = (method: string): DOMException =>
  exception("SecurityError", `${method}(s) called with blocklisted UUID. ${BLOCKLIST}`);

export const blocklistedUse = (method: string, marked: "exclude-reads" | "exclude-writes"): DOMException =>
  exception("SecurityError", `${method}() called on blocklisted object marked ${marked}. ${BLOCKLIST}`);

export const blocklistedFilter = (): DOMException =>
  exception(
    "SecurityError",
    `requestDevice() called with a filter containing a blocklisted UUID or manufacturer ID. ${BLOCKLIST}`,
  );

export const serviceNotAllowed = (any: boolean): DOMException =>
  exception(
    "SecurityError",
    `Origin is not allowed to access ${any ? "any service" : "the service"}. Tip: Add the service UUID to 'optionalServices' in requestDevice() options. https://goo.gl/HxfxSQ`,
  );

export const noGesture = (): DOMException =>
  exception("SecurityError", "Must be handling a user gesture to show a permission request.");

export const chooserClosed = (): DOMException =>
  exception("NotFoundError", "User cancelled the requestDevice() chooser.");

export const noAdapter = (): DOMException => exception("NotFoundError", "Bluetooth adapter not available.");

/** The permission to use this device is gone. */
export const forgotten = (): DOMException => exception("SecurityError", "GATT operation not authorized.");

export const notSupported = (cause?: unknown): DOMException =>
  exception("NotSupportedError", "GATT Error: Not supported.", cause);

export const tooLong = (): DOMException =>
  exception("InvalidModificationError", "Value can't exceed 512 bytes.");
