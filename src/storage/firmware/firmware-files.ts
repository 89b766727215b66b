/** Firmware files by model of dongle, each looked over again before it is given out. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { fitting, isFields } from "../check.ts";
import { Database, type DatabaseEvents } from "../open.ts";
import { StorageError } from "../ports.ts";
import { DATABASE_NAME, upgrades } from "../schema.ts";
import { storable } from "../storable.ts";
import { firmwareRow, type FirmwareRow } from "./firmware-row.ts";

export interface FirmwareFilesOptions {
  readonly events: DatabaseEvents;
  /** `location`; on a shared host every call rejects. */
  readonly location: { readonly hostname: string };
  /** SHA-256. */
  readonly digest: (octets: Bytes) => Promise<Bytes>;
  /** Milliseconds since 1970. */
  now(): number;
  readonly name?: string;
}

export type NewFirmware = Pick<FirmwareRow, "id" | "family" | "name" | "file" | "config">;

/** What a list shows of a file. A damaged one can only be removed or brought anew. */
export interface FirmwareEntry {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly addedAt: string;
  readonly octets: number;
  readonly damaged: boolean;
}

export class FirmwareFiles implements AsyncDisposable {
  readonly #database: Database;
  readonly #options: FirmwareFilesOptions;

  constructor(options: FirmwareFilesOptions) {
    this.#options = options;
    const { events, location, name = DATABASE_NAME } = options;
    this.#database = new Database({ name, upgrades, events, hostname: location.hostname });
  }

  /** Undefined where none was brought. Rejects with StorageError, `unreadable` where its digest is not its own. */
  async get(id: string): Promise<FirmwareRow | undefined> {
    const raw: unknown = await this.#database.read(["firmware"], (tx) => tx.objectStore("firmware").get(id));
    if (raw === undefined) return undefined;
    const row = fitting(firmwareRow, raw);
    if (row === undefined || !(await this.#isWhole(row)))
      throw new StorageError({ kind: "unreadable", detail: `firmware ${id}: damaged` });
    return row;
  }

  async list(): Promise<readonly FirmwareEntry[]> {
    const rows = await this.#database.read<readonly unknown[]>(["firmware"], (tx) =>
      tx.objectStore("firmware").getAll(),
    );
    return Promise.all(rows.map(async (raw) => this.#entry(raw)));
  }

  /** In the place of an earlier one for this model. The caller has looked at the file: what is stored is what is sent. */
  async put(firmware: NewFirmware): Promise<FirmwareRow> {
    const { file, config } = firmware;
    const whole: FirmwareRow = {
      ...firmware,
      v: 1,
      addedAt: new Date(this.#options.now()).toISOString(),
      digest: await this.#digest(file),
      configDigest: config === null ? null : await this.#digest(config),
    };
    const row = storable("firmware file", firmwareRow, whole);
    await this.#database.write(["firmware"], "strict", (tx) => tx.objectStore("firmware").put(row));
    return row;
  }

  async remove(id: string): Promise<void> {
    await this.#database.write(["firmware"], "strict", (tx) => tx.objectStore("firmware").delete(id));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #entry(raw: unknown): Promise<FirmwareEntry> {
    const row = fitting(firmwareRow, raw);
    const id = isFields(raw) ? String(raw["id"]) : "";
    if (row === undefined) return { id, name: "", digest: "", addedAt: "", octets: 0, damaged: true };
    const { name, digest, addedAt, file } = row;
    return { id, name, digest, addedAt, octets: file.length, damaged: !(await this.#isWhole(row)) };
  }

  async #isWhole({ file, config, digest, configDigest }: FirmwareRow): Promise<boolean> {
    if ((await this.#digest(file)) !== digest) return false;
    return (config === null ? null : await this.#digest(config)) === configDigest;
  }

  async #digest(octets: Bytes): Promise<string> {
    return toHex(await this.#options.digest(octets));
  }
}
