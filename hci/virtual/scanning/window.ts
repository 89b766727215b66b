/** When a scanner listens; milliseconds. */
export interface Window {
  readonly intervalMs: number;
  readonly windowMs: number;
}

/**
 * Whether a scanner that started `elapsedMs` ago listens now, on a channel that the advertiser uses: the window opens
 * once per interval, each time on the next of the three channels (Vol 6 Part B 4.4.3).
 */
export function listens({ intervalMs, windowMs }: Window, elapsedMs: number, channels: number): boolean {
  const turn = Math.floor(elapsedMs / intervalMs);
  return elapsedMs - turn * intervalMs < windowMs && (channels & (1 << (turn % 3))) !== 0;
}
