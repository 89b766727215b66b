/** Where the person is, as a deep link says it. A link shows things; it never pairs, discards or lowers anything. */
import { Store } from "./store.ts";

export const DEVICE_VIEWS = ["overview", "gatt", "history"] as const;
export type DeviceView = (typeof DEVICE_VIEWS)[number];

/** Screens whose link is their name, and nothing more. */
export const PLAIN_SCREENS = [
  "add",
  "keys",
  "adapter",
  "scan",
  "activity",
  "explain",
  "settings",
  "apps",
  "kiosk",
] as const;
export type PlainScreen = (typeof PLAIN_SCREENS)[number];

export type Route =
  | { readonly screen: "devices" }
  | { readonly screen: "device"; readonly id: string; readonly view: DeviceView }
  | { readonly screen: PlainScreen }
  /** What another page asks for; `link` is looked at by the screen. */
  | { readonly screen: "ensure"; readonly link: string }
  | { readonly screen: "not-found"; readonly link: string }
  /** The link carried a PIN, passkey or out-of-band data. It was refused and taken out of the address bar. */
  | { readonly screen: "refused-link" };

/** Names under which a link might carry a secret, in the query or in the fragment. */
const SECRET = /(?:^|[?&#;/])(?:pin|passkey|passcode|oob|ltk|irk|csrk)=/i;
const MAX_LINK = 512;
/** An ensure link carries an address to return to. What is longer is refused by its screen. */
const MAX_ENSURE = 9_000;
/** `#/ensure?device=…`, and the short form `#device=…` that follows the address of the page. */
const ENSURE = /^#?(?:\/?ensure(?:\?|$)|(?=(?:device|mode|level|return|nonce|client)=))/;
/** Query of the address a kiosk starts at. */
const KIOSK_QUERY = "kiosk";

export function hrefOf(route: Route): string {
  switch (route.screen) {
    case "devices":
      return "#/";
    case "refused-link":
      return "#/refused";
    case "ensure":
      return `#/ensure?${route.link}`;
    case "device": {
      const base = `#/devices/${encodeURIComponent(route.id)}`;
      return route.view === "overview" ? base : `${base}/${route.view}`;
    }
    case "not-found":
      return route.link;
    default:
      return `#/${route.screen}`;
  }
}

/** The route of a fragment ("#/devices/ID/gatt"). Hostile text: bounded, and unknown links say so. */
export function parseRoute(hash: string): Route {
  if (carriesSecret(hash)) return { screen: "refused-link" };
  const ensure = ENSURE.exec(hash);
  if (ensure !== null) return { screen: "ensure", link: hash.slice(ensure[0].length, MAX_ENSURE) };
  const link = hash.slice(0, MAX_LINK);
  const notFound: Route = { screen: "not-found", link };
  if (hash.length > MAX_LINK) return notFound;
  const [head = "", id, view = "overview", ...rest] = link
    .replace(/^#?\/?/, "")
    .replace(/\/$/, "")
    .split("/");
  if (head === "devices" && id !== undefined && rest.length === 0) {
    const plain = decode(id);
    const known = DEVICE_VIEWS.find((name) => name === view);
    return plain === undefined || plain === "" || known === undefined
      ? notFound
      : { screen: "device", id: plain, view: known };
  }
  if (id !== undefined) return notFound;
  if (head === "" || head === "devices") return { screen: "devices" };
  if (head === "refused") return { screen: "refused-link" };
  const plain = PLAIN_SCREENS.find((name) => name === head);
  return plain === undefined ? notFound : { screen: plain };
}

/** True where a query or fragment names a secret, whatever its value. */
export function carriesSecret(link: string): boolean {
  return SECRET.test(link) || SECRET.test(decode(link) ?? "");
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What the router needs of the browser's address bar. */
export interface AddressBar {
  /** "?query" and "#fragment" as they stand now. */
  read(): { readonly search: string; readonly hash: string };
  push(href: string): void;
  /** Without a new entry in the history. */
  replace(href: string): void;
  /** As `replace`, and takes the query away with it. */
  scrub(href: string): void;
  onChange(listener: () => void): void;
}

export class Router {
  readonly route: Store<Route>;
  readonly #bar: AddressBar;

  constructor(bar: AddressBar) {
    this.#bar = bar;
    this.route = new Store(this.#read());
    bar.onChange(() => this.route.set(this.#read()));
  }

  go(route: Route): void {
    this.#bar.push(hrefOf(route));
    this.route.set(route);
  }

  /** As `go`, but Back does not return here. */
  replace(route: Route): void {
    this.#bar.replace(hrefOf(route));
    this.route.set(route);
  }

  #read(): Route {
    const { search, hash } = this.#bar.read();
    if (carriesSecret(search) || carriesSecret(hash)) {
      // At once, before anything else can read or keep the address.
      this.#bar.scrub("#/refused");
      return { screen: "refused-link" };
    }
    if (/^#?$/.test(hash) && new URLSearchParams(search).has(KIOSK_QUERY)) return { screen: "kiosk" };
    return parseRoute(hash);
  }
}
