/** Every bond record, kept as the store has it: loaded once, then changed row by row, from this tab and others. */
import { type BondStore, StorageError, type StorageFailure } from "../storage/ports.ts";
import type { BondRecord, Quarantined } from "../storage/records.ts";
import type { Page } from "./page.ts";
import { Store } from "./store.ts";

export type BondsView =
  | { readonly kind: "loading" }
  /** The store cannot be read. This is never an empty list. */
  | { readonly kind: "unreadable"; readonly failure: StorageFailure }
  | {
      readonly kind: "ready";
      readonly records: ReadonlyMap<string, BondRecord>;
      /** Damaged rows, set aside as they were found. */
      readonly quarantined: readonly Quarantined[];
    };

export class Bonds {
  readonly view = new Store<BondsView>({ kind: "loading" });
  readonly #store: BondStore;
  readonly #page: Pick<Page, "schedule">;
  readonly #changed = new Set<string>();
  #scheduled = false;

  constructor(store: BondStore, page: Pick<Page, "schedule">) {
    this.#store = store;
    this.#page = page;
  }

  /** Loads, and follows every change until `signal` is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    this.#store.onChange(({ id }) => this.#note(id), signal);
    await this.load();
  }

  /** Reads everything anew: at the start, and when a person tries again. */
  async load(): Promise<void> {
    try {
      const [all, quarantined] = await Promise.all([this.#store.all(), this.#store.quarantined()]);
      const records = new Map(all.map((record) => [record.id, record]));
      this.view.set({ kind: "ready", records, quarantined });
    } catch (error) {
      this.view.set({ kind: "unreadable", failure: storageFailure(error) });
    }
  }

  async discardQuarantined(id: string): Promise<void> {
    await this.#store.discardQuarantined(id);
    await this.#reread([]);
  }

  #note(id: string): void {
    this.#changed.add(id);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#page.schedule(() => {
      this.#scheduled = false;
      const ids = [...this.#changed];
      this.#changed.clear();
      this.#reread(ids).catch((error: unknown) => {
        this.view.set({ kind: "unreadable", failure: storageFailure(error) });
      });
    });
  }

  async #reread(ids: readonly string[]): Promise<void> {
    const fresh = await Promise.all(ids.map((id) => this.#readOne(id)));
    const damaged = ids.length === 0 || fresh.includes("damaged");
    const quarantined = damaged ? await this.#store.quarantined() : undefined;
    const before = this.view.value;
    if (before.kind !== "ready") return;
    const records = new Map(before.records);
    ids.forEach((id, index) => {
      const record = fresh[index];
      if (record === undefined || record === "damaged") records.delete(id);
      else records.set(id, record);
    });
    this.view.set({ kind: "ready", records, quarantined: quarantined ?? before.quarantined });
  }

  /** One damaged row must not hide the others. */
  async #readOne(id: string): Promise<BondRecord | "damaged" | undefined> {
    try {
      return await this.#store.get(id);
    } catch (error) {
      if (error instanceof StorageError && error.failure.kind === "unreadable") return "damaged";
      throw error;
    }
  }
}

/** Any error as a reason for a person; what is no StorageError keeps its text. */
export function storageFailure(error: unknown): StorageFailure {
  if (error instanceof StorageError) return error.failure;
  return { kind: "unreadable", detail: error instanceof Error ? error.message : String(error) };
}
