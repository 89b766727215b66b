/** Where the keys and records of this user, or of this service, live. */
import { join } from "node:path";

export interface Places {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly system: NodeJS.Platform;
}

/** What systemd says (`StateDirectory=`), else the user's folder for state of programs. */
export function usualStore({ env, home, system }: Places): string {
  const [state] = (env["STATE_DIRECTORY"] ?? "").split(":");
  if (state !== undefined && state !== "") return state;
  if (system === "win32") return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "Bondkeeper");
  if (system === "darwin") return join(home, "Library", "Application Support", "Bondkeeper");
  const xdg = env["XDG_STATE_HOME"] ?? "";
  return join(xdg.startsWith("/") ? xdg : join(home, ".local", "state"), "bondkeeper");
}
