/**
 * `web+bond:` links, as the system or another page hands them over. Hostile text: a link only shows a screen. It
 * pairs nothing and adds nothing; what an ensure link may ask for is judged by its own screen.
 *
 * Forms: `web+bond:device/ID`, `web+bond:ensure?device=ID&…`, `web+bond:add`. Slashes after the colon do not matter.
 */
import { carriesSecret, type Route } from "./router.ts";

/** Where the browser puts a link into the address, percent-encoded: the address of the manifest's handler. */
export const LINK_ROUTE = "#/link/";

const MAX_LINK = 512;
const MAX_ID = 200;
const NOWHERE: Route = { screen: "not-found", link: "#/link" };

/** The screen that a link asks for. */
export function parseBondLink(link: string): Route {
  if (link.length > MAX_LINK) return NOWHERE;
  if (carriesSecret(link)) return { screen: "refused-link" };
  const rest = /^web\+bond:\/*(.*)$/isu.exec(link)?.[1];
  if (rest === undefined) return NOWHERE;
  const [path = "", query = ""] = rest.split(/[?#]/);
  const [head = "", id, ...more] = path.replace(/\/$/, "").split("/");
  if (more.length > 0) return NOWHERE;
  switch (head.toLowerCase()) {
    case "add":
      return id === undefined ? { screen: "add" } : NOWHERE;
    case "device":
      return device(decode(id ?? ""));
    case "ensure":
      return id === undefined ? { screen: "ensure", link: query } : NOWHERE;
    default:
      return NOWHERE;
  }
}

/** The link in the fragment of an address; null where there is none. */
export function linkInFragment(hash: string): string | null {
  return hash.startsWith(LINK_ROUTE) ? decode(hash.slice(LINK_ROUTE.length)) : null;
}

function device(id: string | null): Route {
  if (id === null || id === "" || id.length > MAX_ID || /\p{Cc}|\p{Cf}/u.test(id)) return NOWHERE;
  return { screen: "device", id, view: "overview" };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
