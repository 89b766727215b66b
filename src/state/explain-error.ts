/** "Explain this error": what somebody pasted, and every way to read it. */
import type { Explanation } from "../link/foreign.ts";
import type { Stack } from "../link/foreign/entry.ts";
import type { App } from "./app.ts";
import { Store } from "./store.ts";

export type { Explanation } from "../link/foreign.ts";
export type { BondVerdict, Stack } from "../link/foreign/entry.ts";

export interface ExplainView {
  readonly text: string;
  /** Whose error it is, where the person knows. */
  readonly hint: Stack | null;
  /** Null while nothing was asked. Empty: nothing in the text is known. */
  readonly answers: readonly Explanation[] | null;
}

export const MAX_ASKED = 2_000;

type Explain = (text: string, hint?: Stack) => readonly Explanation[];

export class ExplainError {
  readonly view = new Store<ExplainView>({ text: "", hint: null, answers: null });
  readonly app: App;
  readonly #load: () => Promise<Explain>;
  #explain: Explain | undefined;

  /** `load`: the tables of other stacks, fetched when they are first needed. */
  constructor(app: App, load: () => Promise<Explain>) {
    this.app = app;
    this.#load = load;
  }

  async ask(text: string): Promise<void> {
    this.view.update((view) => ({ ...view, text: text.slice(0, MAX_ASKED) }));
    await this.#answer();
  }

  async from(hint: Stack | null): Promise<void> {
    this.view.update((view) => ({ ...view, hint }));
    await this.#answer();
  }

  async #answer(): Promise<void> {
    this.#explain ??= await this.#load();
    const { text, hint } = this.view.value;
    const answers = text.trim() === "" ? null : this.#explain(text, hint ?? undefined);
    this.view.update((view) => ({ ...view, answers }));
  }
}
