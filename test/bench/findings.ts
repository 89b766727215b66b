/** What a measurement can come to besides a contest, and the sections of the report. */
import type { Contest, Result } from "./harness.ts";
import { compete } from "./harness.ts";

/** Something that is counted and not timed: the same on every machine. */
export interface Count {
  readonly kind: "count";
  readonly name: string;
  readonly ours: number;
  readonly unit: string;
  /** The least that is possible, or the most that is allowed. */
  readonly limit: number;
  readonly against: string;
  readonly note?: string;
}

/** How a cost grows. Both axes are logarithmic. */
export interface Curve {
  readonly kind: "curve";
  readonly name: string;
  /** Names the picture's file. */
  readonly file: string;
  readonly across: string;
  readonly up: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
  readonly note?: string;
}

/** Rows of a table of its own. */
export interface Table {
  readonly kind: "table";
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** Not measured here, and why. */
export interface Skipped {
  readonly kind: "skipped";
  readonly name: string;
  readonly why: string;
}

export type Finding = Result | Count | Curve | Table | Skipped;

export interface Measurement {
  readonly name: string;
  run(rounds: number): Promise<Finding>;
}

export interface Section {
  /** One word: what `npm run bench -- NAME` and the report's marks say. */
  readonly name: string;
  readonly title: string;
  readonly measurements: readonly Measurement[];
}

export const measuredBy = (contest: Contest): Measurement => ({
  name: contest.name,
  run: (rounds) => compete(contest, rounds),
});
