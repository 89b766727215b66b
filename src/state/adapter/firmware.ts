/** Firmware files as a person handles them: which there are, bring one, take it away again. */
import type { Bytes } from "../../../hci/ports.ts";
import type { KnownDongle } from "../../link/hci/grader/dongles.ts";
import type { Grade } from "../../link/hci/grader/grade.ts";
import type { FirmwareEntry } from "../../storage/firmware/firmware-files.ts";
import type { App } from "../app.ts";
import { type Readable, Store } from "../store.ts";

/** Why a file was not taken. Nothing of it was sent to the dongle or stored. */
export type FirmwareProblem =
  | "unknown-file"
  | "damaged"
  | "too-large"
  | "wrong-chip"
  | "not-stored"
  | "unreadable";

export interface BroughtFirmware {
  readonly id: string;
  readonly family: NonNullable<KnownDongle["firmware"]>["family"];
  readonly name: string;
  readonly file: Bytes;
  readonly config: Bytes | null;
}

/** What checks and keeps the files; `app/firmware.ts` gives the real one. */
export interface FirmwareDesk {
  list(): Promise<readonly FirmwareEntry[]>;
  /** Null: it was stored. Never rejects. */
  add(firmware: BroughtFirmware): Promise<FirmwareProblem | null>;
  /** What was there, to bring it back; undefined where it could not be read. */
  remove(id: string): Promise<BroughtFirmware | undefined>;
  /** While a dongle gets its file. */
  readonly progress: Readable<{ readonly sent: number; readonly of: number } | null>;
}

/** A file that a person picked. */
export interface PickedFile {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface FirmwareView {
  readonly entries: readonly FirmwareEntry[];
  readonly problem: FirmwareProblem | null;
  readonly busy: boolean;
}

/** Far above any firmware: it is not even read then. */
const MAX_PICKED = 4 * 1024 * 1024;

export class FirmwarePanel {
  readonly view = new Store<FirmwareView>({ entries: [], problem: null, busy: false });
  readonly progress: FirmwareDesk["progress"];
  readonly #desk: FirmwareDesk;
  readonly #app: Pick<App, "notices">;
  readonly #retry: () => Promise<void>;

  /** `retry` brings the dongle up, once it has its file. */
  constructor(desk: FirmwareDesk, app: Pick<App, "notices">, retry: () => Promise<void>) {
    this.#desk = desk;
    this.#app = app;
    this.#retry = retry;
    this.progress = desk.progress;
  }

  async look(): Promise<void> {
    try {
      const entries = await this.#desk.list();
      this.view.update((view) => ({ ...view, entries }));
    } catch {
      this.#app.notices.problem("The firmware files could not be read");
    }
  }

  /** For the dongle of this grade, which takes a file. */
  async bring({ ids, firmware }: Grade, picked: PickedFile, config: PickedFile | null): Promise<void> {
    if (firmware === null || this.view.value.busy) return;
    this.view.update((view) => ({ ...view, problem: null, busy: true }));
    const problem = await this.#added(ids, firmware.family, picked, config);
    this.view.update((view) => ({ ...view, problem, busy: false }));
    await this.look();
    if (problem !== null) return;
    this.#app.notices.done("The firmware file was added");
    await this.#retry();
  }

  async remove(id: string): Promise<void> {
    try {
      const was = await this.#desk.remove(id);
      const undo = was === undefined ? null : (): void => void this.#restore(was);
      this.#app.notices.done("The firmware file was removed", undo);
    } catch {
      this.#app.notices.problem("The firmware file was not removed");
    }
    await this.look();
  }

  async #restore(was: BroughtFirmware): Promise<void> {
    if ((await this.#desk.add(was)) !== null)
      this.#app.notices.problem("The firmware file was not brought back");
    await this.look();
  }

  async #added(
    id: string,
    family: BroughtFirmware["family"],
    picked: PickedFile,
    config: PickedFile | null,
  ): Promise<FirmwareProblem | null> {
    if (picked.size > MAX_PICKED || (config?.size ?? 0) > MAX_PICKED) return "too-large";
    try {
      const file = new Uint8Array(await picked.arrayBuffer());
      const settings = config === null ? null : new Uint8Array(await config.arrayBuffer());
      return await this.#desk.add({ id, family, name: picked.name.slice(0, 200), file, config: settings });
    } catch {
      return "unreadable";
    }
  }
}
