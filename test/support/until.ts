import { setImmediate } from "node:timers/promises";

const PATIENCE_MS = 20_000;

/** Goes round the event loop until `holds`: for what other threads do (WebCrypto), where counting turns proves nothing. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const give = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > give) throw new Error("Cannot go on: what was waited for did not come");
    await setImmediate();
  }
}
