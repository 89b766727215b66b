/** What a person reads about a failure: plain sentences, in this order. Never holds a key, a passkey or a value. */
export interface Advice {
  readonly happened: string;
  /** What is as it was before. */
  readonly untouched: string;
  /** What to do now, one step per entry, at least one. */
  readonly next: readonly string[];
}

export const NOTHING_CHANGED = "Nothing was changed.";
export const BOND_KEPT = "The bond was not touched.";
export const RECORD_KEPT = "Your record of this device is kept. Only you can delete it.";
