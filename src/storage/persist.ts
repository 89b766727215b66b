/** Whether the browser may throw our data away when space is short: asked, and shown as it was answered. */

/** The part of `StorageManager` that is used here; each method may be missing. */
export interface StoragePort {
  persist?(): Promise<boolean>;
  persisted?(): Promise<boolean>;
  estimate?(): Promise<{ readonly usage?: number; readonly quota?: number }>;
}

export interface StorageHealth {
  /** `best-effort`: the browser said no, and may clear the data. `unknown`: it has no such call, or it failed. */
  readonly persistence: "persistent" | "best-effort" | "unknown";
  /** Octets; null where the browser does not say. Browsers round and pad these. */
  readonly usage: number | null;
  readonly quota: number | null;
}

/** Looks without asking: no dialog can appear. */
export async function storageHealth(manager: StoragePort | undefined): Promise<StorageHealth> {
  return health(await answer(() => manager?.persisted?.()), manager);
}

/** Asks for persistence unless it is granted already. Firefox shows a dialog, Chromium decides by itself. */
export async function askPersistence(manager: StoragePort | undefined): Promise<StorageHealth> {
  const granted = await answer(() => manager?.persisted?.());
  return health(granted === true ? true : ((await answer(() => manager?.persist?.())) ?? granted), manager);
}

async function health(
  granted: boolean | undefined,
  manager: StoragePort | undefined,
): Promise<StorageHealth> {
  const estimate = await answer(() => manager?.estimate?.());
  const persistence = granted === undefined ? "unknown" : granted ? "persistent" : "best-effort";
  return { persistence, usage: estimate?.usage ?? null, quota: estimate?.quota ?? null };
}

/** Undefined where the call is missing or fails: not knowing is an answer here. */
async function answer<T>(call: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await call();
  } catch {
    return undefined;
  }
}
