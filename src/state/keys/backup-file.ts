/**
 * One file that a backup is kept in: written again by itself after every change, as a whole, read back each time, and
 * never over something that is not ours or with less than it may still be needed for.
 */
import { askPermission, type FileHandle, permissionOf } from "../../storage/backup/file-handle.ts";
import type { BackupFileStore, KeptBackup, Written } from "../../storage/backup/store.ts";
import { LEAST_PASSPHRASE } from "../../storage/vault/wraps.ts";
import { Store } from "../store.ts";
import { OLD_MS } from "./backup-contents.ts";
import { BackupWriter, type BackupWriterPorts } from "./backup-writer.ts";
import { fileProblem, type FileProblem } from "./file-problem.ts";
import { vaultProblem, type VaultProblem } from "./vault.ts";

export type FileStanding =
  | { readonly kind: "current" }
  /** A change was heard: it is written in a moment. */
  | { readonly kind: "soon" }
  | { readonly kind: "writing" }
  /** `denied`: the browser asks no more. `behind`: there is something to be written. */
  | { readonly kind: "permission"; readonly denied: boolean; readonly behind: boolean }
  /** Written when the vault is opened. */
  | { readonly kind: "locked" }
  /** Not written by itself, since the file may be what is needed: a person decides. */
  | { readonly kind: "held"; readonly why: "no-bonds" | "damaged" | "changed-elsewhere" }
  | { readonly kind: "failed"; readonly problem: FileProblem };

export type BackupFileView =
  | { readonly kind: "loading" }
  /** This browser cannot write into files by itself. */
  | { readonly kind: "unavailable" }
  /** `left`: the file that was kept until now, and stays. */
  | { readonly kind: "off"; readonly left: string | null }
  | { readonly kind: "unreadable"; readonly problem: VaultProblem }
  | {
      readonly kind: "kept";
      readonly name: string;
      readonly written: Written;
      readonly standing: FileStanding;
    };

/** How the last choice of a file or a passphrase goes. Never holds a passphrase. */
export type SetUpView =
  | { readonly kind: "idle" }
  | { readonly kind: "choosing" }
  | { readonly kind: "writing" }
  /** What was kept before is still kept. */
  | { readonly kind: "failed"; readonly problem: FileProblem };

/** What lets a person choose a file. Rejects with a DOMException. */
export interface FilePicker {
  /** To be called on a person's act. Null where the person chose none. */
  pick(suggestedName: string): Promise<FileHandle | null>;
}

export interface BackupFilePorts extends BackupWriterPorts {
  readonly store: BackupFileStore;
  /** Null where the browser has no such thing. */
  readonly picker: FilePicker | null;
}

/** Changes come in groups: one write for all of them. */
const GATHER_MS = 3_000;
/** Somebody else is at the file. */
const AGAIN_MS = 30_000;
const LOCK = "backup-file";
const SUGGESTED_NAME = "bondkeeper-backup.json";
/** `now`: a person wants it written, whatever is in the file. */
type Order = "by-itself" | "now";

export class BackupFile {
  readonly view = new Store<BackupFileView>({ kind: "loading" });
  readonly setUp = new Store<SetUpView>({ kind: "idle" });
  /** Characters of a passphrase. */
  readonly leastPassphrase = LEAST_PASSPHRASE;
  readonly #ports: BackupFilePorts;
  readonly #writer: BackupWriter;
  #kept: KeptBackup | null = null;
  #unschedule: (() => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #told = "";

  constructor(ports: BackupFilePorts) {
    this.#ports = ports;
    this.#writer = new BackupWriter(ports);
  }

  /** Listens until `signal` fires, and catches up with what changed while nobody did. */
  async start(signal: AbortSignal): Promise<void> {
    const { app, page, picker } = this.#ports;
    if (picker === null) {
      this.view.set({ kind: "unavailable" });
      return;
    }
    const changed = () => this.#schedule(GATHER_MS);
    page.keys.onChange(changed, signal);
    app.ports.stores.bonds.onChange(changed, signal);
    // Also what came in silence: an import, a restore, an identity. And a vault that opens.
    const stop = page.vaultTurns.watch(changed);
    signal.addEventListener("abort", () => {
      stop();
      this.#unschedule?.();
    });
    await this.#run("by-itself");
  }

