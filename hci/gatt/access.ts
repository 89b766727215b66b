import type { AttBearer } from "../att/bearer.ts";
import { AttError, AttErrorCode } from "../att/errors.ts";

/** What may be done automatically about one refused request. */
export interface Recovery {
  /**
   * Raises the security of the link as far as policy and an earlier request of a person allow. Resolves true when the
   * same request is worth one more try.
   */
  raiseSecurity?(error: AttError): Promise<boolean>;
  /**
   * The peer said Database Out Of Sync: reads its hash. Resolves true when the database is the one we know, so that
   * the same request may be sent once more.
   */
  resynchronise?(): Promise<boolean>;
}

/** The attributes behind our handles are no longer those we discovered. Discover again; nothing was written. */
export class DatabaseChanged extends Error {
  override readonly name = "DatabaseChanged";
}

export type Att = Pick<AttBearer, "request" | "send" | "sendValue" | "mtu">;

/**
 * Runs one request with at most one automatic repetition, whatever the reasons that come up. `repeatable` is true for
 * requests without effect: only those are repeated after Unlikely Error.
 */
export async function withRecovery<T>(
  work: () => Promise<T>,
  recovery: Recovery,
  repeatable: boolean,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AttError)) throw error;
    if (!(await worthRepeating(error, recovery, repeatable))) throw error;
    return work();
  }
}

async function worthRepeating(error: AttError, recovery: Recovery, repeatable: boolean): Promise<boolean> {
  if (error.needsSecurity) return (await recovery.raiseSecurity?.(error)) ?? false;
  if (error.code === AttErrorCode.DatabaseOutOfSync) {
    if ((await recovery.resynchronise?.()) === true) return true;
    throw new DatabaseChanged("Cannot use this handle: the peer's database has changed", { cause: error });
  }
  return repeatable && error.code === AttErrorCode.UnlikelyError;
}
