/** Something that is fetched when it is first wanted: the state of a screen, with all that it stands on. */
export class Lazy<T> {
  readonly #fetch: () => Promise<T>;
  #pending: Promise<T> | undefined;
  #found: { readonly value: T } | undefined;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Fetched once for all who ask. A fetch that failed is tried again by the next call. */
  load(): Promise<T> {
    this.#pending ??= this.#fetch().then(
      (value) => {
        this.#found = { value };
        return value;
      },
      (error: unknown) => {
        this.#pending = undefined;
        throw error;
      },
    );
    return this.#pending;
  }

  /** Throws before `load` has resolved. */
  get loaded(): T {
    if (this.#found === undefined) throw new Error("Cannot show this part: it is not loaded yet");
    return this.#found.value;
  }
}
