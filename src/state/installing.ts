/** Whether the page is installed as an app, and the way to get there in this browser. */
import type { Platform, System } from "./platform.ts";
import { type Readable, Store } from "./store.ts";

/** What Chromium hands over when it would install the page (`BeforeInstallPromptEvent`). */
export interface InstallOffer {
  /** Shows the browser's dialog; works once. */
  prompt(): Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

/** Where the browser has it, for browsers that do not offer it by themselves. */
export type InstallWay =
  | "address-bar"
  | "chrome-menu"
  | "edge-menu"
  | "firefox-menu"
  | "add-to-dock"
  | "share-sheet";

export type InstallView =
  /** This window is the app. */
  | { readonly kind: "app" }
  /** It was installed from this tab just now. */
  | { readonly kind: "done" }
  | { readonly kind: "offered"; readonly asking: boolean }
  | { readonly kind: "by-hand"; readonly way: InstallWay }
  | { readonly kind: "impossible"; readonly why: "not-secure" | "browser" };

export interface InstallSurroundings {
  readonly platform: Platform;
  readonly secure: boolean;
  /** The page runs in a window of its own. */
  readonly standalone: boolean;
}

export class Installing {
  readonly view: Store<InstallView>;
  readonly #offer: Store<InstallOffer | null>;
  readonly #rest: InstallView;

  /** `offer` is set when the browser offers it, `installed` when the browser has done it. */
  constructor(
    surroundings: InstallSurroundings,
    offer: Store<InstallOffer | null>,
    installed: Readable<boolean>,
  ) {
    this.#offer = offer;
    this.#rest = withoutOffer(surroundings);
    const now = (): InstallView => {
      if (this.#rest.kind === "app") return this.#rest;
      if (installed.value) return { kind: "done" };
      return offer.value === null ? this.#rest : { kind: "offered", asking: false };
    };
    this.view = new Store(now());
    offer.watch(() => this.view.set(now()));
    installed.watch(() => this.view.set(now()));
  }

  /** Shows the browser's own dialog. An offer works once; where it was refused, the browser's menu is left. */
  async install(): Promise<void> {
    const offer = this.#offer.value;
    if (offer === null || this.view.value.kind !== "offered") return;
    this.view.set({ kind: "offered", asking: true });
    try {
      await offer.prompt();
    } finally {
      this.#offer.set(null);
    }
  }
}

function withoutOffer({ platform, secure, standalone }: InstallSurroundings): InstallView {
  if (standalone) return { kind: "app" };
  if (!secure) return { kind: "impossible", why: "not-secure" };
  const way = wayOf(platform.browser.replace(/ .*/, ""), platform);
  return way === null ? { kind: "impossible", why: "browser" } : { kind: "by-hand", way };
}

const PHONE: ReadonlySet<System> = new Set(["android", "ios"]);

function wayOf(browser: string, { system, chromium }: Platform): InstallWay | null {
  if (system === "ios") return "share-sheet";
  if (browser === "Safari") return system === "macos" ? "add-to-dock" : null;
  if (browser === "Firefox") return system === "android" ? "firefox-menu" : null;
  if (!chromium) return null;
  if (browser === "Edge" || browser === "Microsoft") return "edge-menu";
  return PHONE.has(system) ? "chrome-menu" : "address-bar";
}
