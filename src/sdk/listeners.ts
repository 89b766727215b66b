/** Listeners that cannot harm one another, or whoever calls them: one that throws is reported, and the rest go on. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Until the signal aborts. The same function may listen twice. */
  add(listener: (value: T) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    signal.addEventListener("abort", () => this.#listeners.delete(own), { once: true });
  }

  tell(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

/** As the platform does with a listener's error: told to whoever watches the page, and to nobody else. */
export function reportLater(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
}
