import type { StackEvent } from "../../../hci/device/events.ts";
import type { Stack } from "../../../hci/device/stack.ts";

/** The adapter as the API needs it. It may go, and come back as another stack. */
export interface BluetoothHost {
  /** Undefined while there is no adapter. */
  readonly stack: Stack | undefined;
  /** Called after `stack` changed; the result ends it. */
  onStackChange(listener: () => void): () => void;
  /** What the present stack tells its owner. */
  onStackEvent(listener: (event: StackEvent) => void): () => void;
}

/**
 * A host for whoever starts stacks: `hear` is the stack's `onEvent`, `use` says which one is there. A stack that closes
 * is taken away by itself.
 */
export class StackSlot implements BluetoothHost {
  readonly #changes = new Set<() => void>();
  readonly #listeners = new Set<(event: StackEvent) => void>();
  readonly hear = (event: StackEvent): void => {
    for (const listener of this.#listeners) listener(event);
    if (event.kind === "closed") this.use(undefined);
  };
  #stack: Stack | undefined;

  get stack(): Stack | undefined {
    return this.#stack;
  }

  use(stack: Stack | undefined): void {
    if (stack === this.#stack) return;
    this.#stack = stack;
    for (const listener of this.#changes) listener();
  }

  onStackChange(listener: () => void): () => void {
    this.#changes.add(listener);
    return () => void this.#changes.delete(listener);
  }

  onStackEvent(listener: (event: StackEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
