import type { Abort } from "../ports.ts";

/**
 * Settles as `work` does, or rejects with the signal's reason as soon as it is aborted; `give up` then runs and `work`
 * goes on unobserved.
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  abort: Abort | undefined,
  giveUp: () => void,
): Promise<T> {
  if (abort === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => {
    giveUp();
    aborted.reject(reasonOf(abort));
  };
  if (abort.aborted) stop();
  else abort.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    abort.removeEventListener("abort", stop);
    work.catch(() => {}); // if it was given up, nobody hears how it ends
  }
}

function reasonOf({ reason }: Abort): Error {
  return reason instanceof Error ? reason : new Error("Cannot go on: cancelled", { cause: reason });
}
