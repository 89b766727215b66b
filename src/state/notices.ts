/** Short messages after an act, with its undo, and what a screen reader is told beside them. */
import type { Page } from "./page.ts";
import { Store } from "./store.ts";

export interface Notice {
  readonly text: string;
  readonly tone: "done" | "problem";
  readonly undo: (() => void) | null;
}

/** A notice without undo goes by itself; one with undo stays until it is used, closed or replaced. */
const STAYS_MS = 8_000;

export class Notices {
  readonly notice = new Store<Notice | null>(null);
  /** The text of the page's live region. */
  readonly spoken = new Store("");
  readonly #page: Pick<Page, "after">;
  #stop: (() => void) | undefined;

  constructor(page: Pick<Page, "after">) {
    this.#page = page;
  }

  done(text: string, undo: (() => void) | null = null): void {
    this.#show({ text, tone: "done", undo });
  }

  problem(text: string): void {
    this.#show({ text, tone: "problem", undo: null });
  }

  undo(): void {
    const undo = this.notice.value?.undo;
    this.close();
    undo?.();
  }

  close(): void {
    this.#stop?.();
    this.notice.set(null);
  }

  /** Tells assistive technology. The same words twice are told twice: a space makes them differ. */
  say(text: string): void {
    this.spoken.set(this.spoken.value === text ? `${text} ` : text);
  }

  #show(notice: Notice): void {
    this.#stop?.();
    this.notice.set(notice);
    this.say(notice.undo === null ? notice.text : `${notice.text} Undo is offered.`);
    this.#stop =
      notice.undo === null
        ? this.#page.after(STAYS_MS, () => {
            if (this.notice.value === notice) this.notice.set(null);
          })
        : undefined;
  }
}
