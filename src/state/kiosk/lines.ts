/** One bond of the kiosk and how it stands. Green is only what was proven in this round. */
import type { BondResult } from "../../bonds/result.ts";

export type LineState =
  | { readonly kind: "waiting" }
  | { readonly kind: "verifying"; readonly attempt: number }
  /** It failed for a reason that may pass. */
  | {
      readonly kind: "pausing";
      readonly attempt: number;
      readonly until: number;
      readonly result: BondResult;
    }
  | { readonly kind: "proven"; readonly at: number; readonly result: BondResult }
  /** Whoever would pair, choose or repair is a person. */
  | { readonly kind: "needs-person"; readonly result: BondResult }
  /** Every try failed; the next round tries again. */
  | { readonly kind: "failed"; readonly result: BondResult };

export interface KioskLine {
  readonly bondId: string;
  readonly name: string;
  readonly state: LineState;
}

/** What may be over in a moment: no adapter, out of reach, held by somebody else. */
export function mayPass({ name, reason }: BondResult): boolean {
  if (name === "adapter" || name === "unreachable") return true;
  return name === "permission" && (reason === "held-elsewhere" || reason === "adapter-held");
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** 1 s doubling to 60 s, up to half of it added at random: `random` is 0 to 1. */
export function pauseAfter(attempt: number, random: number): number {
  const base = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return Math.round(base * (1 + random / 2));
}

export const resultOf = ({ state }: KioskLine): BondResult | null =>
  "result" in state ? state.result : null;

/** Proven, or on the way to it with nothing against it so far. */
export const isWell = ({ state: { kind } }: KioskLine): boolean =>
  kind === "waiting" || kind === "verifying" || kind === "proven";

/** The worst code of a round, for the page that comes after it; null while it is not over. */
export function roundCode(lines: readonly KioskLine[]): number | null {
  const results = lines.map(resultOf);
  if (lines.length === 0 || results.includes(null)) return null;
  const first = results.find((result) => result !== null && result.code !== 0);
  return first?.code ?? 0;
}
