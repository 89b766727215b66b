/** Opens, locks and changes the vault, and seals what is put into it while it is open. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { IdleLock } from "./idle-lock.ts";
import { VaultError, type LockKind, type SealingKey, type VaultClock } from "./ports.ts";
import {
  bytesOf,
  kindsOf,
  readVaultRow,
  sealedVaultRow,
  VAULT_ID,
  type VaultRow,
  type VaultRows,
} from "./vault-row.ts";
import {
  boundOctets,
  checkPassphrase,
  makeLock,
  openLock,
  type Credential,
  type WrapPorts,
} from "./wraps.ts";

export interface VaultOptions extends WrapPorts {
  readonly rows: VaultRows;
  readonly clock: VaultClock;
  /** Milliseconds without use after which it locks itself; null: never. Only where a person can open it again. */
  readonly idleMs: number | null;
  /** How it is made when the first key comes: without a question. */
  readonly madeWith: "device" | "file";
  /** Milliseconds since 1970. */
  now(): number;
  newId(): string;
  /** It was opened or locked, also by itself. Errors are ignored. */
  onChange?(state: "open" | "locked"): void;
}

/** `bare`: sealed by a vault whose way in is stored beside it. */
export type VaultState =
  | { readonly kind: "absent" }
  | { readonly kind: "locked"; readonly by: readonly LockKind[] }
  | { readonly kind: "open"; readonly by: readonly LockKind[]; readonly bare: boolean };

/** Something sealed. Octets are lower-case hexadecimal; `vault` names the data key. */
export interface Sealed {
  readonly vault: string;
  readonly iv: string;
  readonly data: string;
}

interface Open {
  readonly vault: string;
  readonly key: SealingKey;
  readonly by: readonly LockKind[];
}

const BARE: readonly LockKind[] = ["device", "file"];
const isBare = (by: readonly LockKind[]): boolean => by.some((kind) => BARE.includes(kind));

