/** One encrypted file with everything: written with a passphrase, restored elsewhere after a look at what is in it. */
import {
  type BackupLimits,
  BACKUP_ROUNDS,
  makeBackupKey,
  readBackup,
  writeBackup,
} from "../../formats/backup/backup.ts";
import type { BackupContents } from "../../formats/backup/contents.ts";
import { BackupError, type BackupProblem } from "../../formats/backup/problem.ts";
import { planImport, suggestedChoice } from "../../formats/import-plan.ts";
import { readRecords } from "../../formats/record-import.ts";
import type { BondRecord } from "../../storage/records.ts";
import type { BondListing } from "../../storage/keys/listing.ts";
import type { Restored } from "../../storage/keys/restore.ts";
import { LEAST_PASSPHRASE } from "../../storage/vault/wraps.ts";
import type { App } from "../app.ts";
import { exceptFor, undoImport } from "../undo-import.ts";
import { Store } from "../store.ts";
import type { PickedFile } from "../transfer.ts";
import { backupContents, OLD_MS } from "./backup-contents.ts";
import { restoreAdapters } from "./backup-identities.ts";
import { type BackupSettings, settingsOffered, takeSettings } from "./backup-settings.ts";
import type { PageKeys } from "./screen.ts";
import { vaultProblem, type VaultProblem } from "./vault.ts";

export type BackupView =
  | { readonly step: "idle" }
  | { readonly step: "working"; readonly what: "write" | "open" | "restore" }
  /** A file was picked; its passphrase is asked for. */
  | { readonly step: "closed"; readonly name: string; readonly problem: BackupProblem | null }
  | { readonly step: "refused"; readonly name: string; readonly problem: BackupProblem }
  | { readonly step: "failed"; readonly problem: VaultProblem }
  | {
      readonly step: "preview";
      readonly name: string;
      readonly createdAt: string;
      readonly contents: BackupContents;
      /** Records of devices in it. */
      readonly records: number;
      /** What it would change of the settings here; null: nothing. */
      readonly settings: BackupSettings | null;
    };

/** Whether there is a backup that is worth something; null while that is not known. */
export type BackupAge =
  | { readonly kind: "none" }
  | { readonly kind: "old"; readonly at: string }
  | { readonly kind: "good"; readonly at: string };

export interface BackupOptions {
  /** For tests, which have no time to be slow. */
  readonly rounds?: BackupLimits;
  /** Settings were changed: who shows them looks again. */
  readonly onSettings?: () => void;
}

export class BackupScreen {
  readonly view = new Store<BackupView>({ step: "idle" });
  readonly age = new Store<BackupAge | null>(null);
  /** Characters of a passphrase. */
  readonly leastPassphrase = LEAST_PASSPHRASE;
  readonly #app: App;
  readonly #page: PageKeys;
  readonly #rounds: BackupLimits | undefined;
  readonly #onSettings: () => void;
  #file: Uint8Array<ArrayBuffer> | undefined;

  constructor(app: App, page: PageKeys, { rounds, onSettings = () => {} }: BackupOptions = {}) {
    this.#app = app;
    this.#page = page;
    this.#rounds = rounds;
    this.#onSettings = onSettings;
  }

  /** Whether a reminder is due: there are bonds, and no backup has them. */
  async look(bonds: readonly BondListing[]): Promise<void> {
    const settings = await this.#app.ports.stores.settings.get().catch(() => null);
    if (settings === null) return;
    const { lastBackupAt: at } = settings;
    const living = bonds.filter(({ state }) => state !== "erased");
    if (at === undefined) this.age.set(living.length === 0 ? null : { kind: "none" });
    else {
      const newer = living.some(({ createdAt }) => createdAt !== null && createdAt > at);
      const old = newer || this.#app.ports.surroundings.now() - Date.parse(at) > OLD_MS;
      this.age.set({ kind: old ? "old" : "good", at });
    }
  }

