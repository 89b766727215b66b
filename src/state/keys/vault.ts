/** The vault as a person handles it: made, opened, locked, given another way in, or given up. */
import type { BondListing } from "../../storage/keys/listing.ts";
import { IDLE_MS } from "../../storage/keys/open.ts";
import type { Settings } from "../../storage/records.ts";
import { VaultError, type LockKind, type VaultFailure } from "../../storage/vault/ports.ts";
import { LEAST_PASSPHRASE, type Credential } from "../../storage/vault/wraps.ts";
import type { StorageFailure } from "../../storage/ports.ts";
import type { App } from "../app.ts";
import { storageFailure } from "../bonds.ts";
import { Store } from "../store.ts";
import type { PageKeys } from "./screen.ts";

/** Why an act on the vault did not succeed. Nothing changed then. */
export type VaultProblem = VaultFailure | { readonly kind: "storage"; readonly failure: StorageFailure };

export type VaultView =
  | { readonly kind: "loading" }
  | { readonly kind: "unreadable"; readonly problem: VaultProblem }
  | { readonly kind: "absent" }
  /** Sealed keys without the vault that opens them. */
  | { readonly kind: "lost" }
  | { readonly kind: "locked"; readonly by: readonly LockKind[] }
  | { readonly kind: "open"; readonly by: readonly LockKind[] };

export type VaultAct = "create" | "unlock" | "change" | "erase-vault" | "erase-everything";

/** What is being done, or how the last act failed. Never holds a passphrase. */
export type VaultActView =
  | { readonly kind: "idle" }
  | { readonly kind: "busy"; readonly act: VaultAct }
  | { readonly kind: "failed"; readonly act: VaultAct; readonly problem: VaultProblem };

export class VaultScreen {
  readonly view = new Store<VaultView>({ kind: "loading" });
  readonly act = new Store<VaultActView>({ kind: "idle" });
  /** Devices whose keys were erased and that have to be paired again. */
  readonly repair = new Store<readonly BondListing[]>([]);
  /** Minutes without use after which a vault that a person opened locks itself; null: never. */
  readonly autoLock = new Store<number | null>(IDLE_MS / 60_000);
  /** Whether a security key or passkey can be asked for. */
  readonly passkeys: boolean;
  /** Characters of a passphrase. */
  readonly leastPassphrase = LEAST_PASSPHRASE;
  readonly #app: App;
  readonly #page: PageKeys;
  readonly #erased: () => Promise<void>;

  /** `erased`: called after the vault was erased with all its keys; never rejects. */
  constructor(app: App, page: PageKeys, erased: () => Promise<void>) {
    this.#app = app;
    this.#erased = erased;
    this.#page = page;
    this.passkeys = page.passkeys;
    page.vaultTurns.watch(() => void this.look());
  }

  /** Takes the setting into use. A setting that cannot be read leaves the default. */
  async start(): Promise<void> {
    const { autoLockMinutes } = await this.#app.ports.stores.settings
      .get()
      .catch((): Partial<Settings> => ({}));
    if (autoLockMinutes !== undefined) this.#lockAfter(autoLockMinutes);
    await this.look();
  }

  async setAutoLock(minutes: number | null): Promise<void> {
    try {
      await this.#app.ports.stores.settings.update({ autoLockMinutes: minutes });
      this.#lockAfter(minutes);
    } catch (error) {
      this.#app.notices.problem(`The setting was not stored: "${storageFailure(error).kind}"`);
    }
  }

  /** Reads anew how things stand. */
  async look(): Promise<void> {
    const { keys } = this.#page;
    try {
      const [state, bonds] = await Promise.all([keys.vault.state(), keys.list()]);
      this.repair.set(bonds.filter((bond) => bond.state === "erased"));
      if (state.kind === "absent")
        this.view.set({ kind: bonds.some((bond) => bond.state !== "erased") ? "lost" : "absent" });
      else this.view.set({ kind: state.kind, by: state.by });
    } catch (error) {
      this.view.set({ kind: "unreadable", problem: vaultProblem(error) });
    }
  }

  create(credential: Credential): Promise<boolean> {
    return this.#do("create", "The vault was made", () => this.#page.keys.vault.create([credential]));
  }

  unlock(credential: Credential): Promise<boolean> {
    return this.#do("unlock", "The vault is open", () => this.#page.keys.vault.unlock(credential));
  }

  /** In every tab. What is being sealed or opened ends first. */
  lock(): void {
    this.#page.lockEverywhere();
    this.#app.notices.done("The vault is locked");
  }

  /** Another way in for the same keys. Until it is stored the old way opens the vault. */
  change(current: Credential, next: Credential): Promise<boolean> {
    return this.#do("change", "From now on the vault opens in the new way only", () =>
      this.#page.keys.vault.change(current, [next]),
    );
  }

  /** The way out of a forgotten passphrase. */
  eraseVault(): Promise<boolean> {
    return this.#do("erase-vault", "All keys were erased", async () => {
      await this.#page.keys.eraseVault();
      await this.#erased();
    });
  }

  /** For a machine that leaves. The page starts anew, as on the first day. */
  async eraseEverything(): Promise<boolean> {
    const erased = await this.#do("erase-everything", "Everything was erased", async () => {
      await this.#page.keys.eraseEverything();
      await this.#page.eraseBeside();
    });
    if (erased) this.#app.page.reload();
    return erased;
  }

  /** Takes the message about the last failure away. */
  settle(): void {
    if (this.act.value.kind === "failed") this.act.set({ kind: "idle" });
  }

  #lockAfter(minutes: number | null): void {
    this.autoLock.set(minutes);
    this.#page.keys.vault.lockAfter(minutes === null ? null : minutes * 60_000);
  }

  /** One act at a time: false, and nothing was begun, while another runs. */
  async #do(act: VaultAct, done: string, work: () => Promise<void>): Promise<boolean> {
    if (this.act.value.kind === "busy") return false;
    this.act.set({ kind: "busy", act });
    try {
      await work();
      this.act.set({ kind: "idle" });
      this.#app.notices.done(done);
      return true;
    } catch (error) {
      this.act.set({ kind: "failed", act, problem: vaultProblem(error) });
      return false;
    } finally {
      await this.look();
    }
  }
}

export function vaultProblem(error: unknown): VaultProblem {
  return error instanceof VaultError ? error.failure : { kind: "storage", failure: storageFailure(error) };
}
