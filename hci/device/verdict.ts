/** What an HCI status or reason says about a bond, and what to do next. Pure: nothing here changes a bond. */

/** When the code came: before encryption was asked for, as the end of the attempt, or on the encrypted link. */
export type Moment = "before" | "encrypting" | "encrypted";

/**
 * `keep`: the bond stays valid. `suspect`: the record is kept, nothing uses it by itself, a person decides. `none`: the
 * code says nothing about the bond.
 */
export type BondMark = "keep" | "suspect" | "none";

export type NextStep =
  | "reconnect"
  | "reconnect-once"
  /** At once, at most three times. */
  | "retry-at-once"
  | "retry-later"
  | "retry-once"
  | "repeat-procedure"
  | "free-a-link"
  | "other-parameters"
  /** The peer is off or not in range: wait until it advertises. */
  | "wait"
  /** The device must be brought into pairing mode. */
  | "open-pairing"
  /** The device was reset, or someone imitates it: only a person can tell. */
  | "ask"
  /** Ours or the adapter's state is wrong. */
  | "resynchronise"
  | "log"
  | "nothing"
  | "report";

export interface Verdict {
  /** Vol 1 Part F; undefined where no code came, as after a time-out of our own. */
  readonly code: number | undefined;
  readonly bond: BondMark;
  readonly next: NextStep;
}

interface Row {
  readonly bond: BondMark;
  readonly next: NextStep;
  /** As the result of an attempt to encrypt, where that is judged otherwise. */
  readonly encrypting?: { readonly bond: BondMark; readonly next: NextStep };
}

const keep = (next: NextStep): Row => ({ bond: "keep", next });
const ask: Row = { bond: "suspect", next: "ask" };
/** Harmless in general; BLERP uses it to refuse encryption. */
const refusal = (next: NextStep): Row => ({ bond: "keep", next, encrypting: ask });

const ROWS: ReadonlyMap<number, Row> = new Map([
  [0x02, { bond: "none", next: "reconnect" }],
  [0x05, ask],
  [0x06, ask],
  [0x07, keep("retry-later")],
  [0x08, keep("reconnect")],
  [0x09, keep("free-a-link")],
  [0x0c, refusal("resynchronise")],
  [0x0d, keep("retry-later")],
  [0x0e, ask],
  [0x11, refusal("report")],
  [0x12, keep("log")],
  [0x13, keep("reconnect-once")],
  [0x14, keep("retry-later")],
  [0x15, keep("wait")],
  [0x16, keep("nothing")],
  [0x17, keep("open-pairing")],
  [0x18, keep("open-pairing")],
  [0x1a, refusal("report")],
  [0x1e, keep("log")],
  [0x1f, { bond: "none", next: "retry-once" }],
  [0x22, keep("reconnect")],
  [0x23, keep("repeat-procedure")],
  [0x25, ask],
  [0x28, keep("reconnect")],
  [0x2a, keep("repeat-procedure")],
  [0x2f, ask],
  [0x3b, keep("other-parameters")],
  [0x3c, keep("wait")],
  // On a link that worked it may be noise; right after the start the keys differ.
  [0x3d, { bond: "keep", next: "reconnect", encrypting: ask }],
  [0x3e, keep("retry-at-once")],
  [0x44, keep("nothing")],
] satisfies readonly (readonly [number, Row])[]);

/** A code that the table lacks says nothing. */
const UNKNOWN: Row = { bond: "none", next: "report" };

/** The verdict of one code by itself. What only counts when it comes again is judged by BondWatch. */
export function verdictOf(code: number, moment: Moment): Verdict {
  const row = ROWS.get(code) ?? UNKNOWN;
  const { bond, next } = moment === "encrypting" ? (row.encrypting ?? row) : row;
  return { code, bond, next };
}
