/**
 * What costs time when it is lost, and nothing else: attribute tables of bonded devices, and waiting times after failed
 * pairings. A file beside the records, so that damage to it harms none of them; one that cannot be read is begun anew.
 */
import { join } from "node:path";
import { isFields } from "../storage/check.ts";
import type { AttributeRow, AttributeRows } from "../storage/keys/attribute-tables.ts";
import type { WaitRow, WaitRows } from "../storage/keys/waits.ts";
import { StorageError } from "../storage/ports.ts";
import { TableFile } from "./table-file.ts";

export const CACHE_FILE = "cache.json";
/** Octets. A table has some ten thousand. */
const MAX_FILE = 256 * 1024 * 1024;

export interface FileCacheOptions {
  readonly directory: string;
  /** Of the directory, as `openFileKeys` took it. */
  readonly lock: { assertOurs(): Promise<void> };
  /** What is read counts, and nothing is written. */
  readonly readOnly: boolean;
  newId(): string;
}

interface Tables {
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly waits: readonly unknown[];
}

export class FileCache {
  readonly attributes: AttributeRows;
  readonly waits: WaitRows;
  readonly #file: TableFile<keyof Tables>;
  readonly #readOnly: boolean;
  #tables: Promise<Tables> | undefined;
  /** One write after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: FileCacheOptions) {
    const { directory, lock, readOnly } = options;
    this.#readOnly = readOnly;
    this.#file = new TableFile({
      path: join(directory, CACHE_FILE),
      kind: "bondkeeper.cache",
      tables: ["attributes", "waits"],
      maxOctets: MAX_FILE,
      assertOurs: () => lock.assertOurs(),
      newId: () => options.newId(),
    });
    this.attributes = {
      get: async (id) => (await this.#read()).attributes.get(id),
      put: (row: AttributeRow) =>
        this.#change(({ attributes, waits }) => ({
          attributes: new Map(attributes).set(row.id, row),
          waits,
        })),
      delete: (id) => this.#withoutTables((one) => one === id),
    };
    this.waits = {
      read: async () => (await this.#read()).waits,
      write: (rows: readonly WaitRow[]) => this.#change(({ attributes }) => ({ attributes, waits: rows })),
    };
  }

  /** Under every identity of ours. `peer` is its address id, such as `static-c63b117e4d02`. */
  forget(peer: string): Promise<void> {
    return this.#withoutTables((id) => id.endsWith(`.${peer}`));
  }

  #withoutTables(goes: (id: string) => boolean): Promise<void> {
    return this.#change(({ attributes, waits }) => {
      const stays = new Map([...attributes].filter(([id]) => !goes(id)));
      return stays.size === attributes.size ? undefined : { attributes: stays, waits };
    });
  }

  #change(work: (tables: Tables) => Tables | undefined): Promise<void> {
    const turn = this.#turn.then(async () => {
      const changed = this.#readOnly ? undefined : work(await this.#read());
      if (changed === undefined) return;
      this.#tables = Promise.resolve(changed);
      await this.#file.write((table) => [...changed[table].values()]);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #read(): Promise<Tables> {
    this.#tables ??= this.#load();
    return this.#tables;
  }

  async #load(): Promise<Tables> {
    try {
      const rows = await this.#file.read();
      const attributes = rows("attributes").flatMap((row): [string, unknown][] =>
        isFields(row) ? [[String(row["id"]), row]] : [],
      );
      return { attributes: new Map(attributes), waits: rows("waits") };
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { attributes: new Map(), waits: [] };
    }
  }
}
