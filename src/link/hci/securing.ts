/**
 * What secures a link ends the link when it fails, and knows better than the link why: whoever hears that the link is gone
 * waits until that is told.
 */
export class Securing {
  readonly #underWay = new Set<Promise<unknown>>();

  /** `work` must settle when its link ends. */
  while<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    const over = (): void => void this.#underWay.delete(work);
    work.then(over, over);
    return work;
  }

  /** Resolves when nothing is under way any more. */
  async over(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }
}
