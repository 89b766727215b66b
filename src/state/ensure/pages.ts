/** The pages that a person allowed something, to be looked at and taken back. */
import { printPublicKey } from "../../sdk/signed-result.ts";
import type { StorageFailure } from "../../storage/ports.ts";
import type { AppRow } from "../../storage/apps/rows.ts";
import type { AppStore } from "../../storage/apps/store.ts";
import type { App } from "../app.ts";
import { storageFailure } from "../bonds.ts";
import { Store } from "../store.ts";

export type AllowedView =
  | { readonly kind: "loading" }
  | { readonly kind: "unreadable"; readonly failure: StorageFailure }
  /** `publicKey`: what verifies the results of this installation. */
  | { readonly kind: "ready"; readonly pages: readonly AppRow[]; readonly publicKey: string };

export class AllowedPages {
  readonly view = new Store<AllowedView>({ kind: "loading" });
  readonly app: App;
  readonly #apps: AppStore;

  constructor(app: App, apps: AppStore) {
    this.app = app;
    this.#apps = apps;
  }

  async load(): Promise<void> {
    try {
      const [pages, { publicKey }] = await Promise.all([this.#apps.all(), this.#apps.signingKey()]);
      this.view.set({ kind: "ready", pages, publicKey: await printPublicKey(publicKey) });
    } catch (error) {
      this.view.set({ kind: "unreadable", failure: storageFailure(error) });
    }
  }

  /** Takes back all that the page was allowed; with undo. */
  async remove(page: AppRow): Promise<void> {
    await this.#change(() => this.#apps.remove(page.id));
    this.app.notices.done(
      `${page.id} may ask no longer`,
      () => void this.#change(() => this.#apps.change(page.id, () => page)),
    );
  }

  async removeReturn(page: AppRow, address: string): Promise<void> {
    const without = (row: AppRow = page): AppRow => ({
      ...row,
      returns: row.returns.filter((known) => known !== address),
    });
    await this.#change(() => this.#apps.change(page.id, without));
  }

  async #change(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.app.notices.problem(`Nothing was changed: the storage answered "${storageFailure(error).kind}"`);
    }
    await this.load();
  }
}