  /**
   * From now on this file, with this passphrase; what is kept until now stays so until the new one is written and was
   * read back. `this-file`: the one that is kept. False where nothing changed; `setUp` says why.
   */
  async keep(passphrase: string, where: "this-file" | "another-file"): Promise<boolean> {
    const { kind } = this.setUp.value;
    if (kind === "choosing" || kind === "writing") return false;
    this.setUp.set({ kind: "choosing" });
    try {
      await this.#refuseLocked();
      // Before the passphrase is worked on, which takes longer than a click counts.
      const handle = where === "this-file" ? await this.#allowed() : await this.#picked();
      if (handle === null) {
        this.setUp.set({ kind: "idle" });
        return false;
      }
      this.setUp.set({ kind: "writing" });
      if ((await this.#inTurn(() => this.#begin(handle, passphrase))) === "held-elsewhere")
        throw new DOMException("", "NoModificationAllowedError");
      this.setUp.set({ kind: "idle" });
      return true;
    } catch (error) {
      this.setUp.set({ kind: "failed", problem: fileProblem(error) });
      return false;
    }
  }

  /** On a person's act: the browser asks. */
  async allow(): Promise<void> {
    await this.#allowed().catch(() => null);
    await this.#run("by-itself");
  }

  /** Replaces what is in the file, whatever it is. */
  async writeNow(): Promise<void> {
    // The click may ask for what is missing; where it may not, the write says so.
    await this.#allowed().catch(() => null);
    await this.#run("now");
  }

  /** Forgets the file, and the key of it. What is in it stays. */
  async stop(): Promise<void> {
    this.#unschedule?.();
    this.#unschedule = undefined;
    const left = this.#kept?.handle.name ?? null;
    try {
      await this.#ports.store.erase();
      this.#kept = null;
      this.setUp.set({ kind: "idle" });
      this.view.set(this.#ports.picker === null ? { kind: "unavailable" } : { kind: "off", left });
    } catch (error) {
      this.view.set({ kind: "unreadable", problem: vaultProblem(error) });
    }
  }

  #schedule(ms: number): void {
    if (this.#kept === null || this.#unschedule !== undefined) return;
    if (this.#standing()?.kind === "current") this.#show(this.#kept, { kind: "soon" });
    this.#unschedule = this.#ports.app.page.after(ms, () => {
      this.#unschedule = undefined;
      void this.#run("by-itself");
    });
  }

  #standing(): FileStanding | null {
    const { value } = this.view;
    return value.kind === "kept" ? value.standing : null;
  }

  async #run(order: Order): Promise<void> {
    if ((await this.#inTurn(() => this.#write(order))) === "held-elsewhere") this.#schedule(GATHER_MS);
  }

  /** One after the other in this tab, and one tab at a time. */
  #inTurn(work: () => Promise<void>): Promise<"done" | "held-elsewhere"> {
    const { locks } = this.#ports.app.ports;
    const turn = this.#turn.then(async () => (await locks.exclusive(LOCK, work)).kind);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #write(order: Order): Promise<void> {
    const { store } = this.#ports;
    let kept: KeptBackup | undefined;
    try {
      kept = await store.get();
    } catch (error) {
      this.view.set({ kind: "unreadable", problem: vaultProblem(error) });
      return;
    }
    // Another tab may have stopped it.
    if (kept === undefined) {
      const left = this.#kept?.handle.name ?? null;
      this.#kept = null;
      if (this.view.value.kind !== "off") this.view.set({ kind: "off", left });
      return;
    }
    this.#kept = kept;
    try {
      const standing = await this.#look(kept, order);
      if (standing !== null) {
        this.#show(kept, standing);
        return;
      }
      const key = await this.#writer.keyOf(kept);
      this.#show(kept, { kind: "writing" });
      const gathered = await this.#writer.gather();
      // Judged by what would be written: keys may be erased at any moment.
      if (order === "by-itself" && kept.written.bonds > 0 && gathered.contents.bonds.length === 0) {
        this.#show(kept, { kind: "held", why: "no-bonds" });
        return;
      }
      const written = await this.#writer.write(kept.handle, key, gathered);
      await this.#note({ ...kept, written }, "kept");
    } catch (error) {
      const problem = fileProblem(error);
      const isLocked = problem.kind === "vault" && problem.problem.kind === "locked";
      this.#show(kept, isLocked ? { kind: "locked" } : { kind: "failed", problem });
      if (problem.kind === "busy") this.#schedule(AGAIN_MS);
    }
  }

  /** Null: to be written now. */
  async #look(kept: KeptBackup, order: Order): Promise<FileStanding | null> {
    const { surroundings, stores } = this.#ports.app.ports;
    const behind = (await this.#writer.state()) !== kept.written.state;
    const permission = await permissionOf(kept.handle);
    if (permission !== "granted") return { kind: "permission", denied: permission === "denied", behind };
    if (order === "now") return null;
    const there = await this.#writer.whatIsThere(kept);
    if (there === "foreign") return { kind: "held", why: "changed-elsewhere" };
    const old = surroundings.now() - Date.parse(kept.written.at) > OLD_MS;
    if (there === "as-left" && !behind && !old) return { kind: "current" };
    const damaged = await stores.bonds.quarantined();
    return damaged.some(({ at }) => at > kept.written.at) ? { kind: "held", why: "damaged" } : null;
  }

  async #begin(handle: FileHandle, passphrase: string): Promise<void> {
    const { key, use } = await this.#writer.keyFor(passphrase);
    const written = await this.#writer.write(handle, use, await this.#writer.gather());
    await this.#note({ v: 1, handle, salt: use.salt, rounds: use.rounds, key, written }, "new");
  }