  /** False where it was not written; the view says why. */
  async write(passphrase: string): Promise<boolean> {
    this.view.set({ step: "working", what: "write" });
    try {
      const { surroundings, stores, appVersion } = this.#app.ports;
      const { crypto } = this.#page;
      const createdAt = new Date(surroundings.now()).toISOString();
      const contents = await backupContents(this.#app.ports, this.#page);
      const key = await makeBackupKey(passphrase, crypto, this.#rounds?.least ?? BACKUP_ROUNDS);
      const text = await writeBackup(contents, { createdAt, appVersion }, key, crypto);
      this.#app.page.save(`bondkeeper-backup-${createdAt.slice(0, 10)}.json`, "application/json", text);
      await stores.settings.update({ lastBackupAt: createdAt });
      await this.look(await this.#page.keys.list());
      this.#app.notices.done(
        "The backup was written. Try it out on another profile while you remember the passphrase",
      );
      this.view.set({ step: "idle" });
      return true;
    } catch (error) {
      this.view.set({ step: "failed", problem: vaultProblem(error) });
      return false;
    }
  }

  async pick(file: Pick<PickedFile, "name" | "arrayBuffer">): Promise<void> {
    this.#file = new Uint8Array(await file.arrayBuffer());
    this.view.set({ step: "closed", name: file.name, problem: null });
  }

  async open(passphrase: string): Promise<void> {
    const view = this.view.value;
    if (view.step !== "closed" || this.#file === undefined) return;
    const { name } = view;
    this.view.set({ step: "working", what: "open" });
    try {
      const { contents, createdAt } = await readBackup(
        this.#file,
        passphrase,
        this.#page.crypto,
        this.#rounds,
      );
      const { entries } = await readRecords(new TextEncoder().encode(contents.records), { existing: [] });
      const settings = await settingsOffered(contents.settings, this.#app.ports.stores.settings);
      this.view.set({ step: "preview", name, createdAt, contents, records: entries.length, settings });
    } catch (error) {
      if (!(error instanceof BackupError)) {
        this.view.set({ step: "failed", problem: vaultProblem(error) });
      } else if (error.problem.kind === "does-not-open") {
        this.view.set({ step: "closed", name, problem: error.problem });
      } else {
        this.view.set({ step: "refused", name, problem: error.problem });
      }
    }
  }

  close(): void {
    this.#file = undefined;
    this.view.set({ step: "idle" });
  }

  /**
   * Keys in one write, then records in another. Nothing that is here is replaced, but settings where a person wants
   * those of the file; the undo takes back what came.
   */
  async restore(wanted: { readonly settings: boolean }): Promise<void> {
    const view = this.view.value;
    if (view.step !== "preview") return;
    const { contents, settings } = view;
    this.view.set({ step: "working", what: "restore" });
    try {
      const { keys } = this.#page;
      const before = await keys.places();
      const places = await restoreAdapters(keys, contents);
      const bonds = contents.bonds.map((bond) => ({
        ...bond,
        adapter: places.get(bond.adapter) ?? bond.adapter,
      }));
      const restored = await keys.restore(bonds);
      const after = await keys.places();
      const undoRecords = await this.#restoreRecords(contents.records);
      const undoSettings =
        wanted.settings && settings !== null
          ? await takeSettings(settings, this.#app.ports.stores.settings, this.#onSettings)
          : async () => 0;
      this.#tell(
        restored,
        async () =>
          (await keys.putBackPlaces(before, after)) + (await undoRecords()) + (await undoSettings()),
      );
      this.close();
    } catch (error) {
      this.view.set({ step: "failed", problem: vaultProblem(error) });
    }
    this.#page.touched();
  }

  /** `undoRest`: what is no bond; resolves with how much of it stays because it changed since. */
  #tell(restored: Restored, undoRest: () => Promise<number>): void {
    const { added, same, refused } = restored;
    const came = added === 1 ? "1 key was restored" : `${added} keys were restored`;
    const words = `${came}, ${same === 1 ? "1 was" : `${same} were`} here already`;
    const left = refused.length === 0 ? "" : `, ${refused.length} could not be stored`;
    this.#app.notices.done(`${words}${left}`, () => void this.#undo(restored, undoRest));
  }

  async #undo(restored: Restored, undoRest: () => Promise<number>): Promise<void> {
    try {
      const undone = await restored.undo();
      if (undone) this.#app.notices.done(`The restore was taken back${exceptFor(await undoRest())}`);
      else this.#app.notices.problem("One of the bonds changed since: nothing was taken back");
    } catch (error) {
      this.view.set({ step: "failed", problem: vaultProblem(error) });
    }
    this.#page.touched();
  }

  /** As an import of records does it: new ones come in, known ones are merged, none is proven. */
  async #restoreRecords(text: string): Promise<() => Promise<number>> {
    const { stores, surroundings } = this.#app.ports;
    const existing = await stores.bonds.all();
    const preview = await readRecords(new TextEncoder().encode(text), { existing });
    const { profileId } = await stores.settings.get();
    const at = new Date(surroundings.now()).toISOString();
    const known = new Set(existing.map(({ platformId }) => platformId));
    const comesWithKeys = ({ transport, platformId }: BondRecord) =>
      (transport === "dongle" || transport === "simulator") && !known.has(platformId);
    const plan = planImport(preview, suggestedChoice, { at, profileId, comesWithKeys });
    await stores.bonds.put(plan.records, plan.history);
    return () => undoImport(stores.bonds, plan);
  }
}
