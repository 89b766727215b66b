/**
 * Two rivals, one after the other and again, so that whatever slows the machine slows both. Each sample is the best of a
 * few: what another program took away is not what the work costs.
 */

/** One way of doing the same thing. */
export interface Rival {
  readonly name: string;
  /** Does the work once more and gives the nanoseconds of one operation; what is not part of it is not counted. */
  sample(): number | Promise<number>;
}

export interface Contest {
  readonly name: string;
  /** Ours first. */
  readonly rivals: readonly [Rival, Rival];
  /** Ours may take at most this many times what the other takes. */
  readonly goal?: number;
  /** What is compared, where the names do not say it. */
  readonly note?: string;
  /** Rounds that are enough for this contest; slow ones need fewer. */
  readonly rounds?: number;
  /** Lets go of what the rivals hold. */
  close?(): Promise<void> | void;
}

export interface Measured {
  readonly name: string;
  /** Nanoseconds. */
  readonly median: number;
  /** Half of the samples lie within this share of the median. */
  readonly spread: number;
}

export interface Result {
  readonly contest: string;
  readonly note: string | undefined;
  readonly rounds: number;
  readonly rivals: readonly [Measured, Measured];
  /** Ours by the other's: the median over the rounds, and the quarters round it. */
  readonly ratio: number;
  readonly ratioLow: number;
  readonly ratioHigh: number;
  /** How far ours in the first half of the rounds is from ours in the second: smaller differences mean nothing. */
  readonly noise: number;
  readonly goal: number | undefined;
  readonly met: boolean | undefined;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function measured(name: string, samples: readonly number[]): Measured {
  const middle = median(samples);
  const spread = (quantile(samples, 0.75) - quantile(samples, 0.25)) / 2 / middle;
  return { name, median: middle, spread };
}

/** Starts a clock; each call of the result gives the nanoseconds since then. */
export function stopwatch(): () => number {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start);
}

/** Nanoseconds per operation of `operations` calls of `work`. */
export function timed(operations: number, work: () => void): number {
  const elapsed = stopwatch();
  for (let i = 0; i < operations; i++) work();
  return elapsed() / operations;
}

export const DEFAULT_ROUNDS = 31;
const WARM_UP = 5;
const BEST_OF = 5;

async function best(rival: Rival): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < BEST_OF; i++) least = Math.min(least, await rival.sample());
  return least;
}

/** Runs one contest: warm-up, then rounds in which each goes first by turns. */
export async function compete(contest: Contest, most: number = DEFAULT_ROUNDS): Promise<Result> {
  const [ours, other] = contest.rivals;
  const rounds = Math.min(most, contest.rounds ?? DEFAULT_ROUNDS);
  const samples: readonly [number[], number[]] = [[], []];
  try {
    for (let round = -Math.min(WARM_UP, rounds); round < rounds; round++) {
      const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
      for (const index of order) {
        const sample = await best(contest.rivals[index]);
        if (round >= 0) samples[index].push(sample);
      }
    }
  } finally {
    await contest.close?.();
  }
  const ratios = samples[0].map((sample, round) => sample / (samples[1][round] ?? sample));
  const half = Math.ceil(rounds / 2);
  const noise = Math.abs(median(samples[0].slice(0, half)) / median(samples[0].slice(-half)) - 1);
  const ratio = median(ratios);
  return {
    contest: contest.name,
    note: contest.note,
    rounds,
    rivals: [measured(ours.name, samples[0]), measured(other.name, samples[1])],
    ratio,
    ratioLow: quantile(ratios, 0.25),
    ratioHigh: quantile(ratios, 0.75),
    noise,
    goal: contest.goal,
    met: contest.goal === undefined ? undefined : ratio <= contest.goal,
  };
}

function duration(ns: number): string {
  if (ns < 10_000) return `${ns.toFixed(ns < 100 ? 1 : 0)} ns`;
  return ns < 10_000_000 ? `${(ns / 1000).toFixed(1)} µs` : `${(ns / 1_000_000).toFixed(1)} ms`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** One result as lines for a person. */
export function described(result: Result): string {
  const { contest, note, rivals, ratio, ratioLow, ratioHigh, noise, goal, met, rounds } = result;
  const verdict = goal === undefined ? "" : `, goal ≤ ${goal}: ${met === true ? "met" : "MISSED"}`;
  return [
    `${contest}${note === undefined ? "" : ` (${note})`}`,
    ...rivals.map(
      ({ name, median: middle, spread }) =>
        `  ${name.padEnd(22)} ${duration(middle).padStart(10)} ± ${percent(spread)}`,
    ),
    `  ratio ${ratio.toFixed(2)} (${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)}), noise ${percent(noise)}, ${rounds} rounds${verdict}`,
  ].join("\n");
}
