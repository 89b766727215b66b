/** Moving through a long list by the keyboard: one row takes Tab, these keys choose which. */

/** Where a key press leads from row `active`; undefined for a key that does not move. `page`: rows that fit on the screen. */
export function rowAfter(
  event: KeyboardEvent,
  active: number,
  count: number,
  page: number,
): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  return Math.max(0, Math.min(count - 1, active + step));
}
