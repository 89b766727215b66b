/** The client's end of the port: requests with one answer each. */
import { Misfit } from "../storage/check.ts";
import type { Level } from "../storage/records.ts";
import {
  type ClientCapabilities,
  type ClientMessage,
  type ClientRequest,
  type ClientResult,
  type KeeperAnswer,
  keeperMessage,
  type KeeperMessage,
} from "./messages.ts";

/** Bondkeeper's window is gone, and with it every answer. */
export class KeeperGone extends Error {
  override readonly name = "KeeperGone";

  constructor() {
    super("Cannot go on: the window of Bondkeeper was closed");
  }
}

export interface PortPairOptions {
  readonly level?: Level;
  /** A person of this page agreed that an existing bond may be replaced; Bondkeeper asks all the same. */
  readonly replace?: boolean;
  /** Asked at most once, and only where the device wants six digits; null: the person types them in Bondkeeper. */
  readonly passkey?: () => string | null | Promise<string | null>;
  readonly onStep?: (step: string, status: string) => void;
}

/** The part of MessagePort that is used here. */
export interface PortLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

interface Surroundings {
  readonly page: { often(listener: () => void, signal: AbortSignal): void };
  readonly window: { readonly closed: boolean; close(): void };
}

interface Pending {
  readonly resolve: (answer: KeeperAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly options: PortPairOptions;
}

type Asked = ClientRequest extends infer R ? (R extends ClientRequest ? Omit<R, "id"> : never) : never;

export class KeeperPort {
  readonly capabilities: ClientCapabilities;
  readonly appVersion: string;
  readonly #port: PortLike;
  readonly #window: Surroundings["window"];
  readonly #pending = new Map<number, Pending>();
  readonly #over = new AbortController();
  #lastId = 0;

  constructor(
    port: PortLike,
    { capabilities, appVersion }: Extract<KeeperMessage, { readonly kind: "welcome" }>,
    { page, window }: Surroundings,
  ) {
    this.#port = port;
    this.#window = window;
    this.capabilities = capabilities;
    this.appVersion = appVersion;
    port.addEventListener("message", ({ data }) => this.#receive(data));
    port.start();
    page.often(() => {
      if (window.closed) this.#end();
    }, this.#over.signal);
  }

  /** Brings a bond about; the person confirms in Bondkeeper's window. Rejects with KeeperGone or the signal's reason. */
  async pair(device: string, options: PortPairOptions, signal: AbortSignal): Promise<ClientResult> {
    const { level, replace = false } = options;
    const request = { kind: "pair", device, replace, ...(level === undefined ? {} : { level }) } as const;
    return resultOf(await this.#ask(request, options, signal));
  }

  async unpair(device: string, signal: AbortSignal): Promise<ClientResult> {
    return resultOf(await this.#ask({ kind: "unpair", device }, {}, signal));
  }

  /** Forgets what was discovered of the device; its bond stays. */
  async clearCache(device: string, signal: AbortSignal): Promise<ClientResult> {
    return resultOf(await this.#ask({ kind: "clear-cache", device }, {}, signal));
  }

  async status(
    device: string | undefined,
    signal: AbortSignal,
  ): Promise<Extract<KeeperAnswer, { readonly kind: "status" }>> {
    const answer = await this.#ask(
      { kind: "status", ...(device === undefined ? {} : { device }) },
      {},
      signal,
    );
    if (answer.kind !== "status") throw new Misfit("another kind of answer");
    return answer;
  }

  /** Ends the port, and the window with it. */
  close(): void {
    this.#window.close();
    this.#end();
  }

  #ask(request: Asked, options: PortPairOptions, signal: AbortSignal): Promise<KeeperAnswer> {
    if (this.#over.signal.aborted) return Promise.reject(new KeeperGone());
    if (signal.aborted) return Promise.reject(signal.reason);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<KeeperAnswer>();
    this.#pending.set(id, { resolve, reject, options });
    const cancel = (): void => {
      // Not waited for any more; what was begun is ended on the other side.
      this.#pending.delete(id);
      this.#post({ kind: "cancel", id });
      reject(signal.reason);
    };
    signal.addEventListener("abort", cancel, { once: true });
    this.#post({ ...request, id });
    return promise.finally(() => signal.removeEventListener("abort", cancel));
  }

  #post(message: ClientMessage): void {
    this.#port.postMessage(message, []);
  }

  #receive(data: unknown): void {
    let message: KeeperMessage;
    try {
      message = keeperMessage(data);
    } catch (error) {
      if (error instanceof Misfit) return;
      throw error;
    }
    if (message.kind === "welcome" || message.kind === "refused") return;
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    switch (message.kind) {
      case "step":
        pending.options.onStep?.(message.step, message.status);
        return;
      case "passkey-wanted":
        void this.#respond(message.id, pending);
        return;
      default:
        this.#pending.delete(message.id);
        pending.resolve(message);
    }
  }

  async #respond(id: number, { options, reject }: Pending): Promise<void> {
    try {
      const passkey = (await options.passkey?.()) ?? null;
      this.#post({ kind: "respond", id, passkey });
    } catch (error) {
      this.#post({ kind: "cancel", id });
      this.#pending.delete(id);
      reject(error);
    }
  }

  #end(): void {
    this.#over.abort();
    this.#port.close();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new KeeperGone());
  }
}

function resultOf(answer: KeeperAnswer): ClientResult {
  if (answer.kind !== "result") throw new Misfit("another kind of answer");
  return answer;
}
