import type { Bytes, LongTermKey, SecureLink } from "../ports.ts";
import { PairingError } from "./errors.ts";
import { isBlockedLtk } from "./keys.ts";

/** HCI reason with which a link ends whose security cannot be trusted. */
export const AUTHENTICATION_FAILURE = 0x05;

export interface LinkWatcher {
  /** LE Long Term Key Request outside of a pairing: a stored key and what to do when it worked, or null. */
  storedKey(rand: Bytes, ediv: number): Promise<Awaited | null>;
  /** The link is encrypted with another key than before. */
  changed(): void;
  /** Encryption that was there is gone or in doubt; the link is being ended. */
  lost(status: number): void;
  /** The controller says "encrypted" though nobody asked; the link is being ended. */
  unasked(): void;
}

/** A key that is in use, and who wants to know how it went. */
export interface Awaited {
  readonly key: LongTermKey;
  /** Runs before any data that comes after the change. */
  readonly encrypted: () => void;
  readonly failed: (error: Error) => void;
}

/**
 * The one place that hands keys to the link and believes what the controller says about encryption: only a success that
 * was asked for counts, and what was lost ends the link.
 */
export class LinkEncryption {
  readonly #link: SecureLink;
  readonly #watcher: LinkWatcher;
  #awaited: Awaited | undefined;
  /** While a pairing is under way stored keys are not given out (CVE-2019-19194). */
  #pairing = false;
  #wasEncrypted: boolean;

  constructor(link: SecureLink, watcher: LinkWatcher) {
    this.#link = link;
    this.#watcher = watcher;
    this.#wasEncrypted = link.encrypted;
    link.onLongTermKeyRequest = (rand, ediv) => this.#keyFor(rand, ediv);
    link.onEncryptionChange = (change) => this.#changed(change);
  }

  /** Gives up on the key that was being tried: should the controller still succeed, nobody asked for it. */
  giveUp(): void {
    this.#awaited = undefined;
  }

  /** The link ended. */
  close(reason: Error): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    awaited?.failed(reason);
  }

  pairingBegins(): void {
    this.#pairing = true;
  }

  /** Takes back a key that was made ready: the pairing is over. */
  pairingEnds(): void {
    this.#pairing = false;
    this.#awaited = undefined;
  }

  /**
   * Central: encrypts, or encrypts anew, and resolves when `encrypted` has run, which it does before any data that comes
   * after the change. Rejects where it has not, whatever the controller says in the end.
   */
  async start(key: LongTermKey, encrypted: () => void): Promise<void> {
    usable(key);
    let done = false;
    const awaited: Awaited = {
      key,
      encrypted: () => {
        done = true;
        encrypted();
      },
      failed: () => {},
    };
    this.#awaited = awaited;
    try {
      await this.#link.encrypt(key);
      if (!this.#link.encrypted)
        throw new Error("Cannot encrypt: the controller reports success and no encryption");
      if (this.#awaited === awaited) this.#succeed(awaited);
      if (!done) throw new Error("Cannot encrypt: it failed before the controller reported success");
    } finally {
      if (this.#awaited === awaited) this.#awaited = undefined;
    }
  }

  /** Peripheral: gives `key` to the controller when the central asks for it, and resolves when the link is encrypted. */
  arm(key: LongTermKey, encrypted: () => void): Promise<void> {
    usable(key);
    const done = Promise.withResolvers<void>();
    done.promise.catch(() => {}); // the pairing may have ended by itself before it looks
    this.#awaited = {
      key,
      encrypted: () => {
        encrypted();
        done.resolve();
      },
      failed: done.reject,
    };
    return done.promise;
  }

  async #keyFor(rand: Bytes, ediv: number): Promise<LongTermKey | null> {
    if (this.#link.role === "central") return null; // only a peripheral's controller has to ask (Vol 4 Part E 7.7.65.5)
    if (this.#pairing) {
      const ours = ediv === 0 && rand.every((octet) => octet === 0);
      return ours ? (this.#awaited?.key ?? null) : null;
    }
    const stored = await this.#watcher.storedKey(rand, ediv);
    if (stored === null || this.#pairing) return null;
    this.#awaited = stored;
    return stored.key;
  }

  #changed({ encrypted, status }: { readonly encrypted: boolean; readonly status: number }): void {
    const awaited = this.#awaited;
    const before = this.#wasEncrypted;
    this.#wasEncrypted = encrypted;
    if (encrypted && status === 0) {
      if (awaited === undefined) {
        this.#watcher.unasked();
        this.#end();
      } else {
        this.#succeed(awaited);
      }
      return;
    }
    this.#awaited = undefined;
    awaited?.failed(new Error(`Cannot encrypt: status 0x${status.toString(16).padStart(2, "0")}`));
    if (!before) return;
    this.#watcher.lost(status);
    this.#end();
  }

  #succeed(awaited: Awaited): void {
    this.#awaited = undefined;
    this.#watcher.changed();
    awaited.encrypted();
  }

  #end(): void {
    this.#link.disconnect(AUTHENTICATION_FAILURE).catch(() => {}); // it is gone already
  }
}

/** The last gate before a key reaches the controller. */
function usable({ value }: LongTermKey): void {
  if (isBlockedLtk(value)) throw new PairingError("KeyRejected", "local", "the key is publicly known");
}
