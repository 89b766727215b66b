/**
 * The requests of a page that was let in. Each gets exactly one answer, whatever happens; what changes anything waits for
 * a click in this window. Nothing here trusts a message: one that does not fit is dropped, too many end the session.
 */
import type { BondResult } from "../../bonds/result.ts";
import { type Remedy, ResultCode, type ResultName, type ResultReason } from "../../bonds/result.ts";
import {
  type ClientMessage,
  type ClientRequest,
  clientMessage,
  type KeeperAnswer,
  type KeeperMessage,
} from "../../sdk/messages.ts";
import { Misfit } from "../../storage/check.ts";
import { Store } from "../store.ts";
import type { Port } from "./door.ts";

/** A request that waits for the person, or is being worked on. */
export interface OpenRequest {
  readonly request: ClientRequest;
  readonly state: "waiting" | "working";
}

export interface Worker {
  /** True for what may be done without the person. */
  isHarmless(request: ClientRequest): boolean;
  /** Never rejects; `tell` sends what is no answer. The signal aborts when the page cancelled or time is up. */
  work(
    request: ClientRequest,
    tell: (message: Extract<KeeperMessage, { readonly kind: "step" | "passkey-wanted" }>) => void,
    signal: AbortSignal,
  ): Promise<KeeperAnswer>;
  /** Six digits for the pairing of this request, or null: the person is to be asked. */
  respond(id: number, passkey: string | null): void;
}

export interface SessionPorts {
  readonly worker: Worker;
  after(ms: number, run: () => void): () => void;
  now(): number;
}

/** For a person to say yes, and for the work itself, milliseconds. */
export const ANSWER_MS = 5 * 60_000;
const MAX_OPEN = 8;
/** Messages in ten seconds, fitting or not. */
const MAX_BURST = 100;
const BURST_MS = 10_000;

interface Entry {
  readonly request: ClientRequest;
  readonly stop: AbortController;
  readonly stopTimer: () => void;
  state: OpenRequest["state"];
}

export class Session {
  /** Oldest first. */
  readonly view = new Store<readonly OpenRequest[]>([]);
  readonly #ports: SessionPorts;
  readonly #port: Port;
  readonly #open = new Map<number, Entry>();
  readonly #times: number[] = [];
  #lastId = 0;
  #closed = false;

  constructor(port: Port, ports: SessionPorts) {
    this.#port = port;
    this.#ports = ports;
    port.listen((data) => this.#hear(data));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The person's click. */
  confirm(id: number): void {
    const entry = this.#open.get(id);
    if (entry?.state === "waiting") void this.#work(entry);
  }

  deny(id: number): void {
    const entry = this.#open.get(id);
    if (entry?.state === "waiting") this.#answer(refusal(entry.request, "cancelled", "by-person"));
  }

  /** Every request that is open is answered, and nothing is heard any more. */
  close(): void {
    if (this.#closed) return;
    for (const { request } of this.#open.values()) this.#answer(refusal(request, "cancelled", "by-person"));
    this.#closed = true;
    this.#port.close();
  }

  #hear(data: unknown): void {
    if (this.#closed) return;
    if (this.#isFlood()) return this.close();
    let message: ClientMessage;
    try {
      message = clientMessage(data);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      return;
    }
    switch (message.kind) {
      case "respond":
        if (this.#open.get(message.id)?.state === "working")
          this.#ports.worker.respond(message.id, message.passkey);
        return;
      case "cancel":
        this.#cancel(message.id, "by-person");
        return;
      default:
        this.#take(message);
    }
  }

  #take(request: ClientRequest): void {
    // An id is used once: a request that is sent again is the same one, and has its answer.
    if (request.id <= this.#lastId) return;
    this.#lastId = request.id;
    if (this.#open.size >= MAX_OPEN) return this.#send(refusal(request, "permission", "held-elsewhere"));
    const stopTimer = this.#ports.after(ANSWER_MS, () => this.#cancel(request.id, "time-limit"));
    const entry: Entry = { request, stop: new AbortController(), stopTimer, state: "waiting" };
    this.#open.set(request.id, entry);
    if (this.#ports.worker.isHarmless(request)) void this.#work(entry);
    else this.#show();
  }

  async #work(entry: Entry): Promise<void> {
    const { request, stop } = entry;
    entry.state = "working";
    this.#show();
    try {
      const answer = await this.#ports.worker.work(
        request,
        (message) => {
          if (this.#open.has(request.id)) this.#send(message);
        },
        stop.signal,
      );
      this.#answer(answer);
    } catch {
      // A fault of ours is an answer too.
      this.#answer(refusal(request, "usage", "unexpected"));
    }
  }

  #cancel(id: number, reason: "by-person" | "time-limit"): void {
    const entry = this.#open.get(id);
    if (entry === undefined) return;
    entry.stop.abort();
    this.#answer(refusal(entry.request, "cancelled", reason));
  }

  /** The one answer: what comes after it is dropped. */
  #answer(answer: KeeperAnswer): void {
    const entry = this.#open.get(answer.id);
    if (entry === undefined) return;
    entry.stopTimer();
    this.#open.delete(answer.id);
    this.#send(answer);
    this.#show();
  }

  #send(message: KeeperMessage): void {
    if (!this.#closed) this.#port.send(message);
  }

  #show(): void {
    this.view.set([...this.#open.values()].map(({ request, state }) => ({ request, state })));
  }

  #isFlood(): boolean {
    const now = this.#ports.now();
    this.#times.push(now);
    while ((this.#times[0] ?? now) < now - BURST_MS) this.#times.shift();
    return this.#times.length > MAX_BURST;
  }
}

export function answerOf(request: ClientRequest, result: BondResult): KeeperAnswer {
  const { code, name, reason, remedy, device } = result;
  return {
    kind: "result",
    id: request.id,
    device: device.slice(0, 300),
    success: code === 0,
    code,
    name,
    reason,
    remedy,
  };
}

/** `remedy`: what would help, where the name alone does not say it. */
export function refusal(
  request: ClientRequest,
  name: ResultName,
  reason: ResultReason | null,
  remedy: Remedy = name === "ok" ? "continue" : name === "cancelled" ? "retry" : "fix-call",
): KeeperAnswer {
  const device = request.device ?? "";
  const success = name === "ok";
  return { kind: "result", id: request.id, device, success, code: ResultCode[name], name, reason, remedy };
}
