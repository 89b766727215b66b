/** A vault over a row in memory, with few iterations and a clock that stands still. */
import type { PrfPort, VaultCrypto } from "../../../src/storage/vault/ports.ts";
import { Vault, type VaultOptions } from "../../../src/storage/vault/vault.ts";
import type { Iterations, VaultRow, VaultRows } from "../../../src/storage/vault/vault-row.ts";
import { webVaultCrypto } from "../../../src/storage/vault/web-crypto.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { NOW } from "../../support/records.ts";

export const FEW: Iterations = { make: 10, least: 10, most: 1_000 };

/** The one row, as a store keeps it: copies in, copies out. */
export class MemoryVaultRows implements VaultRows {
  row: unknown;
  sealed = false;
  writes = 0;
  /** Runs before the next write: somebody else may come first, or the machine stops. */
  beforeWrite: (() => void) | undefined;

  async read(): Promise<unknown> {
    return structuredClone(this.row);
  }

  async replace(row: VaultRow, expected: number | null): Promise<boolean> {
    const before = this.beforeWrite;
    this.beforeWrite = undefined;
    before?.();
    const rev: unknown = this.row === undefined ? null : Reflect.get(Object(this.row), "rev");
    if (rev !== expected) return false;
    this.row = structuredClone(row);
    this.writes++;
    return true;
  }

  async anySealed(): Promise<boolean> {
    return this.sealed;
  }

  /** The row with other values in it, as a damaged disk or another program leaves it. */
  damage(change: (row: Record<string, unknown>) => void): void {
    const copy: unknown = structuredClone(this.row);
    if (typeof copy !== "object" || copy === null) throw new Error("Cannot damage: there is no row");
    const changed: Record<string, unknown> = { ...copy };
    change(changed);
    this.row = changed;
  }
}

/** Derives as a security key does: from a secret of its own and the salt. */
export class FakePrf implements PrfPort {
  readonly #secret = crypto.getRandomValues(new Uint8Array(32));
  evaluations = 0;
  refusal: Error | undefined;

  async create(): Promise<{ readonly credentialId: Uint8Array<ArrayBuffer> }> {
    if (this.refusal !== undefined) throw this.refusal;
    return { credentialId: new Uint8Array([1, 2, 3]) };
  }

  async evaluate(_id: Uint8Array, salt: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (this.refusal !== undefined) throw this.refusal;
    this.evaluations++;
    const all = new Uint8Array([...this.#secret, ...salt]);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  }
}

/** WebCrypto, and every buffer that went in as a raw key, a passphrase or a plain text. */
export function watchedCrypto(): VaultCrypto & { readonly secrets: readonly Uint8Array[] } {
  const real = webVaultCrypto();
  const secrets: Uint8Array[] = [];
  return {
    ...real,
    secrets,
    importKey: (raw) => {
      secrets.push(raw);
      return real.importKey(raw);
    },
    keyFromPassphrase: (passphrase, salt, iterations) => {
      secrets.push(passphrase);
      return real.keyFromPassphrase(passphrase, salt, iterations);
    },
    octetsFromPassphrase: (passphrase, salt, iterations) => {
      secrets.push(passphrase);
      return real.octetsFromPassphrase(passphrase, salt, iterations);
    },
    keyFromSecret: (secret, salt, info) => {
      secrets.push(secret);
      return real.keyFromSecret(secret, salt, info);
    },
    seal: (key, iv, plain, bound) => {
      secrets.push(plain);
      return real.seal(key, iv, plain, bound);
    },
  };
}

let ids = 0;

export interface Rig {
  readonly vault: Vault;
  readonly rows: MemoryVaultRows;
  readonly clock: ManualClock;
  readonly states: string[];
}

export function rig(change: Partial<VaultOptions> = {}, rows = new MemoryVaultRows()): Rig {
  const clock = new ManualClock();
  const states: string[] = [];
  const vault = new Vault({
    crypto: webVaultCrypto(),
    rows,
    clock,
    prf: null,
    idleMs: null,
    iterations: FEW,
    madeWith: "device",
    now: () => NOW,
    newId: () => `vault-${++ids}`,
    onChange: (state) => states.push(state),
    ...change,
  });
  return { vault, rows, clock, states };
}

export const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);
