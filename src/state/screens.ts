/** The state of every screen, built once by `main.ts`. */
import type { AddDevice } from "./add-device.ts";
import type { App } from "./app.ts";
import type { DeviceList } from "./device-list.ts";
import type { Environment } from "./environment.ts";
import type { Preferences } from "./preferences.ts";

export interface Screens {
  readonly app: App;
  readonly environment: Environment;
  readonly list: DeviceList;
  readonly add: AddDevice;
  readonly preferences: Preferences;
}
