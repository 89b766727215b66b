/** Intervals in units of 1.25 ms, latency in connection events, supervision timeout in units of 10 ms. */
export interface ConnectionParameters {
  readonly intervalMin: number;
  readonly intervalMax: number;
  readonly latency: number;
  readonly supervisionTimeout: number;
}

/**
 * The ranges of Vol 3 Part A 4.20 and Vol 4 Part E 7.8.18; the supervision timeout must outlast two missed chances to
 * talk.
 */
export function areValidParameters(parameters: ConnectionParameters): boolean {
  const { intervalMin, intervalMax, latency, supervisionTimeout } = parameters;
  return (
    intervalMin >= 6 &&
    intervalMin <= intervalMax &&
    intervalMax <= 3200 &&
    latency <= 499 &&
    supervisionTimeout >= 10 &&
    supervisionTimeout <= 3200 &&
    supervisionTimeout * 10 > (1 + latency) * intervalMax * 1.25 * 2
  );
}
