/** What one part of the tests came to. */
export interface Tally {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** One line each: the test and why. */
  readonly skipped: readonly string[];
  readonly ms: number;
}

export function countsOf(tally: Pick<Tally, "passed" | "failed" | "skipped">): string {
  const skipped = tally.skipped.length === 0 ? "" : `, ${tally.skipped.length} skipped`;
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}

/** The sum. `strict`: every skipped test counts as failed. */
export function sumOf(tallies: readonly Tally[], strict: boolean): Tally {
  const skipped = tallies.flatMap((tally) => tally.skipped);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  return {
    name: "all",
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: strict ? failed + skipped.length : failed,
    skipped: strict ? [] : skipped,
    ms: tallies.reduce((sum, tally) => sum + tally.ms, 0),
  };
}
