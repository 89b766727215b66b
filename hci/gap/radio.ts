/** Something that keeps the radio busy and can stand aside for a moment. Both are called inside the radio's turn. */
export interface Activity {
  /** Whether it uses the radio now. */
  readonly running: boolean;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * One thing at a time. Addresses and lists of the controller may only change while nothing uses them (Command Disallowed
 * otherwise), so every change of what the radio does takes its turn here.
 */
export class Radio {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #activities = new Set<Activity>();

  /** Runs `work` after everything that came before. `work` must not take another turn: it would wait for itself. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  /** As `turn`, with every activity standing aside. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.turn(async () => {
      const paused: Activity[] = [];
      try {
        for (const activity of this.#activities) {
          paused.push(activity);
          await activity.pause();
        }
        return await work();
      } finally {
        for (const activity of paused.filter((one) => this.#activities.has(one))) await activity.resume();
      }
    });
  }

  /** Nothing runs now, be it for a moment: addresses and lists may change. */
  get still(): boolean {
    for (const { running } of this.#activities) if (running) return false;
    return true;
  }

  /** Something runs, or will go on after a pause. */
  get busy(): boolean {
    return this.#activities.size > 0;
  }

  add(activity: Activity): void {
    this.#activities.add(activity);
  }

  remove(activity: Activity): void {
    this.#activities.delete(activity);
  }
}
