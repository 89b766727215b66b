import type { Bytes, LongTermKey, SecureLink } from "../ports.ts";
import {
  LeEnableEncryption,
  LeLongTermKeyRequestNegativeReply,
  LeLongTermKeyRequestReply,
} from "./commands/le-security.ts";
import { ErrorCode, HciError } from "./hci-error.ts";
import type { Link, LinkHost } from "./link.ts";

/** The link layer gives up after 40 s; whoever waits here gives up before. */
export const ENCRYPTION_TIMEOUT_MS = 30_000;

/** Data held while an encryption change is under way. A peer that sends more has no honest reason to. */
const HELD_OCTETS = 32 * 1024;

type Change = Parameters<NonNullable<SecureLink["onEncryptionChange"]>>[0];
type Listener = (change: Change) => void;

/** What is under way. At most one of these at a time on a link. */
type Pending =
  | { readonly by: "us"; readonly resolve: () => void; readonly reject: (error: Error) => void }
  /** The peer's request for a key is being answered, or was and its end is awaited. */
  | { readonly by: "peer"; granted: boolean };

/**
 * The encryption of one link (Vol 4 Part E 7.7.8, 7.7.39, 7.7.65.5).
 *
 * While a change is under way the link's data is held: over USB it may overtake the event, and whether it came in clear
 * or encrypted must never be guessed. Encryption that nobody gave a key for is a lie of the adapter and ends the link.
 */
export class LinkEncryption {
  encrypted = false;
  keySize: number | undefined;
  onChange: SecureLink["onEncryptionChange"];
  onLongTermKeyRequest: SecureLink["onLongTermKeyRequest"];
  readonly #link: Link;
  readonly #host: LinkHost;
  readonly #release: (packet: Uint8Array) => void;
  readonly #listeners = new Set<Listener>();
  #pending: Pending | undefined;
  #held: Uint8Array[] = [];
  #heldOctets = 0;
  #stopTimer: () => void = () => {};

  constructor(link: Link, host: LinkHost, release: (packet: Uint8Array) => void) {
    this.#link = link;
    this.#host = host;
    this.#release = release;
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Keeps `packet` when a change is under way; false when it may go on. */
  hold(packet: Uint8Array): boolean {
    if (this.#pending === undefined) return false;
    this.#held.push(packet);
    this.#heldOctets += packet.length;
    if (this.#heldOctets > HELD_OCTETS) this.#abandon("Cannot encrypt: the peer sends too much meanwhile");
    return true;
  }

  start(key: LongTermKey): Promise<void> {
    const { handle, role, end } = this.#link;
    if (end !== undefined) return Promise.reject(end.error);
    if (role !== "central")
      return Promise.reject(new Error("Cannot encrypt: only the central starts encryption"));
    if (this.#pending !== undefined)
      return Promise.reject(new Error("Cannot encrypt: a change is under way"));
    if (!isUsable(key)) return Promise.reject(new Error("Cannot encrypt: the key is not usable"));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pending: Pending = { by: "us", resolve, reject };
    this.#begin(pending);
    const parameters = { handle, rand: key.rand, ediv: key.ediv, longTermKey: key.value };
    this.#host.run(LeEnableEncryption, parameters).catch((error: unknown) => {
      if (this.#pending !== pending) return;
      this.#settle();
      reject(error instanceof Error ? error : new Error("Cannot encrypt", { cause: error }));
    });
    return promise;
  }

  changed(status: number, enabled: boolean, keySize: number | undefined): boolean {
    if (status !== 0 || !enabled) {
      this.#lose(status);
      return true;
    }
    return this.#gain(keySize);
  }

  refreshed(status: number): boolean {
    if (status !== 0) {
      this.#lose(status);
      return true;
    }
    return this.#gain(this.keySize);
  }

  requested(rand: Bytes, ediv: number): void {
    if (this.#link.role !== "peripheral" || this.#pending?.by === "us") return;
    const pending: Pending = { by: "peer", granted: false };
    this.#begin(pending);
    void this.#answer(pending, rand, ediv);
  }

  close(error: Error): void {
    this.encrypted = false;
    this.#stopTimer();
    this.#drop();
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.by === "us") pending.reject(error);
  }

  #begin(pending: Pending): void {
    this.#pending = pending;
    this.#stopTimer();
    this.#stopTimer = this.#host.clock.after(ENCRYPTION_TIMEOUT_MS, () =>
      this.#abandon(`Cannot encrypt: no end within ${ENCRYPTION_TIMEOUT_MS} ms`),
    );
  }

  async #answer(pending: Pending & { readonly by: "peer" }, rand: Bytes, ediv: number): Promise<void> {
    const key = await this.#ask(rand, ediv);
    if (this.#pending !== pending) return; // the link ended, or a newer request took its place
    const { handle } = this.#link;
    try {
      if (key === null || !isUsable(key)) {
        await this.#host.run(LeLongTermKeyRequestNegativeReply, { handle });
      } else {
        pending.granted = true; // before the answer: its event may come first
        await this.#host.run(LeLongTermKeyRequestReply, { handle, longTermKey: key.value });
        return;
      }
    } catch {
      // The link is gone, or the controller forgot its question: its events tell.
    }
    if (this.#pending === pending) this.#settle();
  }

  async #ask(rand: Bytes, ediv: number): Promise<LongTermKey | null> {
    try {
      const key = await this.onLongTermKeyRequest?.(rand, ediv);
      return key ?? null;
    } catch {
      return null; // a handler that fails has no key
    }
  }

  /** Encryption is on. False when we gave no key for it. */
  #gain(keySize: number | undefined): boolean {
    const pending = this.#pending;
    if (pending === undefined || (pending.by === "peer" && !pending.granted)) {
      this.#lose(0);
      void this.#link.disconnect(ErrorCode.remoteUserTerminated);
      return false;
    }
    this.encrypted = true;
    this.keySize = keySize;
    this.#notify({ encrypted: true, status: 0 });
    if (pending.by === "us") pending.resolve();
    this.#settle();
    return true;
  }

  /** Encryption is off, could not be started or could not be refreshed. */
  #lose(status: number): void {
    const pending = this.#pending;
    this.encrypted = false;
    this.keySize = undefined;
    this.#notify({ encrypted: false, status });
    if (pending?.by === "us") pending.reject(new HciError(status === 0 ? 0x1f : status, "encrypt the link"));
    this.#settle();
  }

  #notify(change: Change): void {
    this.onChange?.(change);
    for (const listener of this.#listeners) listener(change);
  }

  /** Nothing is under way any more: what was held goes on, in order. */
  #settle(): void {
    this.#pending = undefined;
    this.#stopTimer();
    const held = this.#held;
    this.#drop();
    if (this.#link.end === undefined) for (const packet of held) this.#release(packet);
  }

  /** Whether the held data is clear or not will never be known: it is dropped, and the link with it. */
  #abandon(message: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#stopTimer();
    this.#drop();
    if (pending?.by === "us") pending.reject(new Error(message));
    void this.#link.disconnect(ErrorCode.remoteUserTerminated);
  }

  #drop(): void {
    this.#held = [];
    this.#heldOctets = 0;
  }
}

/** A key of zeros is no key (CVE-2019-19194), and sizes outside 7 to 16 do not exist (Vol 3 Part H 2.3.4). */
function isUsable(key: LongTermKey): boolean {
  const { value, rand, keySize } = key;
  return (
    value.length === 16 &&
    rand.length === 8 &&
    keySize >= 7 &&
    keySize <= 16 &&
    value.some((octet) => octet !== 0)
  );
}
