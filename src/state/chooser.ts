/** The browser's device chooser: one at a time, and a hint where it shows nothing, since it may stay open for ever. */
import type { Backend, ChooseRequest, Peer } from "../link/backend.ts";
import type { Page } from "./page.ts";
import { Store } from "./store.ts";

export type ChooserView =
  | { readonly kind: "closed" }
  /** `hint`: nothing has happened for a while. The radio may be off, or no device may fit. */
  | { readonly kind: "open"; readonly hint: boolean };

export const CHOOSER_HINT_MS = 5_000;

export class Chooser {
  readonly view = new Store<ChooserView>({ kind: "closed" });
  readonly #backend: Pick<Backend, "choose">;
  readonly #page: Pick<Page, "after">;

  constructor(backend: Pick<Backend, "choose">, page: Pick<Page, "after">) {
    this.#backend = backend;
    this.#page = page;
  }

  get open(): boolean {
    return this.view.value.kind === "open";
  }

  /**
   * Must be called straight from a click. Undefined, at once, while another chooser is open: a second one would close
   * the first. Rejects with a DeviceError.
   */
  async choose(request: ChooseRequest, signal: AbortSignal): Promise<Peer | undefined> {
    if (this.open) return undefined;
    this.view.set({ kind: "open", hint: false });
    const stop = this.#page.after(CHOOSER_HINT_MS, () => this.view.set({ kind: "open", hint: true }));
    try {
      return await this.#backend.choose(request, signal);
    } finally {
      stop();
      this.view.set({ kind: "closed" });
    }
  }
}
