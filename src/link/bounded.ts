import { DeviceError } from "./failure.ts";
import type { Failure, Operation } from "./failure.ts";
import type { Timers } from "./timers.ts";

const CANCELLED: Failure = { kind: "cancelled", by: "caller" };

export function cancelled(signal: AbortSignal): DeviceError {
  return new DeviceError(CANCELLED, { cause: signal.reason });
}

export function timedOut(during: Operation, afterMs: number): DeviceError {
  return new DeviceError({ kind: "timeout", during, afterMs });
}

/**
 * Settles as `work` does, or rejects with `cancelled` as soon as `signal` is aborted. What `work` answers afterwards
 * is ignored, a rejection included. Never touches `work` itself: stopping it is the caller's affair.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stop = (): void => {
    reject(cancelled(signal));
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  void work.then(resolve, reject).finally(() => {
    signal.removeEventListener("abort", stop);
  });
  return promise;
}

/** Settles as `work` does, or rejects with `timeout` after `ms`. A later answer is ignored. */
export function limited<T>(work: Promise<T>, during: Operation, ms: number, timers: Timers): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stopTimer = timers.after(ms, () => {
    reject(timedOut(during, ms));
  });
  void work.then(resolve, reject).finally(stopTimer);
  return promise;
}
