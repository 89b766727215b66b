/** Fixed codes that a person wants kept, each sealed by the vault for one bond. Typed for the person after a click only. */
import type { AppStore } from "../../storage/apps/store.ts";
import type { Sealed } from "../../storage/vault/vault.ts";

export interface CodeVault {
  seal(plain: Uint8Array<ArrayBuffer>, bound: readonly string[]): Promise<Sealed>;
  /** Null where it was sealed for something else. */
  unseal(sealed: Sealed, bound: readonly string[]): Promise<Uint8Array | null>;
}

const CODE = /^\d{6}$/u;
const boundTo = (bondId: string): readonly string[] => ["bondkeeper.code/1", bondId];

export class FixedCodes {
  readonly #apps: AppStore;
  readonly #vault: () => Promise<CodeVault>;

  constructor(apps: AppStore, vault: () => Promise<CodeVault>) {
    this.#apps = apps;
    this.#vault = vault;
  }

  async has(bondId: string): Promise<boolean> {
    return (await this.#apps.code(bondId)) !== undefined;
  }

  /** False for anything but six digits. Rejects with VaultError where the vault is locked, StorageError where it is full. */
  async keep(bondId: string, digits: string): Promise<boolean> {
    if (!CODE.test(digits)) return false;
    const plain = new TextEncoder().encode(digits);
    try {
      const vault = await this.#vault();
      await this.#apps.setCode(bondId, await vault.seal(plain, boundTo(bondId)));
      return true;
    } finally {
      plain.fill(0);
    }
  }

  forget(bondId: string): Promise<void> {
    return this.#apps.removeCode(bondId);
  }

  /** Undefined where there is none, or where it does not open for this bond: then the person types it. */
  async of(bondId: string): Promise<string | undefined> {
    const sealed = await this.#apps.code(bondId);
    if (sealed === undefined) return undefined;
    const vault = await this.#vault();
    const plain = await vault.unseal(sealed, boundTo(bondId));
    const digits = plain === null ? "" : new TextDecoder().decode(plain);
    plain?.fill(0);
    return CODE.test(digits) ? digits : undefined;
  }
}
