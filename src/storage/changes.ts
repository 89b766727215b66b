/** Tells listeners here and in other tabs which records changed: ids only, never what is in them. */
import { exactly, fields, listOf, Misfit, UnknownFields } from "./check.ts";
import type { BondChange } from "./ports.ts";
import { id } from "./rows.ts";

/** The part of BroadcastChannel that is used here. */
export interface ChannelPort {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: ChannelEvent) => void): void;
  removeEventListener(type: "message", listener: (event: ChannelEvent) => void): void;
  close(): void;
}

export interface ChannelEvent {
  readonly data: unknown;
  readonly origin?: string;
}

const MAX_IDS = 1_000;
/** The one message that is understood. Whatever else arrives is ignored. */
const message = fields({
  kind: exactly("bondkeeper.bonds"),
  v: exactly(1),
  put: listOf(id, MAX_IDS),
  deleted: listOf(id, MAX_IDS),
});

export interface ChangesOptions {
  /** Null where there is no BroadcastChannel: then other tabs learn of changes when they read next. */
  readonly channel: ChannelPort | null;
  /** Own origin; messages of another are ignored. Empty: not known. */
  readonly origin: string;
  readonly onListenerError: (error: unknown) => void;
}

export class Changes {
  readonly #options: ChangesOptions;
  readonly #listeners = new Set<(change: BondChange) => void>();
  readonly #onMessage = (event: ChannelEvent): void => this.#receive(event);

  constructor(options: ChangesOptions) {
    this.#options = options;
    options.channel?.addEventListener("message", this.#onMessage);
  }

  listen(listener: (change: BondChange) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    // One registration each: the same function may listen twice, with different signals.
    const own = (change: BondChange): void => listener(change);
    this.#listeners.add(own);
    signal.addEventListener("abort", () => this.#listeners.delete(own), { once: true });
  }

  /** After the transaction is committed, never before. */
  tell(put: readonly string[], deleted: readonly string[]): void {
    if (put.length + deleted.length === 0) return;
    for (const changed of put) this.#notify({ id: changed, what: "put", remote: false });
    for (const changed of deleted) this.#notify({ id: changed, what: "deleted", remote: false });
    for (let i = 0; i < Math.max(put.length, deleted.length); i += MAX_IDS) {
      this.#post({
        kind: "bondkeeper.bonds",
        v: 1,
        put: put.slice(i, i + MAX_IDS),
        deleted: deleted.slice(i, i + MAX_IDS),
      });
    }
  }

  close(): void {
    this.#listeners.clear();
    this.#options.channel?.removeEventListener("message", this.#onMessage);
    this.#options.channel?.close();
  }

  #post(data: unknown): void {
    try {
      this.#options.channel?.postMessage(data);
    } catch (error) {
      // What was written stays written, even if nobody else hears of it.
      this.#options.onListenerError(error);
    }
  }

  #receive({ data, origin }: ChannelEvent): void {
    if (
      origin !== undefined &&
      origin !== "" &&
      this.#options.origin !== "" &&
      origin !== this.#options.origin
    ) {
      return;
    }
    const unknown = new UnknownFields(1);
    try {
      const { put, deleted } = message(data, unknown);
      if (unknown.found.length > 0) return;
      for (const changed of put) this.#notify({ id: changed, what: "put", remote: true });
      for (const changed of deleted) this.#notify({ id: changed, what: "deleted", remote: true });
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
    }
  }

  #notify(change: BondChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.onListenerError(error);
      }
    }
  }
}
