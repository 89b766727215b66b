/** Time as the backends see it: the page passes `pageTimers`, tests a clock that they move by hand. */
export interface Timers {
  /** Runs `run` once after `ms` milliseconds; the result cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const pageTimers: Timers = {
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => {
      clearTimeout(id);
    };
  },
};
