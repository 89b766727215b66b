/** What each HCI status or reason says about a bond: one row of the design's table each, by the moment it comes. */
import type { BondMark } from "../../hci/device/verdict.ts";

export interface CodeRow {
  readonly code: number;
  readonly before: BondMark;
  readonly encrypting: BondMark;
  /** The first time. */
  readonly encrypted: BondMark;
}

const always = (mark: BondMark, ...codes: readonly number[]): readonly CodeRow[] =>
  codes.map((code) => ({ code, before: mark, encrypting: mark, encrypted: mark }));
const onlyAsRefusal = (...codes: readonly number[]): readonly CodeRow[] =>
  codes.map((code) => ({ code, before: "keep", encrypting: "suspect", encrypted: "keep" }));

export const CODES: readonly CodeRow[] = [
  ...always("none", 0x02, 0x1f),
  ...always("suspect", 0x05, 0x06, 0x0e, 0x25, 0x2f),
  ...always("keep", 0x07, 0x08, 0x09, 0x0d, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x1e),
  ...always("keep", 0x22, 0x23, 0x28, 0x2a, 0x3b, 0x3c, 0x3e, 0x44),
  ...onlyAsRefusal(0x0c, 0x11, 0x1a, 0x3d),
].toSorted((a, b) => a.code - b.code);
