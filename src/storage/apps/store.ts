/**
 * A database of its own, opened when the first link, message or kiosk comes: no record and no key of a bond is in it,
 * and nobody who only looks at devices pays for it.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { openFailure, storageError, transactionFailure } from "../failures.ts";
import { type Check, Misfit } from "../check.ts";
import { StorageError } from "../ports.ts";
import { sharedHost } from "../shared-hosts.ts";
import { storable } from "../storable.ts";
import type { Sealed } from "../vault/vault.ts";
import { appRow, codeRow, kioskRow, type AppRow, type KioskRow } from "./rows.ts";

interface Schema extends DBSchema {
  apps: { key: string; value: AppRow };
  /** Fixed codes by record id. */
  codes: { key: string; value: Sealed };
  /** `signing`: the key pair of this installation; `kiosk`: its configuration. */
  own: { key: string; value: CryptoKeyPair | KioskRow };
}

export const APPS_DATABASE = "bondkeeper-apps";
export const DEMO_APPS_DATABASE = "bondkeeper-apps-demo";

export interface AppStore {
  /** The key pair that signs results; made when it is first wanted. Its private half cannot be exported. */
  signingKey(): Promise<CryptoKeyPair>;
  /** Undefined for a page that was never allowed anything, and for a damaged row: then a person is asked anew. */
  get(origin: string): Promise<AppRow | undefined>;
  all(): Promise<readonly AppRow[]>;
  /** In one transaction. */
  change(origin: string, change: (row: AppRow | undefined) => AppRow): Promise<AppRow>;
  remove(origin: string): Promise<void>;
  /** A code that a person wants kept, sealed. Undefined where there is none, or a damaged one. */
  code(bondId: string): Promise<Sealed | undefined>;
  setCode(bondId: string, sealed: Sealed): Promise<void>;
  removeCode(bondId: string): Promise<void>;
  /** Null where none was set up. Rejects with `unreadable` for a damaged one. */
  kiosk(): Promise<KioskRow | null>;
  setKiosk(row: KioskRow): Promise<void>;
}

export interface AppStoreOptions {
  /** `location.hostname`; on a shared host every call rejects. */
  readonly hostname: string;
  readonly newKey: () => Promise<CryptoKeyPair>;
  readonly name?: string;
}

const SIGNING = "signing";
const KIOSK = "kiosk";
const STRICT = { durability: "strict" } as const;

export class IndexedApps implements AppStore {
  readonly #options: AppStoreOptions;
  #opening: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(options: AppStoreOptions) {
    this.#options = options;
  }

  async signingKey(): Promise<CryptoKeyPair> {
    const stored = asKeyPair(await this.#run((db) => db.get("own", SIGNING)));
    if (stored !== undefined) return stored;
    // Made before the transaction, which would not wait for it; another tab may be first.
    const fresh = await this.#options.newKey();
    return this.#run(async (db) => {
      const tx = db.transaction("own", "readwrite", STRICT);
      const standing = asKeyPair(await tx.store.get(SIGNING));
      if (standing === undefined) await tx.store.put(fresh, SIGNING);
      await tx.done;
      return standing ?? fresh;
    });
  }

  async get(origin: string): Promise<AppRow | undefined> {
    return asApp(await this.#run((db) => db.get("apps", origin)));
  }

  async all(): Promise<readonly AppRow[]> {
    const rows: readonly unknown[] = await this.#run((db) => db.getAll("apps"));
    return rows.flatMap((row) => asApp(row) ?? []);
  }

  change(origin: string, change: (row: AppRow | undefined) => AppRow): Promise<AppRow> {
    return this.#run(async (db) => {
      const tx = db.transaction("apps", "readwrite", STRICT);
      const row = storable("page", appRow, change(asApp(await tx.store.get(origin))));
      await tx.store.put(row);
      await tx.done;
      return row;
    });
  }

  async remove(origin: string): Promise<void> {
    await this.#run((db) => db.delete("apps", origin));
  }

  async code(bondId: string): Promise<Sealed | undefined> {
    return fitting(codeRow, await this.#run((db) => db.get("codes", bondId)));
  }

  async setCode(bondId: string, sealed: Sealed): Promise<void> {
    const row = storable("code", codeRow, sealed);
    await this.#run((db) => db.put("codes", row, bondId));
  }

  async removeCode(bondId: string): Promise<void> {
    await this.#run((db) => db.delete("codes", bondId));
  }

  async kiosk(): Promise<KioskRow | null> {
    const row: unknown = await this.#run((db) => db.get("own", KIOSK));
    if (row === undefined) return null;
    try {
      return kioskRow(row);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      throw new StorageError({ kind: "unreadable", detail: `kiosk: ${error.describe()}` }, { cause: error });
    }
  }

  async setKiosk(row: KioskRow): Promise<void> {
    const checked = storable("kiosk", kioskRow, row);
    await this.#run((db) => db.put("own", checked, KIOSK));
  }

  async #run<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    const db = await this.#connection();
    try {
      return await work(db);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      throw storageError(error, transactionFailure);
    }
  }

  #connection(): Promise<IDBPDatabase<Schema>> {
    const opening = this.#opening ?? this.#open();
    this.#opening = opening;
    opening.catch(() => (this.#opening = undefined));
    return opening;
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    const shared = sharedHost(this.#options.hostname);
    if (shared !== null) throw new StorageError({ kind: "refused", why: "shared-host", detail: shared });
    const lost = (): void => void (this.#opening = undefined);
    try {
      const db: IDBPDatabase<Schema> = await openDB<Schema>(this.#options.name ?? APPS_DATABASE, 1, {
        upgrade(made) {
          made.createObjectStore("apps", { keyPath: "id" });
          made.createObjectStore("own");
          made.createObjectStore("codes");
        },
        blocking() {
          db.close();
          lost();
        },
        terminated: lost,
      });
      return db;
    } catch (error) {
      throw storageError(error, openFailure);
    }
  }
}

const asApp = (row: unknown): AppRow | undefined => fitting(appRow, row);

function fitting<T>(check: Check<T>, row: unknown): T | undefined {
  try {
    return check(row);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return undefined;
  }
}

function asKeyPair(value: unknown): CryptoKeyPair | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("privateKey" in value && "publicKey" in value)) return undefined;
  const { privateKey, publicKey } = value;
  const both = privateKey instanceof CryptoKey && publicKey instanceof CryptoKey;
  return both && privateKey.usages.includes("sign") ? { privateKey, publicKey } : undefined;
}
