import { Misfit, type Check } from "./check.ts";

/** A row that could not be read back must not be written: that is our own mistake, and nothing was stored. */
export function storable<T>(what: string, check: Check<T>, value: T): T {
  try {
    return check(value);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new TypeError(`Cannot store this ${what}: ${error.describe()}`, { cause: error });
  }
}
