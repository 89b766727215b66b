/** Keys as files of another program. It reveals them, so a person is asked first, and sees what the format leaves out. */
import { writeTar } from "../../formats/archive/tar.ts";
import { exportKeys, type KeyExport } from "../../formats/keys/export.ts";
import { KeyFileError } from "../../formats/keys/problem.ts";
import type { KeyFiles } from "../../formats/keys/input.ts";
import type { WrittenFormat } from "../../formats/keys/record.ts";
import type { App } from "../app.ts";
import { Store } from "../store.ts";
import { keyRecordOf } from "./records.ts";
import type { PageKeys } from "./screen.ts";
import { vaultProblem, type VaultProblem } from "./vault.ts";

export interface ExportChoice {
  readonly format: WrittenFormat;
  /** Our id; null: of every adapter. */
  readonly adapter: string | null;
}

export type KeyExportView =
  | { readonly step: "idle" }
  | { readonly step: "working" }
  | { readonly step: "failed"; readonly problem: VaultProblem }
  /** What was saved, and what the format could not hold. */
  | {
      readonly step: "done";
      readonly format: WrittenFormat;
      readonly file: string;
      readonly written: number;
      readonly skipped: KeyExport["skipped"];
      /** How many bonds lost each of these. */
      readonly lost: ReadonlyMap<string, number>;
    };

export class KeyExportScreen {
  readonly view = new Store<KeyExportView>({ step: "idle" });
  readonly #app: App;
  readonly #page: PageKeys;

  constructor(app: App, page: PageKeys) {
    this.#app = app;
    this.#page = page;
  }

  /** The person has agreed to a file that lets its holder listen and impersonate. */
  async save({ format, adapter }: ExportChoice): Promise<void> {
    this.view.set({ step: "working" });
    try {
      const records = await this.#page.keys.export(adapter === null ? {} : { adapter });
      // The key in use of each bond: what waits beside it is ours to try, not another program's.
      const current = [
        ...Map.groupBy(records, ({ local, peer, adapter: id }) => JSON.stringify([id, local, peer])),
      ]
        .flatMap(([, group]) => group.slice(0, 1))
        .map(keyRecordOf);
      const made = exportKeys(format, current, { aes: await this.#page.aes() });
      const file = this.#save(format, made.files);
      this.view.set({
        step: "done",
        format,
        file,
        written: made.written.length,
        skipped: made.skipped,
        lost: counted(made.written.flatMap(({ lost }) => lost)),
      });
    } catch (error) {
      if (error instanceof KeyFileError)
        this.view.set({ step: "failed", problem: { kind: "refused", detail: error.message } });
      else this.view.set({ step: "failed", problem: vaultProblem(error) });
    }
  }

  close(): void {
    this.view.set({ step: "idle" });
  }

  #save(format: WrittenFormat, files: KeyFiles): string {
    const now = this.#app.ports.surroundings.now();
    const day = new Date(now).toISOString().slice(0, 10);
    const [only, more] = files.entries();
    if (only !== undefined && more === undefined && format !== "bluez") {
      const name = `bondkeeper-${format}-${day}.json`;
      this.#app.page.save(name, "application/json", only[1]);
      return name;
    }
    const name = `bondkeeper-${format}-${day}.tar`;
    this.#app.page.save(name, "application/x-tar", writeTar(files, now / 1000));
    return name;
  }
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
