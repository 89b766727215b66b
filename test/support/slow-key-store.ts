import type { Address, Bond } from "../../hci/ports.ts";
import type { ManualClock } from "./manual-clock.ts";
import { MemoryKeyStore } from "./smp/memory-key-store.ts";

/** A store that takes its time, as those of browsers do. */
export class SlowKeyStore extends MemoryKeyStore {
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
  }

  override async get(local: Address, peer: Address): Promise<Bond | undefined> {
    await new Promise<void>((resolve) => {
      this.#clock.after(40, resolve);
    });
    return super.get(local, peer);
  }
}
