/** What one read in the attribute browser says about the bond. Pure. */
import { lastProof, observeAccess, sameRef, withProof, withSuspicion } from "../bonds/evidence.ts";
import { suspicionFrom } from "../bonds/verdict.ts";
import type { Failure } from "../link/failure.ts";
import type { CharacteristicRef } from "../link/gatt.ts";
import type { BondRecord } from "../storage/records.ts";
import type { RecordChange } from "./device-record.ts";

export interface ReadContext {
  readonly at: string;
  /** When this link came up: a proof is written once per link, not once per read. */
  readonly connectedSince: string;
  readonly appVersion: string;
}

/**
 * A read of the probe renews the proof of a bond that was proven before. It never makes the first one: the system may
 * have paired a moment ago to answer this very read, and a fresh pairing is proven on a new link only.
 */
export function afterSuccess(record: BondRecord, ref: CharacteristicRef, context: ReadContext): RecordChange {
  const { at, connectedSince, appVersion } = context;
  const seen = observeAccess(record, ref, "succeeded", at);
  if (record.probe === null && seen.probe !== null) {
    return { record: seen, history: [{ kind: "probe-learned" }] };
  }
  const last = lastProof(record);
  if (last === undefined || seen.probe === null || !sameRef(seen.probe.ref, ref)) {
    return { record: seen, history: [] };
  }
  if (record.suspect === null && last.at >= connectedSince) return { record: seen, history: [] };
  const proven = withProof(seen, {
    at,
    transport: record.transport,
    localIdentity: record.localIdentity,
    how: "gated-read",
    level: seen.probe.level,
    keySize: null,
    probe: ref,
    appVersion,
  });
  return { record: proven, history: [{ kind: "verified" }] };
}

/** A refusal is remembered; on the probe of a bond that was proven it also makes the bond suspect. Deletes nothing. */
export function afterFailure(
  record: BondRecord,
  ref: CharacteristicRef,
  failure: Failure,
  at: string,
): RecordChange {
  const seen = failure.kind === "access-refused" ? observeAccess(record, ref, "refused", at) : record;
  const suspicion = suspicionFrom(failure);
  const isProbe = seen.probe !== null && sameRef(seen.probe.ref, ref);
  if (suspicion === null || !isProbe || lastProof(record) === undefined) return { record: seen, history: [] };
  const marked = withSuspicion(seen, suspicion, at);
  return { record: marked, history: marked === seen ? [] : [{ kind: "suspect", detail: suspicion }] };
}
