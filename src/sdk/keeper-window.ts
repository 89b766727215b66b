/** Bondkeeper in a window of its own, opened by a page: a question by link, or a port for the four messages. */
import { fitting } from "../storage/check.ts";
import { ensureAddress, ensureLink, type EnsureQuestion, type KeyChoice, newNonce } from "./ensure-link.ts";
import { KeeperPort } from "./keeper-port.ts";
import { type Connect, ensuredCheck, helloCheck, keeperMessage, PROTOCOL } from "./messages.ts";
import type { ResultClaims } from "./signed-result.ts";
import { verifyResult } from "./verify-result.ts";

/** The window ended, or Bondkeeper said no. */
export class KeeperUnavailable extends Error {
  override readonly name = "KeeperUnavailable";
  readonly why: "blocked" | "closed" | "by-person" | "not-allowed" | "wrong-token";

  constructor(why: KeeperUnavailable["why"]) {
    super(`Cannot use Bondkeeper: ${why}`);
    this.why = why;
  }
}

/** The opened window, as far as another origin may touch it. */
export interface OpenedWindow {
  readonly closed: boolean;
  postMessage(
    message: unknown,
    options: { readonly targetOrigin: string; readonly transfer: Transferable[] },
  ): void;
  close(): void;
}

export interface PageMessage {
  readonly data: unknown;
  readonly origin: string;
  readonly source: unknown;
}

/** The page that opens it; `pageOf(window)` in a browser. */
export interface OpeningPage {
  readonly origin: string;
  /** Null where the browser blocks it: it must come from a person's act. */
  open(href: string): OpenedWindow | null;
  /** Until the signal aborts. */
  onMessage(listener: (message: PageMessage) => void, signal: AbortSignal): void;
  /** Every half a second or so, until the signal aborts: closing a window is no event for its opener. */
  often(listener: () => void, signal: AbortSignal): void;
  readonly tokens: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

const OFTEN_MS = 500;

export function pageOf(page: Window & typeof globalThis): OpeningPage {
  return {
    origin: page.origin,
    tokens: page.localStorage,
    open: (href) => page.open(href, "bondkeeper", "popup,width=480,height=720"),
    onMessage: (listener, signal) => page.addEventListener("message", listener, { signal }),
    often: (listener, signal) => {
      const timer = page.setInterval(listener, OFTEN_MS);
      signal.addEventListener("abort", () => page.clearInterval(timer), { once: true });
    },
  };
}

interface Asked<T> {
  readonly page: OpeningPage;
  readonly opened: OpenedWindow;
  readonly keeperOrigin: string;
  readonly signal: AbortSignal;
  /** Undefined: not what was waited for. */
  readonly take: (data: unknown) => Promise<T> | undefined;
}

/** Waits for one message of that window and that origin; whatever else comes is not looked at. */
async function answerOf<T>({ page, opened, keeperOrigin, signal, take }: Asked<T>): Promise<T> {
  signal.throwIfAborted();
  const over = new AbortController();
  const answer = Promise.withResolvers<T>();
  signal.addEventListener("abort", () => answer.reject(signal.reason), { once: true, signal: over.signal });
  page.onMessage(({ data, origin, source }) => {
    if (source !== opened || origin !== keeperOrigin) return;
    take(data)?.then(answer.resolve, answer.reject);
  }, over.signal);
  page.often(() => {
    if (opened.closed) answer.reject(new KeeperUnavailable("closed"));
  }, over.signal);
  try {
    return await answer.promise;
  } finally {
    over.abort();
  }
}

function opened(page: OpeningPage, href: string): OpenedWindow {
  const made = page.open(href);
  if (made === null) throw new KeeperUnavailable("blocked");
  return made;
}

export interface WindowOptions {
  readonly page: OpeningPage;
  readonly keyFor: KeyChoice;
}

/**
 * Asks in a window, and resolves with the verified answer; the window is closed then. Call it from a person's act. Rejects
 * with KeeperUnavailable, ResultRefused, or the signal's reason.
 */
export async function ensureInWindow(
  question: EnsureQuestion,
  { page, keyFor }: WindowOptions,
  signal: AbortSignal,
): Promise<ResultClaims> {
  const nonce = newNonce();
  const window = opened(page, ensureLink({ ...question, nonce, client: page.origin }));
  const take = (data: unknown): Promise<ResultClaims> | undefined => {
    const message = fitting(ensuredCheck, data);
    return message && verified(message.result, message.publicKey);
  };
  const verified = async (result: string, offered: string): Promise<ResultClaims> => {
    const publicKey = await keyFor(offered);
    return verifyResult(result, { publicKey, audience: page.origin, nonce });
  };
  const keeperOrigin = new URL(question.keeper).origin;
  try {
    return await answerOf({ page, opened: window, keeperOrigin, signal, take });
  } finally {
    window.close();
  }
}

const TOKENS = "bondkeeper.token:";

/**
 * Opens a port for the messages. Call it from a person's act; the person may be asked in the window. Rejects with
 * KeeperUnavailable or the signal's reason. The window stays open for as long as the port is used.
 */
export async function openKeeper(
  keeper: string,
  page: OpeningPage,
  signal: AbortSignal,
): Promise<KeeperPort> {
  const keeperOrigin = new URL(keeper).origin;
  const link = ensureAddress(keeper);
  link.hash = `client=${encodeURIComponent(page.origin)}`;
  const window = opened(page, link.href);
  const take = (data: unknown): Promise<KeeperPort> | undefined =>
    fitting(helloCheck, data) && connected(window, keeperOrigin, page);
  try {
    return await answerOf({ page, opened: window, keeperOrigin, signal, take });
  } catch (error) {
    window.close();
    throw error;
  }
}

async function connected(window: OpenedWindow, targetOrigin: string, page: OpeningPage): Promise<KeeperPort> {
  const name = TOKENS + targetOrigin;
  const token = page.tokens.getItem(name);
  const { port1, port2 } = new MessageChannel();
  const first = new Promise<unknown>((resolve) => {
    port1.addEventListener("message", ({ data }) => resolve(data), { once: true });
    port1.start();
  });
  const connect: Connect = { protocol: PROTOCOL, kind: "connect", ...(token === null ? {} : { token }) };
  window.postMessage(connect, { targetOrigin, transfer: [port2] });
  const answer = fitting(keeperMessage, await first);
  if (answer?.kind === "welcome") {
    page.tokens.setItem(name, answer.token);
    return new KeeperPort(port1, answer, { page, window });
  }
  port1.close();
  const why = answer?.kind === "refused" ? answer.reason : "not-allowed";
  if (why === "wrong-token") page.tokens.removeItem(name);
  throw new KeeperUnavailable(why);
}
