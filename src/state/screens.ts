/** The state of every screen, built once by `main.ts`. */
import type { AdapterPanel } from "./adapter/panel.ts";
import type { OwnWorld } from "./adapter/world.ts";
import type { AddDevice } from "./add-device.ts";
import type { ActivityScreen } from "./activity/screen.ts";
import type { App } from "./app.ts";
import type { Demo } from "./demo.ts";
import type { DeviceList } from "./device-list.ts";
import type { AllowedPages } from "./ensure/pages.ts";
import type { EnsureFlow } from "./ensure/flow.ts";
import type { ExplainError } from "./explain-error.ts";
import type { BackupFile } from "./keys/backup-file.ts";
import type { KeysScreen } from "./keys/screen.ts";
import type { Kiosk } from "./kiosk/kiosk.ts";
import type { Lazy } from "./lazy.ts";
import type { PairingManager } from "./pairing-manager.ts";
import type { Preferences } from "./preferences.ts";
import type { Pwa } from "./pwa.ts";
import type { ScanScreen } from "./scan/scan-screen.ts";
import type { Readable } from "./store.ts";
import type { Transfer } from "./transfer.ts";

/** State that is fetched with its screen, when a person first goes there. */
export interface Parts {
  readonly keys: Lazy<KeysScreen>;
  readonly backupFile: Lazy<BackupFile>;
  readonly activity: Lazy<ActivityScreen>;
  /** Null where the adapter is the system's. */
  readonly adapter: Lazy<AdapterPanel> | null;
  /** Null where a page cannot hear what is in the air. */
  readonly scan: Lazy<ScanScreen> | null;
  readonly transfer: Lazy<Transfer>;
  readonly ensure: Lazy<EnsureFlow>;
  readonly apps: Lazy<AllowedPages>;
  readonly kiosk: Lazy<Kiosk>;
}

export interface Screens {
  readonly app: App;
  /** Null where the devices are real. */
  readonly demo: Demo | null;
  /** Null where the adapter is the system's. */
  readonly own: OwnWorld | null;
  /** Null where the system pairs, and asks by itself. */
  readonly pairing: PairingManager | null;
  readonly list: DeviceList;
  readonly add: AddDevice;
  readonly explain: ExplainError;
  readonly preferences: Preferences;
  readonly parts: Parts;
  /** Null until it is loaded, after the first paint. */
  readonly pwa: Readable<Pwa | null>;
}
