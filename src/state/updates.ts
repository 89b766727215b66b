/** A newer version of the page: it waits until a person says so and nothing is running that a reload would cut off. */
import type { Page } from "./page.ts";
import { Store } from "./store.ts";

export type UpdateView =
  | { readonly kind: "none" }
  /** It is loaded and waits. `version` is null where it did not say. */
  | { readonly kind: "ready"; readonly version: string | null }
  /** The person agreed, and a procedure runs, here or in another tab. It goes on by itself. */
  | { readonly kind: "held"; readonly version: string | null }
  | { readonly kind: "switching"; readonly version: string | null }
  /** Another tab has switched; this one still runs the old version. */
  | { readonly kind: "elsewhere" };

/** Whether the page opens without a network. */
export type OfflineView =
  | { readonly kind: "preparing" }
  | { readonly kind: "ready" }
  /** `why` is the browser's sentence. */
  | { readonly kind: "failed"; readonly why: string }
  /** `installed-app`: it comes as a signed bundle, which is offline by nature. */
  | { readonly kind: "not-here"; readonly why: "browser" | "development" | "installed-app" };

export interface UpdateEvents {
  /** A newer version waits. */
  onWaiting(version: string | null): void;
  onOffline(view: OfflineView): void;
  /** Another version has taken this page over. */
  onSwitched(): void;
}

/** The browser's service worker as this module needs it. */
export interface UpdatePort {
  start(events: UpdateEvents): Promise<void>;
  /** Asks the server; rejects where it cannot be asked. True when a newer version is loading or waits. */
  look(): Promise<boolean>;
  /** Lets the version that waits take over; `onSwitched` follows. */
  switchOver(): void;
  /** True while a bond procedure runs in any tab. */
  busy(): Promise<boolean>;
}

/** How often it is looked whether the procedure that holds the update back has ended. */
const BUSY_LOOK_MS = 1_000;

export class Updates {
  readonly view = new Store<UpdateView>({ kind: "none" });
  readonly offline = new Store<OfflineView>({ kind: "preparing" });
  /** What the last look by hand found; null before the first. */
  readonly looked = new Store<"looking" | "newest" | "found" | "no-network" | null>(null);
  readonly #port: UpdatePort;
  readonly #page: Pick<Page, "after" | "reload">;
  #asked = false;

  constructor(port: UpdatePort, page: Pick<Page, "after" | "reload">) {
    this.#port = port;
    this.#page = page;
  }

  start(): Promise<void> {
    return this.#port.start({
      onWaiting: (version) => void this.#offer(version),
      onOffline: (view) => this.offline.set(view),
      onSwitched: () => void this.#switched(),
    });
  }

  /** The person's yes. It is carried out as soon as nothing runs. */
  async accept(): Promise<void> {
    const view = this.view.value;
    if (view.kind !== "ready" && view.kind !== "held") return;
    const { version } = view;
    if (await this.#port.busy()) {
      this.view.set({ kind: "held", version });
      this.#page.after(BUSY_LOOK_MS, () => {
        if (this.view.value.kind === "held") void this.accept();
      });
      return;
    }
    this.#asked = true;
    this.view.set({ kind: "switching", version });
    this.#port.switchOver();
  }

  /** Not now: the new version goes on waiting, and comes with the next start. Takes a held yes back, too. */
  later(): void {
    this.view.set({ kind: "none" });
  }

  reload(): void {
    this.#page.reload();
  }

  async look(): Promise<void> {
    this.looked.set("looking");
    try {
      this.looked.set((await this.#port.look()) ? "found" : "newest");
    } catch {
      this.looked.set("no-network");
    }
  }

  /** Nothing moves on the screen while a person may be comparing numbers. */
  async #offer(version: string | null): Promise<void> {
    if (await this.#port.busy()) this.#page.after(BUSY_LOOK_MS, () => void this.#offer(version));
    else if (this.view.value.kind === "none") this.view.set({ kind: "ready", version });
  }

  async #switched(): Promise<void> {
    // A procedure may have begun since; then the person reloads when it has ended.
    if (this.#asked && !(await this.#port.busy())) this.#page.reload();
    else this.view.set({ kind: "elsewhere" });
  }
}
