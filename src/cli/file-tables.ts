/** The tables of `records.json` in memory: read once, changed one after the other, written whole. */
import { isFields } from "../storage/check.ts";
import { TableFile } from "./table-file.ts";

/** Octets. Ten thousand devices with their tables take about a hundred million. */
const MAX_FILE = 512 * 1024 * 1024;
const TABLES = ["bonds", "gatt", "gattPrevious", "history", "settings", "quarantine"] as const;

export type TableName = (typeof TABLES)[number];
export type Row = Readonly<Record<string, unknown>>;
/** By the key of their row. */
export type Tables = Readonly<Record<TableName, Map<string, Row>>>;

const KEY_FIELDS: Readonly<Record<TableName, string | null>> = {
  bonds: "id",
  gatt: "bondId",
  gattPrevious: "bondId",
  /** In the order in which it happened. */
  history: null,
  settings: null,
  quarantine: "id",
};

export const keyOf =
  (table: TableName) =>
  (row: unknown, index: number): string => {
    const field = KEY_FIELDS[table];
    if (table === "settings") return "settings";
    return field === null || !isFields(row) ? String(index + 1) : String(row[field]);
  };

export interface FileTablesOptions {
  readonly path: string;
  assertOurs(): Promise<void>;
  newId(): string;
}

export class FileTables {
  readonly #file: TableFile<TableName>;
  #tables: Promise<Tables> | undefined;
  /** One change after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: FileTablesOptions) {
    this.#file = new TableFile({
      path: options.path,
      kind: "bondkeeper.records",
      tables: TABLES,
      maxOctets: MAX_FILE,
      assertOurs: () => options.assertOurs(),
      newId: () => options.newId(),
    });
  }

  /** Not to be changed by the caller. Rejects where the file cannot be read; the next call tries again. */
  read(): Promise<Tables> {
    this.#tables ??= this.#load().catch((error: unknown) => {
      this.#tables = undefined;
      throw error;
    });
    return this.#tables;
  }

  /**
   * `work` edits a copy and says whether anything changed; if so the copy is written. Resolves with its answer when the
   * disk has it; where writing fails everything is as before.
   */
  change(work: (next: Tables) => boolean): Promise<boolean> {
    const turn = this.#changed(this.#turn, work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #changed(before: Promise<unknown>, work: (next: Tables) => boolean): Promise<boolean> {
    await before;
    const next = structuredClone(await this.read());
    if (!work(next)) return false;
    try {
      await this.#file.write((table) => [...next[table].values()]);
    } catch (error) {
      // It may have happened all the same: the file says.
      this.#tables = undefined;
      throw error;
    }
    this.#tables = Promise.resolve(next);
    return true;
  }

  async #load(): Promise<Tables> {
    const rows = await this.#file.read();
    const table = (name: TableName): Map<string, Row> => {
      const entries = rows(name).map((row, index): [string, Row] => {
        if (!isFields(row)) throw this.#file.damaged(`${name}: not a row`);
        return [keyOf(name)(row, index), row];
      });
      const byKey = new Map(entries);
      if (byKey.size !== entries.length) throw this.#file.damaged(`${name}: two rows with one id`);
      return byKey;
    };
    return {
      bonds: table("bonds"),
      gatt: table("gatt"),
      gattPrevious: table("gattPrevious"),
      history: table("history"),
      settings: table("settings"),
      quarantine: table("quarantine"),
    };
  }
}
