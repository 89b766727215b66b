/** The state of the Activity screen, loaded with it. */
import type { TraceSource } from "../link/trace.ts";
import type { ActivityLog } from "../state/activity/log.ts";
import { ActivityScreen } from "../state/activity/screen.ts";
import type { App } from "../state/app.ts";

export function activityScreen(app: App, log: ActivityLog, trace: TraceSource | null): ActivityScreen {
  return new ActivityScreen(app, log, trace);
}
