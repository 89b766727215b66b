/** What a stored attribute table is worth: its hash, whether it still holds, and what changed. Pure. */
import type { GattTable } from "../link/gatt.ts";
import type { GattTableRecord } from "./records.ts";

/** The part of `SubtleCrypto` that is used here. */
export interface Digest {
  digest(algorithm: "SHA-256", data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
}

/**
 * One text for all tables of the same structure. Services, characteristics and descriptors are ordered by UUID, since
 * a platform may list them in any order; entries with the same UUID keep their order, since `instance` counts it.
 * Handles count where there are any: on a dongle a moved handle makes the table useless.
 */
export function canonicalTable(table: GattTable): string {
  const services = byUuid(table.services).map((service) => [
    service.uuid,
    service.handle ?? 0,
    byUuid(service.characteristics).map((characteristic) => [
      characteristic.uuid,
      characteristic.handle ?? 0,
      [...characteristic.properties].sort(),
      byUuid(characteristic.descriptors).map((descriptor) => descriptor.uuid),
    ]),
  ]);
  return JSON.stringify(["bondkeeper.table", 1, services]);
}

function byUuid<T extends { readonly uuid: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => (a.uuid < b.uuid ? -1 : a.uuid > b.uuid ? 1 : 0));
}

/** SHA-256 of the canonical form, 64 digits of lower-case hexadecimal. */
export async function structureHash(table: GattTable, subtle: Digest = crypto.subtle): Promise<string> {
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode(canonicalTable(table)));
  return hexDigits(new Uint8Array(digest));
}

/** Lower case, two digits an octet. */
export function hexDigits(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** What is known about the device now; left out or null where it could not be read. */
export interface CacheFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Database Hash (0x2B2A), hexadecimal. */
  readonly databaseHash?: string | null;
  /** A Service Changed indication came in since the table was stored. */
  readonly serviceChanged?: boolean;
  readonly firmwareRevision?: string | null;
  /** Hash of a table that was discovered just now. */
  readonly structureHash?: string | null;
  /** False: there is no bond, so the server remembers nothing for us (reconnection rules, section 1). */
  readonly bonded?: boolean;
  readonly maxAgeDays?: number;
}

export type CacheRule =
  | "absent"
  | "database-hash"
  | "service-changed"
  | "not-bonded"
  | "firmware-revision"
  | "structure"
  | "age";

/** `stale` means: discover again. `by` is the rule that decided; the page shows it. */
export interface CacheVerdict {
  readonly verdict: "valid" | "stale";
  readonly by: CacheRule;
  /** Whole days since the table was stored; null where there is none or its time lies in the future. */
  readonly ageDays: number | null;
}

export const DEFAULT_MAX_AGE_DAYS = 30;
const DAY = 86_400_000;

/**
 * The first rule that can tell decides: Database Hash, Service Changed, (without a bond nothing below is worth
 * anything,) firmware revision, structure, age. An equal firmware revision does not outweigh a structure that was
 * seen to differ: cheap devices change their table without changing their version.
 */
export function validity(record: GattTableRecord | undefined, facts: CacheFacts): CacheVerdict {
  if (record === undefined) return { verdict: "stale", by: "absent", ageDays: null };
  const ageDays = ageInDays(record.at, facts.now);
  const decide = (valid: boolean, by: CacheRule): CacheVerdict => ({
    verdict: valid ? "valid" : "stale",
    by,
    ageDays,
  });

  const hash = compare(record.databaseHash, facts.databaseHash);
  if (hash !== "unknown") return decide(hash === "same", "database-hash");
  if (record.serviceChanged || facts.serviceChanged === true) return decide(false, "service-changed");
  if (facts.bonded === false) return decide(false, "not-bonded");

  const firmware = compare(record.firmwareRevision, facts.firmwareRevision);
  const structure = compare(record.structureHash, facts.structureHash);
  if (firmware === "different") return decide(false, "firmware-revision");
  if (structure === "different") return decide(false, "structure");
  if (firmware === "same") return decide(true, "firmware-revision");
  if (structure === "same") return decide(true, "structure");
  return decide(ageDays !== null && ageDays < (facts.maxAgeDays ?? DEFAULT_MAX_AGE_DAYS), "age");
}

function compare(stored: string | null, seen: string | null | undefined): "same" | "different" | "unknown" {
  if (stored === null || stored === "" || seen === null || seen === undefined || seen === "")
    return "unknown";
  return stored === seen ? "same" : "different";
}

function ageInDays(at: string, now: number): number | null {
  const days = Math.floor((now - Date.parse(at)) / DAY);
  return days >= 0 ? days : null;
}
