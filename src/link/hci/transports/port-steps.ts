import type { Clock } from "../../../../hci/ports.ts";
import { abortable, limited } from "../../bounded.ts";
import { portError } from "./translate-port.ts";

/** Milliseconds for each of open, configure, claim and close. Windows takes a while to load a driver. */
export const STEP_MS = 10_000;

/** Runs what opens a port, step by step: each within its time, ended by `signal`. Rejects with DeviceError. */
export function portSteps(signal: AbortSignal, clock: Clock): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    try {
      return await abortable(limited(work(), "availability", STEP_MS, clock), signal);
    } catch (error) {
      throw portError(error);
    }
  };
}
