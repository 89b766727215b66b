import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Readable } from "../state/store.ts";

/**
 * Re-renders its host when what `select` takes from a store changes; lets go when the host leaves the page.
 *
 * `source` is a function because a component gets its state as a property: the store is looked up when the host is
 * connected and again before each update, so a component may be handed another state at any time.
 */
export class Watch<T, S = T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: () => Readable<T>;
  readonly #select: (value: T) => S;
  #store: Readable<T> | undefined;
  #last: { readonly selected: S } | undefined;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, source: () => Readable<T>, select: (value: T) => S) {
    this.#host = host;
    this.#source = source;
    this.#select = select;
    host.addController(this);
  }

  /** Watches the whole value. */
  static whole<T>(host: ReactiveControllerHost, source: () => Readable<T>): Watch<T> {
    return new Watch(host, source, (value) => value);
  }

  get value(): S {
    this.#attach();
    return this.#select(this.#source().value);
  }

  hostConnected(): void {
    this.#attach();
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    this.#attach();
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#store = undefined;
  }

  #attach(): void {
    const store = this.#source();
    if (store === this.#store) return;
    this.#stop?.();
    this.#store = store;
    this.#last = { selected: this.#select(store.value) };
    this.#stop = store.watch(() => this.#changed(store));
  }

  #changed(store: Readable<T>): void {
    const selected = this.#select(store.value);
    if (this.#last !== undefined && Object.is(selected, this.#last.selected)) return;
    this.#last = { selected };
    this.#host.requestUpdate();
  }
}
