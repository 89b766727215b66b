/** What the bond procedure and the screens need from storage; implemented over IndexedDB and, in tests, in memory. */
import type { BondRecord, GattTableRecord, HistoryEntry, Quarantined, Settings } from "./records.ts";

/** Why a store operation failed. Never read as "there is nothing". */
export type StorageFailure =
  | { readonly kind: "unreadable"; readonly detail: string }
  | { readonly kind: "superseded" }
  | { readonly kind: "terminated" }
  | { readonly kind: "quota" }
  /** `shared-host`: other people's pages have this origin; `no-api`: there is no IndexedDB; `denied`: private mode or a setting. */
  | {
      readonly kind: "refused";
      readonly why: "shared-host" | "no-api" | "denied" | "unknown";
      readonly detail: string;
    };

export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly failure: StorageFailure;

  constructor(failure: StorageFailure, options?: ErrorOptions) {
    super(`Cannot use storage: ${failure.kind}`, options);
    this.failure = failure;
  }
}

/** There was no room to write; what stood before stands. */
export function isFull(error: unknown): boolean {
  return error instanceof StorageError && error.failure.kind === "quota";
}

export interface BondChange {
  readonly id: string;
  readonly what: "put" | "deleted";
  /** True when another tab did it. */
  readonly remote: boolean;
}

export interface BondStore {
  /** Rejects with `unreadable` where there is a row that does not fit: a damaged record is not a missing one. */
  get(id: string): Promise<BondRecord | undefined>;
  /** Every readable record, archived ones included; rows that cannot be read go to `quarantined`. */
  all(): Promise<readonly BondRecord[]>;
  /** Rejects with `unreadable` where a row that does not fit has this platform id. */
  byPlatformId(platformId: string): Promise<readonly BondRecord[]>;
  /** One transaction with strict durability; resolves when it is on disk. Several records: all or none. */
  put(records: readonly BondRecord[], history?: readonly HistoryEntry[]): Promise<void>;
  /** Purges the record, its table and its history. Resolves false when it did not exist. */
  delete(id: string): Promise<boolean>;
  /** Rows of every store that could not be read, with their raw contents, oldest first. */
  quarantined(): Promise<readonly Quarantined[]>;
  /** A person gave this entry up: deletes it, and the damaged row itself if it still stands. False when unknown. */
  discardQuarantined(id: string): Promise<boolean>;
  /** Fires after every real change, here and in other tabs. Listener errors are isolated. */
  onChange(listener: (change: BondChange) => void, signal: AbortSignal): void;
}

export interface GattStore {
  /** An entry that does not fit counts as absent: the table is discovered again. It is reported by `quarantined`. */
  get(bondId: string): Promise<GattTableRecord | undefined>;
  /** The table before the last one whose structure differed, to show what changed. */
  previous(bondId: string): Promise<GattTableRecord | undefined>;
  /** Keeps the table it replaces as `previous` if the structure differs. */
  put(record: GattTableRecord): Promise<void>;
  /** Both tables of this bond. */
  clear(bondId: string): Promise<"removed" | "not-found">;
  /** The number of bonds that had a table. */
  clearAll(): Promise<number>;
}

export interface HistoryStore {
  /** At least the newest `HISTORY_KEPT` entries per bond are kept. */
  append(entries: readonly HistoryEntry[]): Promise<void>;
  /** Newest first. */
  of(bondId: string, limit: number): Promise<readonly HistoryEntry[]>;
}

export interface SettingsStore {
  get(): Promise<Settings>;
  update(change: Partial<Omit<Settings, "v" | "profileId">>): Promise<Settings>;
}

export interface Stores {
  readonly bonds: BondStore;
  readonly gatt: GattStore;
  readonly history: HistoryStore;
  readonly settings: SettingsStore;
}

/** One procedure per device across tabs (Web Locks in the browser). */
export interface Locks {
  /** Runs `work` while holding `name`; resolves `held-elsewhere` without running it if somebody else holds it. */
  exclusive<T>(
    name: string,
    work: () => Promise<T>,
  ): Promise<{ readonly kind: "done"; readonly value: T } | { readonly kind: "held-elsewhere" }>;
}
