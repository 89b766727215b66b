/** What a record proves, and how observations change it. Pure: every function returns a new record. */
import type { CharacteristicRef } from "../link/gatt.ts";
import {
  type BondRecord,
  type Level,
  MAX_PROOFS,
  type Probe,
  type Proof,
  type SuspectReason,
} from "../storage/records.ts";

/** One state per record, strongest statement first. A mere record is never more than `recorded`. */
export type BondState =
  | { readonly kind: "archived"; readonly why: "repair" | "removed"; readonly at: string }
  | { readonly kind: "suspect"; readonly reason: SuspectReason; readonly at: string }
  /** Proven on the connection that is up now. */
  | { readonly kind: "proven-now"; readonly at: string }
  /** Proven before; `at` is the time of the last proof. */
  | { readonly kind: "proven"; readonly at: string }
  | { readonly kind: "recorded" };

/** What is known of the present moment, beside the record. */
export interface Live {
  /** When the link that is up now came up; null without a link. */
  readonly connectedSince: string | null;
}

export const NOT_CONNECTED: Live = { connectedSince: null };

export function stateOf(record: BondRecord, live: Live = NOT_CONNECTED): BondState {
  if (record.archived !== null) return { kind: "archived", ...record.archived };
  if (record.suspect !== null) return { kind: "suspect", ...record.suspect };
  const last = lastProof(record);
  if (last === undefined) return { kind: "recorded" };
  const now = live.connectedSince !== null && last.at >= live.connectedSince;
  return { kind: now ? "proven-now" : "proven", at: last.at };
}

/** The newest proof that counts for this record's own transport and local identity. */
export function lastProof(record: BondRecord): Proof | undefined {
  return record.proofs.find(
    (proof) => proof.transport === record.transport && proof.localIdentity === record.localIdentity,
  );
}

/** Adds a proof and leaves `suspect`. */
export function withProof(record: BondRecord, proof: Proof): BondRecord {
  return { ...record, suspect: null, proofs: [proof, ...record.proofs].slice(0, MAX_PROOFS) };
}

/** The mark beside the record; the first suspicion keeps its date. Proofs, probe and notes stay as they are. */
export function withSuspicion(record: BondRecord, reason: SuspectReason, at: string): BondRecord {
  if (record.suspect?.reason === reason) return record;
  return { ...record, suspect: { reason, at } };
}

export function sameRef(a: CharacteristicRef, b: CharacteristicRef): boolean {
  return a.service === b.service && a.characteristic === b.characteristic && a.instance === b.instance;
}

/**
 * What one read says about the need for security. A characteristic that was refused for security and succeeds later
 * becomes the probe, if there is none yet: the page has no other way to tell a protected read from an open one.
 */
export function observeAccess(
  record: BondRecord,
  ref: CharacteristicRef,
  outcome: "refused" | "succeeded",
  at: string,
): BondRecord {
  const refusedBefore = record.refused.some((known) => sameRef(known, ref));
  if (outcome === "refused") {
    return refusedBefore ? record : { ...record, refused: [...record.refused, ref] };
  }
  if (!refusedBefore) return record;
  const learned: Probe = { ref, source: "learned", level: null, since: at };
  return {
    ...record,
    refused: record.refused.filter((known) => !sameRef(known, ref)),
    probe: record.probe ?? learned,
  };
}

const RANK: Readonly<Record<Level, number>> = { encrypted: 2, authenticated: 3, secure: 4 };

/** The stronger of two requirements; null is none. */
export function strongest(a: Level | null, b: Level | null): Level | null {
  if (a === null || b === null) return a ?? b;
  return RANK[a] >= RANK[b] ? a : b;
}

/**
 * Whether a successful probe meets the requirement. A probe needs security, so it shows at least `encrypted`; more is
 * only known where somebody said what the peer demands for it.
 */
export function levelVerdict(probe: Probe, required: Level | null): "enough" | "below" | "not-shown" {
  if (required === null || required === "encrypted") return "enough";
  if (probe.level === null) return "not-shown";
  return RANK[probe.level] >= RANK[required] ? "enough" : "below";
}