  async #note(kept: KeptBackup, as: "new" | "kept"): Promise<void> {
    const { app, store } = this.#ports;
    // Where a person stopped it meanwhile, the file is written and not kept.
    if (!(await store.put(kept, as))) return;
    await app.ports.stores.settings.update({ lastBackupAt: kept.written.at });
    this.#kept = kept;
    this.#show(kept, { kind: "current" });
  }

  /** Says so before anything is chosen; an absent one is made by the first seal. */
  async #refuseLocked(): Promise<void> {
    const { vault } = this.#ports.page.keys;
    if ((await vault.state()).kind !== "absent") await vault.name();
  }

  #picked(): Promise<FileHandle | null> {
    return this.#ports.picker?.pick(SUGGESTED_NAME) ?? Promise.resolve(null);
  }

  /** The kept file, with what a person allows. Null where none is kept. Rejects where it is not allowed. */
  async #allowed(): Promise<FileHandle | null> {
    const handle = this.#kept?.handle ?? null;
    if (handle !== null && (await askPermission(handle)) !== "granted")
      throw new DOMException("", "NotAllowedError");
    return handle;
  }

  #show(kept: KeptBackup, standing: FileStanding): void {
    this.view.set({ kind: "kept", name: kept.handle.name, written: kept.written, standing });
    const needed = needsPerson(standing);
    if (needed !== "" && needed !== this.#told)
      this.#ports.app.notices.problem(`The backup file “${kept.handle.name}” was not written. See Keys`);
    if (standing.kind !== "writing" && standing.kind !== "soon") this.#told = needed;
  }
}

/** Empty where it goes on by itself; else one word for each reason. */
function needsPerson(standing: FileStanding): string {
  switch (standing.kind) {
    case "permission":
      return standing.behind ? "permission" : "";
    case "held":
      return standing.why;
    case "failed":
      return standing.problem.kind;
    default:
      return "";
  }
}
