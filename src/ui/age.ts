/** How long ago something was, in words that stay true for a while. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "5 minutes ago", "3 days ago". A time that cannot be read says so; one in the future counts as now. */
export function age(at: string, now: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return "at an unknown time";
  const ms = now - then;
  if (ms < MINUTE) return "just now";
  if (ms < HOUR) return ago(ms / MINUTE, "minute");
  if (ms < DAY) return ago(ms / HOUR, "hour");
  if (ms < 45 * DAY) return ago(ms / DAY, "day");
  if (ms < 600 * DAY) return ago(ms / (30.44 * DAY), "month");
  return ago(ms / (365.25 * DAY), "year");
}

function ago(count: number, unit: string): string {
  const whole = Math.floor(count);
  return `${whole} ${unit}${whole === 1 ? "" : "s"} ago`;
}

/** The exact local time, for a tooltip or a detail line. */
export function exactTime(at: string): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return at;
  return new Date(then).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** "0.4 s", "12 s", "1 min 5 s" */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