export class Vault {
  readonly #options: VaultOptions;
  readonly #idle: IdleLock;
  #open: Open | undefined;
  /** A person locked it: not even a device key opens it by itself. */
  #closed = false;
  /** Counts the times it was locked: what began before must not open it after. */
  #shuts = 0;
  #opening: Promise<Open> | undefined;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#idle = new IdleLock(options.clock, options.idleMs, () => this.#shut());
  }

  /** Rejects with `unreadable` or with the store's own failure: neither is "absent". */
  async state(): Promise<VaultState> {
    const row = await this.#row();
    if (row === null) return { kind: "absent" };
    const by = kindsOf(row);
    const open = this.#open?.vault === row.vault;
    return open ? { kind: "open", by, bare: isBare(by) } : { kind: "locked", by };
  }

  /**
   * Makes the vault and opens it. Rejects with `refused` where there is one, `lost` where records of a lost one are,
   * `weak-passphrase`.
   */
  async create(credentials: readonly Credential[]): Promise<void> {
    if ((await this.#row()) !== null)
      throw new VaultError({ kind: "refused", detail: "there is a vault already" });
    await this.#make(credentials);
  }

  /** Rejects with `absent`, `wrong-passphrase`, `refused` or `unreadable`; then nothing is open that was not before. */
  async unlock(credential: Credential): Promise<void> {
    const shuts = this.#shuts;
    const row = await this.#present();
    const raw = await openLock(row.locks, credential, row.vault, this.#options);
    await this.#enter(row, raw, shuts);
  }

  /** Forgets the data key. What is being sealed or opened ends first; everything later is `locked`. */
  lock(): void {
    this.#closed = true;
    this.#shut();
  }

  /**
   * Replaces every way in. `current` is asked for again, even while the vault is open. The records stay as they are: the
   * same data key opens them. When this rejects, the old ways still open it.
   */
  async change(current: Credential, next: readonly Credential[]): Promise<void> {
    refuseMix(next);
    const shuts = this.#shuts;
    const row = await this.#present();
    const raw = await openLock(row.locks, current, row.vault, this.#options);
    try {
      const locks = await this.#locks(raw, next, row.vault);
      const changed = await sealedVaultRow({ ...row, rev: row.rev + 1, locks }, this.#options.crypto);
      if (!(await this.#options.rows.replace(changed, row.rev))) throw new VaultError({ kind: "changed" });
      await this.#enter(changed, raw, shuts);
    } finally {
      raw.fill(0);
    }
  }

  /** From now on: milliseconds without use after which it locks itself; null: never. */
  lockAfter(idleMs: number | null): void {
    this.#idle.set(idleMs);
  }

  /** The vault was erased by its owner: the next use makes another. */
  forget(): void {
    this.#closed = false;
    this.#shut();
  }

  /** Name of the data key in use; opens the vault if no person is needed for it, and makes it if there is none. */
  async name(): Promise<string> {
    return (await this.#entered()).vault;
  }

  /** Seals `plain`, which stays the caller's to be zeroed. Only `bound` opens it again. */
  async seal(plain: Bytes, bound: readonly (string | number | boolean | null)[]): Promise<Sealed> {
    const { vault, key } = await this.#entered();
    const { crypto } = this.#options;
    const iv = crypto.random(12);
    const data = await crypto.seal(key, iv, plain, boundOctets([vault, ...bound]));
    return { vault, iv: toHex(iv), data: toHex(data) };
  }

  /** What was sealed, to be zeroed by the caller; null where it, `bound` or the vault is another than then. */
  async unseal(sealed: Sealed, bound: readonly (string | number | boolean | null)[]): Promise<Bytes | null> {
    let { vault, key } = await this.#entered();
    if (sealed.vault !== vault) {
      ({ vault, key } = await this.#enteredAnew());
      if (sealed.vault !== vault) return null;
    }
    const octets = bytesOf(sealed.data);
    return this.#options.crypto.open(key, bytesOf(sealed.iv), octets, boundOctets([vault, ...bound]));
  }

  /** Another tab may have erased the vault that is open here, and made another. */
  async #enteredAnew(): Promise<Open> {
    const row = await this.#row();
    if (row?.vault !== this.#open?.vault) this.forget();
    return this.#entered();
  }

  #entered(): Promise<Open> {
    if (this.#open !== undefined) {
      this.#idle.used();
      return Promise.resolve(this.#open);
    }
    // Many calls at once find it shut: one opens it for all.
    this.#opening ??= this.#openAlone().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAlone(): Promise<Open> {
    const shuts = this.#shuts;
    const row = await this.#row();
    if (row === null) return this.#make([{ kind: this.#options.madeWith }]);
    const by = kindsOf(row);
    const kind = BARE.find((bare) => by.includes(bare));
    if (this.#closed || (kind !== "device" && kind !== "file")) throw new VaultError({ kind: "locked", by });
    return this.#enter(row, await openLock(row.locks, { kind }, row.vault, this.#options), shuts);
  }

  async #make(credentials: readonly Credential[]): Promise<Open> {
    const { crypto, rows } = this.#options;
    refuseMix(credentials);
    const shuts = this.#shuts;
    // A new data key would open none of them, and they would read as garbage instead of as lost.
    if (await rows.anySealed()) throw new VaultError({ kind: "lost" });
    const vault = this.#options.newId();
    const raw = crypto.random(32);
    try {
      const locks = await this.#locks(raw, credentials, vault);
      const createdAt = new Date(this.#options.now()).toISOString();
      const row = await sealedVaultRow({ v: 1, id: VAULT_ID, rev: 1, vault, createdAt, locks }, crypto);
      if (!(await rows.replace(row, null))) throw new VaultError({ kind: "changed" });
      return await this.#enter(row, raw, shuts);
    } finally {
      raw.fill(0);
    }
  }

  async #locks(raw: Bytes, credentials: readonly Credential[], vault: string): Promise<VaultRow["locks"]> {
    const locks = [];
    for (const credential of credentials) locks.push(await makeLock(raw, credential, vault, this.#options));
    return locks;
  }

  /** Zeroes `raw`. Rejects with `locked` where it was locked after `shuts` was read. */
  async #enter(row: VaultRow, raw: Bytes, shuts: number): Promise<Open> {
    try {
      const by = kindsOf(row);
      const open = { vault: row.vault, key: await this.#options.crypto.importKey(raw), by };
      if (shuts !== this.#shuts) throw new VaultError({ kind: "locked", by });
      const wasOpen = this.#open !== undefined;
      this.#open = open;
      this.#closed = false;
      if (isBare(by)) this.#idle.stop();
      else this.#idle.start();
      if (!wasOpen) this.#tell("open");
      return open;
    } finally {
      raw.fill(0);
    }
  }

  #shut(): void {
    this.#shuts++;
    this.#idle.stop();
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#tell("locked");
  }

  #tell(state: "open" | "locked"): void {
    try {
      this.#options.onChange?.(state);
    } catch {
      // A listener's own fault must neither keep the vault open nor shut.
    }
  }

  async #row(): Promise<VaultRow | null> {
    const { rows, crypto, iterations } = this.#options;
    const stored = await rows.read();
    if (stored === undefined) return null;
    return readVaultRow(stored, crypto, iterations);
  }

  async #present(): Promise<VaultRow> {
    const row = await this.#row();
    if (row !== null) return row;
    throw new VaultError({ kind: (await this.#options.rows.anySealed()) ? "lost" : "absent" });
  }
}

/** A passphrase beside a key that opens without one would protect nothing. */
function refuseMix(credentials: readonly Credential[]): void {
  const kinds = credentials.map(({ kind }) => kind);
  if (kinds.length === 0) throw new TypeError("Cannot close the vault: no way to open it is given");
  if (isBare(kinds) && kinds.length > 1)
    throw new TypeError("Cannot close the vault: one of its locks opens for everybody");
  for (const credential of credentials)
    if (credential.kind === "passphrase") checkPassphrase(credential.passphrase);
}
