/** What makes the page an app. Built after the first paint, so screens may have to do without it for a moment. */
import type { Installing } from "./installing.ts";
import type { Launches } from "./launches.ts";
import type { Updates } from "./updates.ts";

export interface Pwa {
  readonly updates: Updates;
  readonly installing: Installing;
  readonly launches: Launches;
}
