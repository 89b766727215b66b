/**
 * Whom a page may let be its adapter over a WebSocket. A bridge sees every key at each encryption: this machine, where the
 * page itself came from, or an origin that whoever built the page wrote down exactly.
 */

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

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** `page`: the address of the page. `builtIn`: origins as `parseBridges` gives them. */
export function bridgeTrust(text: string, page: string, builtIn: readonly string[]): BridgeTrust {
  const url = URL.parse(text.trim());
  if (url === null || !isSocket(url) || url.username !== "" || url.password !== "" || url.hash !== "")
    return { kind: "refused", why: "not-a-bridge" };
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
