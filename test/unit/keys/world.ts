/** Storage that outlives what opens it. */
import type { Keys } from "../../../src/storage/keys/keys.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import { VaultError } from "../../../src/storage/vault/ports.ts";
import { admitted } from "./keys-rig.ts";

export interface OpenedKeys extends AsyncDisposable {
  readonly keys: Keys;
}

export interface World {
  /** Storage with nothing in it. */
  fresh(): Promise<void>;
  /** Opens what is stored, as after a restart. */
  open(): Promise<OpenedKeys>;
}

/** Runs `work` on the store as it is after a restart. */
export type Session = <T>(work: (keys: Keys, adapter: AdmittedAdapter) => Promise<T>) => Promise<T>;

export function sessionsOf(world: World): Session {
  return async (work) => {
    await using opened = await world.open();
    return await work(opened.keys, await admitted(opened.keys));
  };
}

export const failure = (kind: string) => (error: unknown) =>
  error instanceof VaultError && error.failure.kind === kind;
