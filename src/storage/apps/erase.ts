import { deleteDB } from "idb";
import { openFailure, storageError } from "../failures.ts";
import { APPS_DATABASE, DEMO_APPS_DATABASE } from "./store.ts";

/**
 * Deletes what pages were allowed, fixed codes, the kiosk's configuration and the key that signs results: of real devices
 * and of the demo. Other tabs let go of it by themselves. Rejects with StorageError.
 */
export async function eraseApps(): Promise<void> {
  try {
    for (const name of [APPS_DATABASE, DEMO_APPS_DATABASE]) await deleteDB(name);
  } catch (error) {
    throw storageError(error, openFailure);
  }
}
