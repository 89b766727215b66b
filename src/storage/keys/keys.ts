/** Everything about keys, put together over some rows: those of a database or those of a file. */
import type { Address } from "../../../hci/ports.ts";
import { type BondChange, StorageError } from "../ports.ts";
import { Changes, type ChannelPort } from "../changes.ts";
import { VaultError, type PrfPort, type VaultClock, type VaultCrypto } from "../vault/ports.ts";
import { ITERATIONS, type Iterations } from "../vault/vault-row.ts";
import { Vault } from "../vault/vault.ts";
import { AdapterKeys, type AdapterKeysOptions } from "./adapter-keys.ts";
import { Adapters, type AdmittedAdapter } from "./adapters.ts";
import { BondKeys } from "./bond-keys.ts";
import type { KeyContext } from "./edit.ts";
import { eraseEverything, eraseVault, vaultRows } from "./erase.ts";
import { Identities, type OwnIdentity } from "./identities.ts";
import type { KeyRows } from "./key-rows.ts";
import {
  keysOfPeer,
  keysOfType,
  listBonds,
  nthKeyOfType,
  type BondListing,
  type ListFilter,
  type TypedKey,
} from "./listing.ts";
import type { VaultRecord } from "./record.ts";
import type { KeyType } from "./secrets.ts";
import { restoreBonds, type Restored } from "./restore.ts";
import { placesNow, putBackPlaces, type Places } from "./places.ts";
import { standingOf } from "./standing.ts";
import { exportBonds, moveIdentity, type ExportFilter } from "./transfer.ts";

export interface KeysPorts {
  readonly crypto: VaultCrypto;
  readonly clock: VaultClock;
  /** Null where there is no WebAuthn PRF. */
  readonly prf: PrfPort | null;
  /** Milliseconds without use after which a vault that a person opened is locked again; null: never. */
  readonly idleMs: number | null;
  readonly iterations?: Iterations;
  /** How the vault is made when nobody chose: `device` in a browser, `file` in Node. */
  readonly madeWith: "device" | "file";
  /** A channel of its own for news to other tabs, ids only; null where there is none. */
  readonly channel: ChannelPort | null;
  readonly origin: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Fresh and random: letters, digits, `-` and `_`, at most 60. */
  newId(): string;
  /** A fresh identity with a static random address: `newIdentity` of the host stack. */
  newIdentity(): OwnIdentity;
  onListenerError(error: unknown): void;
  onVaultChange?(state: "open" | "locked"): void;
}

export class Keys {
  readonly vault: Vault;
  readonly bonds: BondKeys;
  readonly adapters: Adapters;
  readonly identities: Identities;
  readonly #context: KeyContext;
  readonly #changes: Changes;

  constructor(rows: KeyRows, ports: KeysPorts) {
    const { crypto, clock, prf, idleMs, madeWith, channel, origin } = ports;
    const now = (): number => ports.now();
    const newId = (): string => ports.newId();
    this.#changes = new Changes({
      channel,
      origin,
      onListenerError: (error) => ports.onListenerError(error),
    });
    this.vault = new Vault({
      rows: vaultRows(rows),
      crypto,
      clock,
      prf,
      idleMs,
      iterations: ports.iterations ?? ITERATIONS,
      madeWith,
      now,
      newId,
      onChange: (state) => ports.onVaultChange?.(state),
    });
    let lastOrder = 0;
    const nextOrder = (): number => {
      lastOrder = Math.max(now(), lastOrder + 1);
      return lastOrder;
    };
    this.#context = { rows, vault: this.vault, changes: this.#changes, now, nextOrder };
    this.bonds = new BondKeys(this.#context);
    this.adapters = new Adapters({ rows, now, newId });
    this.identities = new Identities(this.#context, () => ports.newIdentity());
  }

  /** The key store for the host stack on an adapter that was recognised, or that a person agreed to. */
  forAdapter(adapter: AdmittedAdapter, options: AdapterKeysOptions = { unstored: "refuse" }): AdapterKeys {
    const beside = {
      list: (filter: ListFilter) => this.list(filter),
      readiness: () => this.readiness(),
    };
    return new AdapterKeys(this.bonds, beside, adapter, options);
  }

  /** Whether a key could be sealed and written now. Opens the vault where no person is needed for that. */
  async readiness(): Promise<"ready" | "vault-locked" | "not-writable"> {
    try {
      await this.vault.name();
      await this.#context.rows.tryWrite();
      return "ready";
    } catch (error) {
      if (error instanceof VaultError && error.failure.kind === "locked") return "vault-locked";
      if (error instanceof VaultError || error instanceof StorageError) return "not-writable";
      throw error;
    }
  }

  /** What may be seen while the vault is locked. */
  list(filter?: ListFilter): Promise<readonly BondListing[]> {
    return listBonds(this.#context, filter);
  }

  /** See `standingOf`. */
  standing(): Promise<string> {
    return standingOf(this.#context.rows);
  }

  /** Devices whose keys were erased: they have to be paired again. */
  async repairList(): Promise<readonly BondListing[]> {
    return (await this.list()).filter(({ state }) => state === "erased");
  }

  /** Keys of one type that are in use, in an order that never changes; with a peer, those shared with it. */
  ofType(type: KeyType, peer?: Address): Promise<readonly TypedKey[]> {
    return peer === undefined ? keysOfType(this.#context, type) : keysOfPeer(this.#context, type, peer);
  }

  nthOfType(type: KeyType, position: number): Promise<TypedKey | undefined> {
    return nthKeyOfType(this.#context, type, position);
  }

  /** Frozen, with every secret in it. See `exportBonds`. */
  export(filter?: ExportFilter): Promise<readonly VaultRecord[]> {
    return exportBonds(this.#context, this.identities, filter);
  }

  /** Silent and idempotent. See `restoreBonds`. */
  restore(records: readonly unknown[]): Promise<Restored> {
    return restoreBonds(this.#context, this.identities, records);
  }

  /** Adapters and identities as they stand, for `putBackPlaces`. */
  places(): Promise<Places> {
    return placesNow(this.#context.rows);
  }

  /** See `putBackPlaces`. */
  putBackPlaces(before: Places, after: Places): Promise<number> {
    return putBackPlaces(this.#context.rows, before, after);
  }

  /** See `moveIdentity`. */
  moveIdentity(
    address: Address,
    from: AdmittedAdapter,
    to: AdmittedAdapter,
  ): Promise<{ readonly bonds: number }> {
    return moveIdentity(this.#context, this.identities, address, from, to);
  }

  /** Fires after every real change to a bond, here and in other tabs, with its place; errors of listeners are isolated. */
  onChange(listener: (change: BondChange) => void, signal: AbortSignal): void {
    this.#changes.listen(listener, signal);
  }

  /** See `eraseVault`. */
  eraseVault(): Promise<readonly BondListing[]> {
    return eraseVault(this.#context);
  }

  /** See `eraseEverything`. */
  eraseEverything(): Promise<void> {
    return eraseEverything(this.#context);
  }

  /** Locks the vault and lets go of the listeners. The rows are the caller's to close. */
  close(): void {
    this.vault.lock();
    this.#changes.close();
  }
}
