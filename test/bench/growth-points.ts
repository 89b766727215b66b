/** Points of a curve: each the median of a few. */
import { median } from "./harness.ts";

export type Point = readonly [number, number];

const REPEATS = 5;
/** As in a contest: what another program took away is not what the work costs. */
const BEST_OF = 3;

/** The median of a few, each the best of a few, after one that does not count. */
export async function several(sample: () => Promise<number> | number): Promise<number> {
  await sample();
  const samples: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    let best = Infinity;
    for (let j = 0; j < BEST_OF; j++) best = Math.min(best, await sample());
    samples.push(best);
  }
  return median(samples);
}

/** The last count comes first once without counting: what is compiled while it runs is not what grows. */
export async function along(
  counts: readonly number[],
  cost: (count: number) => Promise<number>,
): Promise<readonly Point[]> {
  const most = counts.at(-1);
  if (most !== undefined) await cost(most);
  const points: Point[] = [];
  for (const count of counts) points.push([count, await cost(count)]);
  return points;
}
