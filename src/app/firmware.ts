/** Firmware files of this page: checked before they are kept, kept in its database. Loaded with the dongle. */
import { FirmwareError } from "../../hci/firmware/error.ts";
import { parseFirmware } from "../../hci/firmware/load.ts";
import { checkRealtekConfig } from "../../hci/firmware/realtek.ts";
import type { FirmwareShelf } from "../link/hci/transports/firmware.ts";
import type { BroughtFirmware, FirmwareDesk, FirmwareProblem } from "../state/adapter/firmware.ts";
import { Store } from "../state/store.ts";
import { FirmwareFiles } from "../storage/firmware/firmware-files.ts";

export interface PageFirmware extends FirmwareDesk, FirmwareShelf {
  readonly progress: Store<{ readonly sent: number; readonly of: number } | null>;
}

export function pageFirmware(): PageFirmware {
  const ignore = (): void => {}; // the page's other stores hear the same, and tell
  const files = new FirmwareFiles({
    events: { onSuperseded: ignore, onBlocked: ignore, onTerminated: ignore },
    location,
    digest: async (octets) => new Uint8Array(await crypto.subtle.digest("SHA-256", octets)),
    now: () => Date.now(),
  });
  return {
    progress: new Store<{ readonly sent: number; readonly of: number } | null>(null),
    get: (id) => files.get(id),
    list: () => files.list(),
    async add(brought) {
      const problem = problemOf(brought);
      if (problem !== null) return problem;
      try {
        await files.put(brought);
        return null;
      } catch {
        return "not-stored";
      }
    },
    async remove(id) {
      const was = await files.get(id).catch(() => undefined);
      await files.remove(id);
      return was;
    },
  };
}

/** All that can be said of a file without the chip. */
function problemOf({ family, file, config }: BroughtFirmware): FirmwareProblem | null {
  try {
    if (parseFirmware(file).family !== family) return "wrong-chip";
    if (config !== null) checkRealtekConfig(config);
    return null;
  } catch (error) {
    if (!(error instanceof FirmwareError)) throw error;
    const { trouble } = error;
    return trouble === "too-large" || trouble === "wrong-chip" || trouble === "damaged"
      ? trouble
      : "unknown-file";
  }
}
