import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A few rows beyond the screen on both sides, so that a quick scroll shows no gap. */
const MARGIN = 6;
const FIRST_GUESS_PX = 88;

/**
 * Draws only the rows of a long list that can be seen. Rows are all of one height and placed absolutely, so that the
 * row with the keyboard focus can stay in the document while others come and go. Places by CSSOM: the page's policy
 * allows no style attributes.
 */
export class RowWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #list: () => HTMLElement | null;
  readonly #onMove = () => this.#move();
  /** Rows may be of another height in a window of another width. */
  readonly #onResize = () => this.#host.requestUpdate();
  #rowPx = FIRST_GUESS_PX;
  #first = 0;
  #last = 30;

  /** `list`: the element that holds the rows, once it is there. Rows carry `data-index`. */
  constructor(host: ReactiveControllerHost, list: () => HTMLElement | null) {
    this.#host = host;
    this.#list = list;
    host.addController(this);
  }

  /** Indexes to draw, ascending; `keep` is drawn wherever it is. */
  indexes(count: number, keep: number): number[] {
    const first = Math.max(0, Math.min(this.#first, count - 1));
    const last = Math.min(count - 1, this.#last);
    const shown = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    if (keep >= 0 && keep < count && (keep < first || keep > last)) shown.push(keep);
    return shown.toSorted((a, b) => a - b);
  }

  /** Rows that fit on the screen: how far Page Up and Page Down go. */
  get page(): number {
    return Math.max(1, Math.floor(innerHeight / this.#rowPx) - 2);
  }

  /** Scrolls so far that the row can be seen, below what sticks to the top of the screen. */
  reveal(index: number, stickyPx: number): void {
    const list = this.#list();
    if (list === null) return;
    const top = list.getBoundingClientRect().top + index * this.#rowPx;
    if (top < stickyPx) scrollBy({ top: top - stickyPx });
    const bottom = top + this.#rowPx;
    // The lower edge leaves room for the bar at the bottom of a phone.
    if (bottom > innerHeight - this.#rowPx) scrollBy({ top: bottom - innerHeight + this.#rowPx });
    this.#move();
  }

  hostConnected(): void {
    addEventListener("scroll", this.#onMove, { passive: true });
    addEventListener("resize", this.#onResize);
  }

  hostDisconnected(): void {
    removeEventListener("scroll", this.#onMove);
    removeEventListener("resize", this.#onResize);
  }

  hostUpdated(): void {
    const list = this.#list();
    const row = list?.querySelector<HTMLElement>("[data-index]");
    if (list === null || row === null || row === undefined) return;
    const { height } = row.getBoundingClientRect();
    if (height > 0) this.#rowPx = height;
    list.style.height = `${Number(list.dataset["count"] ?? 0) * this.#rowPx}px`;
    for (const shown of list.querySelectorAll<HTMLElement>("[data-index]")) {
      shown.style.transform = `translateY(${Number(shown.dataset["index"]) * this.#rowPx}px)`;
    }
    this.#move();
  }

  #move(): void {
    const list = this.#list();
    if (list === null) return;
    const { top } = list.getBoundingClientRect();
    const first = Math.max(0, Math.floor(-top / this.#rowPx) - MARGIN);
    const last = Math.max(0, Math.ceil((innerHeight - top) / this.#rowPx) + MARGIN);
    if (first === this.#first && last === this.#last) return;
    this.#first = first;
    this.#last = last;
    this.#host.requestUpdate();
  }
}
