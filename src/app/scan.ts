/** The state of the scanner, loaded with it. */
import type { ScanSource } from "../link/scan.ts";
import type { App } from "../state/app.ts";
import { ScanScreen } from "../state/scan/scan-screen.ts";

export function scanScreen(app: App, source: ScanSource): ScanScreen {
  return new ScanScreen(app, source);
}
