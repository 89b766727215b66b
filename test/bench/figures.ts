/** Numbers as the report writes them. */

/** Three digits that count, without an exponent. */
export function figure(value: number): string {
  if (value >= 1000) return grouped(Number(value.toPrecision(3)));
  return value.toPrecision(3);
}

/** A whole number in groups of three: "10 000". */
export const grouped = (value: number): string => value.toLocaleString("en").replaceAll(",", " ");

/** Nanoseconds with the unit that suits them. */
export function duration(ns: number): string {
  if (ns < 1000) return `${ns.toFixed(ns < 100 ? 1 : 0)} ns`;
  if (ns < 1_000_000) return `${(ns / 1000).toFixed(ns < 100_000 ? 1 : 0)} µs`;
  return ns < 10_000_000_000
    ? `${(ns / 1_000_000).toFixed(ns < 100_000_000 ? 1 : 0)} ms`
    : `${(ns / 1e9).toFixed(1)} s`;
}
