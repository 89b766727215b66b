/** What a person reads about a device that is handled with more patience than others. No lit. */
import type { Quirk } from "../bonds/quirks.ts";

export function quirkWords({ what, manner, because }: Quirk): string {
  const { connectAttempts, connectPauseMs, settleMs } = manner;
  const acts = [
    connectAttempts === undefined ? null : `tries to connect up to ${connectAttempts} times`,
    typeof connectPauseMs === "number" ? `pauses ${seconds(connectPauseMs)} between attempts` : null,
    settleMs === undefined ? null : `waits ${seconds(settleMs)} before pairing`,
  ].filter((words) => words !== null);
  const all = new Intl.ListFormat("en", { type: "conjunction" }).format(acts);
  return `It calls itself as ${what} does. Bondkeeper ${all}, because ${because}.`;
}

const seconds = (ms: number): string => `${ms / 1_000} s`;
