import type { Bytes } from "../ports.ts";

/** A host did what no host may do. Tests assert that there is none; a real controller might not notice, or might hang. */
export interface Violation {
  /** Milliseconds of the controller's clock. */
  readonly at: number;
  /** The row of the strictness table that was broken. */
  readonly rule: "C2" | "D1" | "D2" | "D4" | "H4";
  /** What exactly, in words. */
  readonly what: string;
  /** The HCI packet without its type octet. */
  readonly packet: Bytes;
}
