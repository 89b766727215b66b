import type { Link } from "../host/link.ts";
import type { Address, LongTermKey, SecureLink } from "../ports.ts";

/** A link as SMP sees it, that knows whether an attempt of ours to encrypt it is under way. */
export class ObservedLink implements SecureLink {
  encrypting = false;
  readonly #link: Link;
  readonly #onEncrypt: () => void;

  constructor(link: Link, onEncrypt: () => void) {
    this.#link = link;
    this.#onEncrypt = onEncrypt;
  }

  get role(): "central" | "peripheral" {
    return this.#link.role;
  }

  get localAddress(): Address {
    return this.#link.localAddress;
  }

  get peerAddress(): Address {
    return this.#link.peerAddress;
  }

  get encrypted(): boolean {
    return this.#link.encrypted;
  }

  async encrypt(key: LongTermKey): Promise<void> {
    this.encrypting = true;
    this.#onEncrypt();
    await this.#link.encrypt(key);
    this.encrypting = false; // an attempt that failed is the last one on its link
  }

  get onLongTermKeyRequest(): SecureLink["onLongTermKeyRequest"] {
    return this.#link.onLongTermKeyRequest;
  }

  set onLongTermKeyRequest(handler: SecureLink["onLongTermKeyRequest"]) {
    this.#link.onLongTermKeyRequest = handler;
  }

  get onEncryptionChange(): SecureLink["onEncryptionChange"] {
    return this.#link.onEncryptionChange;
  }

  set onEncryptionChange(handler: SecureLink["onEncryptionChange"]) {
    this.#link.onEncryptionChange = handler;
  }

  disconnect(reason: number): Promise<void> {
    return this.#link.disconnect(reason);
  }
}
