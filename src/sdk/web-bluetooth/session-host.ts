import type { StackEvent } from "../../../hci/device/events.ts";
import type { Stack } from "../../../hci/device/stack.ts";
import type { AdapterSession } from "../../link/hci/session.ts";
import type { BluetoothHost } from "./host.ts";

/** The host of an adapter session: the same adapter for `createBondkeeper({ adapter })` and for pages' own GATT code. */
export class SessionHost implements BluetoothHost {
  readonly #session: AdapterSession;

  constructor(session: AdapterSession) {
    this.#session = session;
  }

  get stack(): Stack | undefined {
    return this.#session.state.kind === "ready" ? this.#session.stack : undefined;
  }

  onStackChange(listener: () => void): () => void {
    const end = new AbortController();
    this.#session.onState(() => listener(), end.signal);
    return () => end.abort();
  }

  onStackEvent(listener: (event: StackEvent) => void): () => void {
    const end = new AbortController();
    this.#session.onEvent(listener, end.signal);
    return () => end.abort();
  }
}
