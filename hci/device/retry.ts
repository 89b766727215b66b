/** When to try again after a link was lost or could not be secured. Pure: who waits brings the clock. */

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** Security that fails this often needs a person, not another try. */
const SECURITY_TRIES = 3;
/** The share of a wait that is left to chance, so that many hosts do not come back at once. */
const JITTER = 0.25;

export type Failure =
  /** Not reachable, out of range, the link broke: unlimited. */
  | "link"
  /** Encryption did not come about, though nothing says that the bond is bad. */
  | "security";

/** The waits of one peer. */
export class Retry {
  readonly #random: () => number;
  #links = 0;
  #security = 0;

  /** `random` gives 0 up to, not including, 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Milliseconds to wait after this failure; undefined: stop. Links: 1, 2, 4 … 60 s. Security: 1 and 2 s, and after
   * the third failure no more.
   */
  after(failure: Failure): number | undefined {
    if (failure === "security") {
      this.#security++;
      return this.#security >= SECURITY_TRIES ? undefined : this.#wait(this.#security);
    }
    this.#links++;
    return this.#wait(this.#links);
  }

  /** The link is up and, for a bonded peer, encrypted. */
  succeeded(): void {
    this.#links = 0;
    this.#security = 0;
  }

  #wait(failures: number): number {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
    return longest * (1 - JITTER * this.#random());
  }
}
