/**
 * How a page that opened this window gets its port: known by its origin and its window, let in by the person, from then
 * on by a token. Version 1 of the protocol stands in `sdk/messages.ts`.
 */
import {
  type ClientCapabilities,
  connectCheck,
  type Hello,
  type KeeperMessage,
  PROTOCOL,
} from "../../sdk/messages.ts";
import { toBase64url } from "../../sdk/base64url.ts";
import type { AppStore } from "../../storage/apps/store.ts";
import { Misfit } from "../../storage/check.ts";
import { Store } from "../store.ts";
import { allowMessages } from "./allowed.ts";

/** Of a MessagePort, what is used here. */
export interface Port {
  send(message: KeeperMessage): void;
  close(): void;
  /** Whatever comes through, from now on. */
  listen(listener: (data: unknown) => void): void;
}

export interface DoorEvent {
  readonly origin: string;
  readonly data: unknown;
  /** True where the window that posted it is the one that opened us. */
  readonly fromOpener: boolean;
  readonly ports: readonly Port[];
}

export interface DoorWindow {
  /** To the opener, and only if it is of this origin. False where there is none. */
  sayHello(origin: string, hello: Hello): boolean;
  /** Until the signal aborts. */
  listen(listener: (event: DoorEvent) => void, signal: AbortSignal): void;
}

export type DoorView =
  | { readonly kind: "waiting" }
  | { readonly kind: "no-opener" }
  /** The person is asked whether the page may send messages. */
  | { readonly kind: "asking"; readonly origin: string }
  | { readonly kind: "refused"; readonly origin: string }
  | { readonly kind: "open"; readonly origin: string }
  | { readonly kind: "closed" };

export interface DoorPorts {
  readonly apps: AppStore;
  readonly window: DoorWindow;
  readonly capabilities: () => ClientCapabilities;
  readonly appVersion: string;
  now(): number;
  /** 32 octets from the secure source. */
  newToken(): Uint8Array;
  /** The page was let in: its messages go there. */
  admitted(port: Port): void;
}

/** Wrong tokens and questions to the person, before this window listens no more. */
const MAX_TRIES = 5;

export class Door {
  readonly view = new Store<DoorView>({ kind: "waiting" });
  readonly #ports: DoorPorts;
  readonly #client: string;
  readonly #stop = new AbortController();
  #tries = 0;
  #busy = false;
  #waiting: Port | undefined;

  constructor(client: string, ports: DoorPorts) {
    this.#client = client;
    this.#ports = ports;
  }

  start(): void {
    this.#ports.window.listen((event) => void this.#knock(event), this.#stop.signal);
    const hello: Hello = { protocol: PROTOCOL, kind: "hello" };
    if (!this.#ports.window.sayHello(this.#client, hello)) this.view.set({ kind: "no-opener" });
  }

  /** From a click: the page may send messages from now on, also at its next visit. */
  async allow(): Promise<void> {
    const port = this.#waiting;
    if (this.view.value.kind !== "asking" || port === undefined) return;
    this.#waiting = undefined;
    await this.#welcome(port);
  }

  refuse(): void {
    const port = this.#waiting;
    if (this.view.value.kind !== "asking" || port === undefined) return;
    this.#waiting = undefined;
    this.#turnAway(port, "by-person");
    this.#stop.abort();
    this.view.set({ kind: "refused", origin: this.#client });
  }

  close(): void {
    this.#stop.abort();
    this.view.set({ kind: "closed" });
  }

  /** Another window, another origin, another shape: not for us, and no answer. */
  async #knock({ origin, data, fromOpener, ports }: DoorEvent): Promise<void> {
    const [port, ...more] = ports;
    if (!fromOpener || origin !== this.#client || port === undefined || more.length > 0) return;
    const token = tokenIn(data);
    if (token === null || this.#busy || this.view.value.kind === "open" || this.#waiting !== undefined) {
      port.close();
      return;
    }
    this.#busy = true;
    try {
      await this.#admit(port, token);
    } finally {
      this.#busy = false;
    }
  }

  async #admit(port: Port, token: string | undefined): Promise<void> {
    if (++this.#tries >= MAX_TRIES) this.#stop.abort();
    const known = (await this.#ports.apps.get(this.#client))?.token ?? null;
    if (token !== undefined && known !== null && (await digestOf(token)) === known)
      return this.#welcome(port);
    // A token that is not ours any more: the page forgets it, and asks again without one.
    if (token !== undefined) return this.#turnAway(port, "wrong-token");
    this.#waiting = port;
    this.view.set({ kind: "asking", origin: this.#client });
  }

  /** A new token each time: one that was overheard or kept by an older page is worth nothing. */
  async #welcome(port: Port): Promise<void> {
    const token = toBase64url(this.#ports.newToken());
    await allowMessages(this.#ports.apps, this.#client, await digestOf(token), this.#ports.now());
    this.#stop.abort();
    this.view.set({ kind: "open", origin: this.#client });
    this.#ports.admitted(port);
    const { appVersion } = this.#ports;
    port.send({ kind: "welcome", token, capabilities: this.#ports.capabilities(), appVersion });
  }

  #turnAway(port: Port, reason: "by-person" | "wrong-token"): void {
    port.send({ kind: "refused", reason });
    port.close();
  }
}

/** Null for what is no such message; undefined where it has no token. */
function tokenIn(data: unknown): string | undefined | null {
  try {
    return connectCheck(data).token;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return null;
  }
}

async function digestOf(token: string): Promise<string> {
  const octets = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return toBase64url(new Uint8Array(octets));
}
