import type { Clock } from "../../hci/ports.ts";

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const alarm: Alarm = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** How many alarms still wait: a test can show that nothing was left behind. */
  get pending(): number {
    return this.#alarms.size;
  }

  /**
   * Moves time by `ms` and runs what becomes due, in order. Pending promise reactions run before the first alarm and
   * after each, so that code which waits for one alarm and then sets the next works as with real time.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let alarm = this.#nextUntil(end); alarm !== undefined; alarm = this.#nextUntil(end)) {
      this.#alarms.delete(alarm);
      this.#now = Math.max(this.#now, alarm.at);
      alarm.run();
      await settle();
    }
    this.#now = end;
  }

  /** Moves time to the next alarm and runs it; false when nothing waits. For whoever only wants the end of something. */
  async step(): Promise<boolean> {
    const alarm = this.#nextUntil(Infinity);
    if (alarm === undefined) return false;
    this.#alarms.delete(alarm);
    this.#now = Math.max(this.#now, alarm.at);
    alarm.run();
    await settle();
    return true;
  }

  #nextUntil(end: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at > end) continue;
      if (next === undefined || alarm.at < next.at || (alarm.at === next.at && alarm.order < next.order))
        next = alarm;
    }
    return next;
  }
}

/** Lets every promise reaction run that is ready now, and those they make ready. No time passes. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
