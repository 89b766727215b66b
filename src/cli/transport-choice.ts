/** `--transport` as data. */
import { UsageError } from "./usage-error.ts";

export type TransportChoice =
  | { readonly kind: "websocket"; readonly url: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** Null: the first dongle that is one. Ids are numbers. */
  | { readonly kind: "usb"; readonly ids: { readonly vendor: number; readonly product: number } | null }
  | { readonly kind: "serial"; readonly path: string }
  | { readonly kind: "simulator" };

const FORMS = "ws://HOST:PORT, wss://HOST, tcp://HOST:PORT, usb, usb:VID:PID, serial:PATH or sim";

/** Without a word: `usb`. A bridge sees every key, so one on another machine must be reached by `wss:`. */
export function parseTransport(word = "usb"): TransportChoice {
  if (word === "sim") return { kind: "simulator" };
  if (word === "usb") return { kind: "usb", ids: null };
  const [, vendor, product] = /^usb:([\da-f]{4}):([\da-f]{4})$/iu.exec(word) ?? [];
  if (vendor !== undefined && product !== undefined)
    return {
      kind: "usb",
      ids: { vendor: Number.parseInt(vendor, 16), product: Number.parseInt(product, 16) },
    };
  if (word.startsWith("serial:") && word.length > "serial:".length)
    return { kind: "serial", path: word.slice("serial:".length) };
  return bridgeAt(word);
}

function bridgeAt(word: string): TransportChoice {
  const url = URL.parse(word);
  if (url === null || !["ws:", "wss:", "tcp:"].includes(url.protocol) || url.hostname === "")
    throw new UsageError(`Cannot use --transport: it is one of ${FORMS}`);
  if (url.username !== "" || url.password !== "")
    throw new UsageError("Cannot use --transport: an address with a password in it can be read by others");
  if (url.protocol !== "wss:" && !isLoopback(url.hostname))
    throw new UsageError("Cannot use --transport: a bridge sees every key; one elsewhere needs wss:");
  if (url.protocol !== "tcp:") return { kind: "websocket", url: url.href };
  const port = Number(url.port);
  if (port === 0) throw new UsageError("Cannot use --transport: tcp needs a port");
  return { kind: "tcp", host: url.hostname.replace(/^\[|\]$/gu, ""), port };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(host);
}
