/** What an adapter of our own has to ask a person: whether it may have the keys, and which device is meant. */
import type { AdapterDecision, AdapterMatch } from "../../storage/keys/admission.ts";
import type { AdapterClaim } from "../../storage/keys/rows.ts";
import { Store } from "../store.ts";

export interface AdmissionQuestion {
  readonly claim: AdapterClaim;
  /** Nearest first; never empty: an adapter that nobody knows gets no keys and needs no question. */
  readonly matches: readonly AdapterMatch[];
  answer(decision: AdapterDecision): void;
}

/** A device as it was heard. Hostile text. */
export interface HeardChoice {
  readonly id: string;
  readonly name: string | undefined;
  /** dBm */
  readonly rssi: number | undefined;
  readonly bonded: boolean;
}

/** What is heard while a chooser is open. */
export interface HeardChoices {
  readonly all: readonly HeardChoice[];
  onChange: (() => void) | undefined;
}

export interface ChooserQuestion {
  readonly heard: readonly HeardChoice[];
  /** Null closes the list without a choice. */
  answer(id: string | null): void;
}

/** A list that jumps cannot be clicked: it is shown anew this often. */
const REDRAW_MS = 250;

export class AdapterQuestions {
  readonly admission = new Store<AdmissionQuestion | null>(null);
  readonly chooser = new Store<ChooserQuestion | null>(null);
  readonly #after: (ms: number, run: () => void) => () => void;
  readonly #newLabel: string;

  /** `newLabel`: what an adapter is called that was never seen, until a person names it. */
  constructor(newLabel: string, after: (ms: number, run: () => void) => () => void) {
    this.#newLabel = newLabel;
    this.#after = after;
  }

  /** Whether `claim` is one of `matches` all the same. One that matches nothing is new, and starts without keys. */
  async admit(
    claim: AdapterClaim,
    matches: readonly AdapterMatch[],
    signal: AbortSignal,
  ): Promise<AdapterDecision> {
    if (matches.length === 0) return { kind: "new", label: this.#newLabel };
    this.admission.value?.answer({ kind: "refuse" });
    const { promise, resolve } = Promise.withResolvers<AdapterDecision>();
    const question: AdmissionQuestion = {
      claim,
      matches,
      answer: (decision) => {
        if (this.admission.value === question) this.admission.set(null);
        resolve(decision);
      },
    };
    signal.addEventListener("abort", () => question.answer({ kind: "refuse" }), { once: true });
    this.admission.set(question);
    return promise;
  }

  /** Resolves with the id of a device that was heard, or null where the list was closed. */
  async choose(heard: HeardChoices, signal: AbortSignal): Promise<string | null> {
    this.chooser.value?.answer(null);
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const answer = (id: string | null): void => {
      resolve(id);
    };
    let waiting: (() => void) | undefined;
    const show = (): void => this.chooser.set({ heard: [...heard.all], answer });
    heard.onChange = () => {
      waiting ??= this.#after(REDRAW_MS, () => {
        waiting = undefined;
        show();
      });
    };
    signal.addEventListener("abort", () => answer(null), { once: true });
    show();
    try {
      return await promise;
    } finally {
      heard.onChange = undefined;
      waiting?.();
      this.chooser.set(null);
    }
  }
}
