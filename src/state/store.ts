/** A value that can be read now and watched for change. */
export interface Readable<T> {
  readonly value: T;
  /** Calls `listener` after every change; the result stops it. */
  watch(listener: () => void): () => void;
}

/** One mutable cell. Values are replaced, never changed in place; an identical value tells nobody. */
export class Store<T> implements Readable<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    // A copy, because a listener may stop itself or others while it runs.
    for (const listener of Array.from(this.#listeners)) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  watch(listener: () => void): () => void {
    const own = () => listener(); // the same function may watch twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
