/** The state of every screen, built once by `main.ts`. */
import type { AddDevice } from "./add-device.ts";
import type { App } from "./app.ts";
import type { Demo } from "./demo.ts";
import type { DeviceList } from "./device-list.ts";
import type { Preferences } from "./preferences.ts";

export interface Screens {
  readonly app: App;
  /** Null where the devices are real. */
  readonly demo: Demo | null;
  readonly list: DeviceList;
  readonly add: AddDevice;
  readonly preferences: Preferences;
}
