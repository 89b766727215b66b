/**
 * Whom a page may let be its adapter over a WebSocket. A bridge sees every key at each encryption: this machine, where the
 * page itself came from, or an origin that whoever built the page wrote down exactly.
 */
import type { Readable } from "./store.ts";

export type BridgeTrust =
  | {
      readonly kind: "this-machine" | "same-origin" | "built-in";
      /** The address to connect to. */
      readonly address: string;
      /** False: others on the way can read along. On this machine there is no way. */
      readonly encrypted: boolean;
    }
  | {
      readonly kind: "refused";
      /** `in-clear`: an origin elsewhere without TLS. `elsewhere`: nobody said that it may be used. */
      readonly why: "not-a-bridge" | "in-clear" | "elsewhere";
    };

/** The bridge of this page as a person handles it; `app/bridge-way.ts` gives the real one. */
export interface BridgeDesk {
  /** What is used now. `from`: a link that was followed, what was used here last, or where a bridge usually is. */
  readonly view: Readable<BridgeView>;
  /** What an address would be; nothing is connected or remembered. */
  judge(text: string): BridgeTrust;
  /** Uses and remembers an address that is not refused. Never rejects: the standing says how it ended. */
  use(text: string): Promise<void>;
  /** Origins elsewhere that whoever built the page allowed. */
  readonly allowed: readonly string[];
}

export interface BridgeView {
  /** As it was given, for the field. */
  readonly text: string;
  readonly trust: BridgeTrust;
  readonly from: "link" | "remembered" | "default";
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost"]);

/** `page`: the address of the page. `builtIn`: origins as `parseBridges` gives them. */
export function bridgeTrust(text: string, page: string, builtIn: readonly string[]): BridgeTrust {
  const url = URL.parse(text.trim());
  if (url === null || !isSocket(url) || url.username !== "" || url.password !== "" || url.hash !== "")
    return { kind: "refused", why: "not-a-bridge" };
  // No policy of a page can name an IPv6 address. The name stands for both loopback addresses.
  if (url.hostname === "[::1]") url.hostname = "localhost";
  const encrypted = url.protocol === "wss:";
  if (LOOPBACK.has(url.hostname)) return { kind: "this-machine", address: url.href, encrypted };
  const own = URL.parse(page);
  const isOwn = own !== null && own.host === url.host;
  if (!isOwn && !builtIn.includes(url.origin)) return { kind: "refused", why: "elsewhere" };
  if (!encrypted && (!isOwn || own.protocol === "https:")) return { kind: "refused", why: "in-clear" };
  return { kind: isOwn ? "same-origin" : "built-in", address: url.href, encrypted };
}

/** Nothing that means more than itself in a policy. */
const EXACT = /^wss:\/\/[a-z0-9.-]+(?::\d+)?$/u;

/** The build setting `BONDKEEPER_BRIDGES`: origins with spaces between. Throws where one is not exact. */
export function parseBridges(setting: string): readonly string[] {
  return setting
    .split(/\s+/u)
    .filter((origin) => origin !== "")
    .map((origin) => {
      const url = URL.parse(origin);
      if (url === null || url.origin !== origin || !EXACT.test(origin))
        throw new Error(`Cannot build: ${JSON.stringify(origin)} is not an origin as wss://name:port`);
      return origin;
    });
}

const isSocket = ({ protocol }: URL): boolean => protocol === "ws:" || protocol === "wss:";
