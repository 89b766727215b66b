import type { Keypress, PairingAbout, PairingEnd, PairingTerms } from "../link/pairing.ts";
import type { Answer, AnswerOutcome, PairingAsk } from "./pairing-requests.ts";

/** A question that waits: what it was, and how to settle it. */
interface Open {
  readonly id: string;
  readonly ask: PairingAsk;
  readonly askedAt: number;
  readonly settle: (answer: Answer) => void;
}

const LONGEST_PASSKEY = 6;

/** One pairing on one connection: at most one open question at a time. It ends with its signal. */
export class PairingProcedure {
  readonly about: PairingAbout;
  /** Ours on the adapter that pairs; undefined where that is not told. */
  readonly localIdentity: string | undefined;
  terms: PairingTerms | null = null;
  replaces = false;
  /** The person said no: how it ended needs no telling. */
  refused = false;
  /** Tells the peer of a key pressed here. */
  press: (key: Keypress) => void = () => {};
  #open: Open | null = null;

  constructor(about: PairingAbout, localIdentity: string | undefined) {
    this.about = about;
    this.localIdentity = localIdentity;
  }

  get open(): Open | null {
    return this.#open;
  }

  get end(): PairingEnd {
    const { reason } = this.about.signal;
    return isEnd(reason) ? reason : { kind: "cancelled" };
  }

  /** Resolves with the answer; rejects when the pairing ends before there is one. */
  async ask(id: string, ask: PairingAsk, askedAt: number): Promise<Answer> {
    const { signal } = this.about;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const stop = (): void => reject(new Error("Cannot answer: the pairing is over"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    this.#open = { id, ask, askedAt, settle: resolve };
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      if (this.#open?.id === id) this.#open = null;
    }
  }

  /** Digits to be typed at the other device: nothing to wait for. */
  show(id: string, digits: string, askedAt: number): void {
    const stop = (): void => this.about.stop();
    this.#open = { id, ask: { kind: "display", digits, typed: null }, askedAt, settle: stop };
  }

  /** How far the person at the other device is; null where nothing is shown. */
  pressed(key: Keypress): number | null {
    const open = this.#open;
    if (open?.ask.kind !== "display") return null;
    const typed = typedAfter(open.ask.typed ?? 0, key);
    this.#open = { ...open, ask: { ...open.ask, typed } };
    return typed;
  }

  /** Settles the open question, if the answer fits it. */
  answer(id: string, answer: Answer): AnswerOutcome {
    const open = this.#open;
    if (open?.id !== id || this.about.signal.aborted) return "too-late";
    const problem = problemWith(open.ask, answer);
    if (problem !== null) return problem;
    this.#open = null;
    this.refused ||= !answer.accept;
    open.settle(answer);
    return "answered";
  }
}

function problemWith(ask: PairingAsk, answer: Answer): AnswerOutcome | null {
  if (!answer.accept) return null;
  if (ask.kind === "display") return "not-for-you";
  if (ask.kind !== "enter") return answer.passkey === undefined ? null : "passkey-unexpected";
  if (answer.passkey === undefined) return "passkey-missing";
  return /^[0-9]{6}$/.test(answer.passkey) ? null : "passkey-malformed";
}

function typedAfter(typed: number, key: Keypress): number {
  switch (key) {
    case "EntryStarted":
    case "Cleared":
      return 0;
    case "DigitEntered":
      return Math.min(LONGEST_PASSKEY, typed + 1);
    case "DigitErased":
      return Math.max(0, typed - 1);
    case "EntryCompleted":
      return typed;
  }
}

function isEnd(reason: unknown): reason is PairingEnd {
  return typeof reason === "object" && reason !== null && "kind" in reason;
}
