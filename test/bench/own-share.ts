/** What is left of a value's time when the controllers and the radio, which both hosts stand on, are taken away. */
import { duration } from "./figures.ts";
import type { Finding } from "./findings.ts";
import type { Contest } from "./harness.ts";
import { median } from "./harness.ts";
import type { PairOptions } from "./pairs.ts";
import { OurPair } from "./pairs.ts";
import { bare, LINKS, manyLinks, notifications, writes } from "./traffic.ts";

interface Subject {
  readonly contest: Contest;
  /** The packets of our host without any host, and those of the other. */
  readonly ours: () => Promise<number>;
  readonly theirs: () => Promise<number>;
}

const SHORT = { longPackets: false } as const satisfies PairOptions;

function subject(contest: Contest, octets: number, way: "up" | "down", options: PairOptions = {}): Subject {
  const [long, short] = [new OurPair(options), new OurPair({ ...options, ...SHORT })];
  return {
    contest,
    ours: () => bare(long, octets, way),
    theirs: () => bare(short, octets, way),
  };
}

const SUBJECTS = (): readonly Subject[] => [
  subject(notifications(20), 20, "up"),
  subject(notifications(244), 244, "up"),
  subject(notifications(244, SHORT), 244, "up", SHORT),
  subject(writes(), 20, "down"),
  subject(manyLinks(), 20, "up", { peripherals: LINKS }),
];

/** By turns, so that whatever slows the machine slows all; the best of a few, as in the contests. */
async function best(sample: () => number | Promise<number>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 4; i++) least = Math.min(least, await sample());
  return least;
}

export async function ownShares(rounds: number): Promise<Finding> {
  const rows: string[][] = [];
  for (const { contest, ours, theirs } of SUBJECTS()) {
    const [mine, other] = contest.rivals;
    const samples = [() => mine.sample(), ours, () => (other ?? mine).sample(), theirs].map((sample) => ({
      sample,
      seen: [] as number[],
    }));
    for (let round = -2; round < Math.min(rounds, 11); round++)
      for (const { sample, seen } of samples) {
        const ns = await best(sample);
        if (round >= 0) seen.push(ns);
      }
    await contest.close?.();
    const [all = [], alone = [], theirAll = [], theirAlone = []] = samples.map(({ seen }) => seen);
    const ratios = all.map((ns, i) => (ns - (alone[i] ?? 0)) / ((theirAll[i] ?? 0) - (theirAlone[i] ?? 0)));
    const own = (whole: readonly number[], less: readonly number[]): number => median(whole) - median(less);
    rows.push([
      contest.name,
      ...[median(all), median(alone), own(all, alone)].map(duration),
      ...[median(theirAll), median(theirAlone), own(theirAll, theirAlone)].map(duration),
      median(ratios).toFixed(2),
    ]);
  }
  return {
    kind: "table",
    name: "The hosts without their controllers",
    note: "the same packets are passed on without any host, and that time is taken away; the other host asks for no long packets, so its controllers have more to do",
    head: [
      "What",
      "Ours",
      "Controllers",
      "Our host",
      "ble-host",
      "Controllers",
      "Its host",
      "Ratio of the hosts",
    ],
    rows,
  };
}
