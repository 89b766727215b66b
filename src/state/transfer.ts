/** The records as a file: saved whole, read back with a preview, and undone. Nothing is stored before a person agrees. */
import type { ImportChoice, ImportPlan } from "../formats/import-plan.ts";
import type { ImportPreview, ImportProblem, ReadEntry } from "../formats/record-import.ts";
import type { BondRecord } from "../storage/records.ts";
import type { StorageFailure } from "../storage/ports.ts";
import type { App } from "./app.ts";
import { storageFailure } from "./bonds.ts";
import { Store } from "./store.ts";

export type { ImportChoice } from "../formats/import-plan.ts";
export type { ComparedField, ImportProblem, ReadEntry, RejectedEntry } from "../formats/record-import.ts";

/** A file as the browser hands it over. */
export interface PickedFile {
  readonly name: string;
  /** Octets. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export type TransferView =
  | { readonly step: "idle" }
  | { readonly step: "working"; readonly what: "export" | "read" | "store" }
  | { readonly step: "refused"; readonly file: string; readonly problem: ImportProblem }
  | { readonly step: "failed"; readonly failure: StorageFailure }
  | {
      readonly step: "preview";
      readonly file: string;
      readonly preview: ImportPreview;
      /** By position in the file; every entry that can be stored has one. */
      readonly choices: ReadonlyMap<number, ImportChoice>;
    };

/** History entries per record that go into the file. */
const HISTORY_EXPORTED = 500;
/** Checked before the file is even read into memory; the reader has the same limit. */
const MAX_FILE_OCTETS = 32 * 2 ** 20;

export class Transfer {
  readonly view = new Store<TransferView>({ step: "idle" });
  readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  async exportAll(): Promise<void> {
    await this.#work("export", async () => {
      const { stores, surroundings, appVersion } = this.app.ports;
      const { printRecords, recordsFileName } = await import("../formats/record-json.ts");
      const records = await stores.bonds.all();
      const entries = [];
      for (const record of records) {
        const table = await stores.gatt.get(record.id);
        const history = await stores.history.of(record.id, HISTORY_EXPORTED);
        entries.push({ record, history, ...(table === undefined ? {} : { table }) });
      }
      const exportedAt = new Date(surroundings.now()).toISOString();
      const text = printRecords(entries, { exportedAt, appVersion });
      this.app.page.save(recordsFileName(exportedAt), "application/json", text);
      await stores.history.append(
        records.map(({ id }) => ({ bondId: id, at: exportedAt, kind: "exported", detail: "" })),
      );
      this.app.notices.done(
        records.length === 1 ? "1 record was exported" : `${records.length} records were exported`,
      );
      this.view.set({ step: "idle" });
    });
  }

  async read(file: PickedFile): Promise<void> {
    await this.#work("read", async () => {
      const { ImportError, readRecords } = await import("../formats/record-import.ts");
      const { suggestedChoice } = await import("../formats/import-plan.ts");
      if (file.size > MAX_FILE_OCTETS) {
        const problem: ImportProblem = { kind: "too-large", octets: file.size, limit: MAX_FILE_OCTETS };
        this.view.set({ step: "refused", file: file.name, problem });
        return;
      }
      try {
        const existing = await this.app.ports.stores.bonds.all();
        const preview = await readRecords(new Uint8Array(await file.arrayBuffer()), { existing });
        const entries = preview.entries.filter((entry) => entry.state !== "rejected");
        const choices = new Map(entries.map((entry) => [entry.index, suggestedChoice(entry)]));
        this.view.set({ step: "preview", file: file.name, preview, choices });
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        this.view.set({ step: "refused", file: file.name, problem: error.problem });
      }
    });
  }

  choose(index: number, choice: ImportChoice): void {
    const view = this.view.value;
    if (view.step === "preview")
      this.view.set({ ...view, choices: new Map(view.choices).set(index, choice) });
  }

  /** The same for every entry that is in this state. */
  chooseAll(state: ReadEntry["state"], choice: ImportChoice): void {
    const view = this.view.value;
    if (view.step !== "preview") return;
    const choices = new Map(view.choices);
    for (const entry of view.preview.entries) if (entry.state === state) choices.set(entry.index, choice);
    this.view.set({ ...view, choices });
  }

  close(): void {
    this.view.set({ step: "idle" });
  }

  /** One transaction: all that was chosen, or nothing. */
  async store(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "preview") return;
    const { preview, choices } = view;
    await this.#work("store", async () => {
      const { planImport } = await import("../formats/import-plan.ts");
      const { stores, surroundings } = this.app.ports;
      const { profileId } = await stores.settings.get();
      const at = new Date(surroundings.now()).toISOString();
      const plan = planImport(preview, ({ index }) => choices.get(index) ?? "skip", { at, profileId });
      await stores.bonds.put(plan.records, plan.history);
      // A cache: what does not fit is discovered again with the next connection.
      for (const table of plan.tables) await stores.gatt.put(table).catch(() => undefined);
      const count = plan.records.length;
      const words = count === 1 ? "1 record was imported" : `${count} records were imported`;
      this.app.notices.done(words, count === 0 ? null : () => void this.#undo(plan));
      this.view.set({ step: "idle" });
    });
  }

  async #undo(plan: ImportPlan): Promise<void> {
    await this.#work("store", async () => {
      const { exceptFor, undoImport } = await import("./undo-import.ts");
      const kept = await undoImport(this.app.ports.stores.bonds, plan);
      this.app.notices.done(`The import was taken back${exceptFor(kept)}`);
      this.view.set({ step: "idle" });
    });
  }

  async #work(what: "export" | "read" | "store", work: () => Promise<void>): Promise<void> {
    if (this.view.value.step === "working") return;
    this.view.set({ step: "working", what });
    try {
      await work();
    } catch (error) {
      this.view.set({ step: "failed", failure: storageFailure(error) });
    }
  }
}

/** What a file's record is called in the preview; may be empty. */
export const entryName = (record: BondRecord): string => record.label ?? record.name;
