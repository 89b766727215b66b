/**
 * Rivals, one after the other and again, so that whatever slows the machine slows all. Each sample is the best of a few:
 * what another program took away is not what the work costs. Runs in Node and in pages.
 */

/** One way of doing the same thing. */
export interface Rival {
  readonly name: string;
  /** Does the work once more and gives the nanoseconds of one operation; what is not part of it is not counted. */
  sample(): number | Promise<number>;
  /** Ours may take at most this many times what this one takes. */
  readonly goal?: number;
}

export interface Contest {
  readonly name: string;
  /** Ours first. */
  readonly rivals: readonly [Rival, ...Rival[]];
  /** What is compared, where the names do not say it. */
  readonly note?: string;
  /** Rounds that are enough for this contest; slow ones need fewer. */
  readonly rounds?: number;
  /** Samples of which the best counts; 1 where a sample is long or is a median itself. */
  readonly bestOf?: number;
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

export type Verdict = "reached" | "not reached" | "too noisy to judge";

/** One of the others, and ours by it: the median over the rounds, and the quarters round it. */
export interface Compared extends Measured {
  readonly ratio: number;
  readonly ratioLow: number;
  readonly ratioHigh: number;
  readonly goal: number | undefined;
  readonly verdict: Verdict | undefined;
}

export interface Result {
  readonly kind: "contest";
  readonly name: string;
  readonly note: string | undefined;
  readonly rounds: number;
  readonly ours: Measured;
  readonly others: readonly Compared[];
  /** How far ours in the first half of the rounds is from ours in the second: smaller differences mean nothing. */
  readonly noise: number;
}

/** The value below which that share of `values` lies. */
export function quantile(values: readonly number[], share: number): number {
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

/** By the median, unless the goal lies within the quarters and nearer to the median than the noise. */
function judged(ratio: number, low: number, high: number, noise: number, goal: number): Verdict {
  const unsure = low <= goal && goal <= high && Math.abs(ratio / goal - 1) < noise;
  if (unsure) return "too noisy to judge";
  return ratio <= goal ? "reached" : "not reached";
}

function compared(
  { name, goal }: Rival,
  samples: readonly number[],
  ours: readonly number[],
  noise: number,
): Compared {
  const ratios = ours.map((sample, round) => sample / (samples[round] ?? sample));
  const ratio = median(ratios);
  const [ratioLow, ratioHigh] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  const verdict = goal === undefined ? undefined : judged(ratio, ratioLow, ratioHigh, noise, goal);
  return { ...measured(name, samples), ratio, ratioLow, ratioHigh, goal, verdict };
}

/** Starts a clock; each call of the result gives the nanoseconds since then. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) * 1e6;
}

/** Nanoseconds per operation of `operations` calls of `work`. */
export function timed(operations: number, work: () => void): number {
  const elapsed = stopwatch();
  for (let i = 0; i < operations; i++) work();
  return elapsed() / operations;
}

/** A rival whose sample is `repeats` calls, each waited for. */
export function repeated(name: string, repeats: number, once: () => unknown, goal?: number): Rival {
  return {
    name,
    ...(goal !== undefined && { goal }),
    async sample() {
      const elapsed = stopwatch();
      for (let i = 0; i < repeats; i++) await once();
      return elapsed() / repeats;
    },
  };
}

export const DEFAULT_ROUNDS = 21;
const WARM_UP = 4;
const BEST_OF = 4;

async function best(rival: Rival, of: number): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < of; i++) least = Math.min(least, await rival.sample());
  return least;
}

/** Runs one contest: warm-up, then rounds in which each goes first by turns. */
export async function compete(contest: Contest, most: number = DEFAULT_ROUNDS): Promise<Result> {
  const { name, note, rivals, bestOf = BEST_OF } = contest;
  const rounds = Math.min(most, contest.rounds ?? DEFAULT_ROUNDS);
  const samples: readonly number[][] = rivals.map(() => []);
  try {
    for (let round = -Math.min(WARM_UP, rounds); round < rounds; round++) {
      for (let turn = 0; turn < rivals.length; turn++) {
        const index = (turn + round + rivals.length * WARM_UP) % rivals.length;
        const rival = rivals[index];
        if (rival === undefined) continue;
        const sample = await best(rival, bestOf);
        if (round >= 0) samples[index]?.push(sample);
      }
    }
  } finally {
    await contest.close?.();
  }
  const [mine = [], ...theirs] = samples;
  const half = Math.ceil(rounds / 2);
  const noise = Math.abs(median(mine.slice(0, half)) / median(mine.slice(-half)) - 1);
  return {
    kind: "contest",
    name,
    note,
    rounds,
    ours: measured(rivals[0].name, mine),
    others: theirs.flatMap((values, i) => {
      const rival = rivals[i + 1];
      return rival === undefined ? [] : [compared(rival, values, mine, noise)];
    }),
    noise,
  };
}
