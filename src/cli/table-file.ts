/** Tables of rows in one file with a checksum: read whole, replaced whole. What cannot be read is never empty. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { isFields } from "../storage/check.ts";
import { StorageError } from "../storage/ports.ts";
import { codeOf } from "./file-key-store-lock.ts";
import { replaceFile, type WriteStep } from "./file-key-store-write.ts";

export interface TableFileOptions<T extends string> {
  readonly path: string;
  /** Stands in the first line. */
  readonly kind: string;
  readonly tables: readonly T[];
  /** Octets; a longer file is not read. */
  readonly maxOctets: number;
  /** Rejects where another process has taken the directory. */
  assertOurs(): Promise<void>;
  /** Fresh and unique, for the name of a temporary file. */
  newId(): string;
  onStep?(step: WriteStep): void;
}

/** The rows of each table, by its name. */
export type TableRows<T extends string> = (table: T) => readonly unknown[];

export class TableFile<T extends string> {
  readonly #options: TableFileOptions<T>;

  constructor(options: TableFileOptions<T>) {
    this.#options = options;
  }

  /** Rejects with `unreadable` for anything but a file that `write` wrote; no file gives empty tables. */
  async read(): Promise<TableRows<T>> {
    const { path, maxOctets } = this.#options;
    let text: string;
    try {
      const { size } = await stat(path);
      if (size > maxOctets) throw this.damaged(`larger than ${maxOctets} octets`);
      text = await readFile(path, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return () => [];
      throw error instanceof StorageError ? error : this.#failed(error);
    }
    return this.#tablesIn(text);
  }

  /** Owner-only; resolves when the disk has it. */
  async write(rows: TableRows<T>): Promise<void> {
    const { path } = this.#options;
    await this.#options.assertOurs();
    const onStep = (step: WriteStep): void => this.#options.onStep?.(step);
    try {
      await replaceFile(path, this.#textOf(rows), this.#options.newId(), onStep);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  damaged(why: string): StorageError {
    return new StorageError({ kind: "unreadable", detail: `${basename(this.#options.path)}: ${why}` });
  }

  /** A line that says what follows, and its SHA-256; then the rows. */
  #textOf(rows: TableRows<T>): string {
    const body = JSON.stringify(
      Object.fromEntries(this.#options.tables.map((table) => [table, rows(table)])),
    );
    const header = JSON.stringify({ kind: this.#options.kind, v: 1, sha256: sha256(body) });
    return `${header}\n${body}\n`;
  }

  #tablesIn(text: string): TableRows<T> {
    const end = text.indexOf("\n");
    const header = this.#parsed(text.slice(0, Math.max(0, end)));
    if (!isFields(header) || header["kind"] !== this.#options.kind)
      throw this.damaged(`not a file of the kind ${this.#options.kind}`);
    if (header["v"] !== 1) throw this.damaged("written by another version of the program");
    const body = text.slice(end + 1).replace(/\n$/u, "");
    if (header["sha256"] !== sha256(body)) throw this.damaged("cut short or changed");
    const value = this.#parsed(body);
    const tables = new Map(
      this.#options.tables.map((table) => {
        const rows: unknown = isFields(value) ? value[table] : undefined;
        if (!Array.isArray(rows)) throw this.damaged(`${table}: not a list`);
        return [table, rows];
      }),
    );
    return (table) => tables.get(table) ?? [];
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      // The parser's own words quote what it read, which may be a key.
      throw this.damaged("not JSON");
    }
  }

  #failed(error: unknown): StorageError {
    return new StorageError(failureOf(codeOf(error), basename(this.#options.path)), { cause: error });
  }
}

function failureOf(code: string, file: string): StorageError["failure"] {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return { kind: "quota" };
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return { kind: "refused", why: "denied", detail: code };
    default:
      return { kind: "unreadable", detail: `${file}: ${code === "" ? "unknown error" : code}` };
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
