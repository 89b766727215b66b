/**
 * What Bondkeeper remembers, as plain data. Times are ISO 8601 in UTC, UUIDs 128-bit lower case. No record here ever
 * holds a key, a passkey or a PIN.
 */
import type { Transport } from "../link/backend.ts";
import type { CharacteristicRef, GattTable, Uuid } from "../link/gatt.ts";

/** The LE security levels by the names a deep link uses; level 1 (no security) proves nothing and has no name. */
export type Level = "encrypted" | "authenticated" | "secure";

/** A read that the peer answers only on a secured link. */
export interface Probe {
  readonly ref: CharacteristicRef;
  readonly source: "profile" | "user" | "learned";
  /** What the peer demands for it; null where nobody said. */
  readonly level: Level | null;
  readonly since: string;
}

/** A dated observation that the bond worked. It belongs to one transport and one local identity. */
export interface Proof {
  readonly at: string;
  readonly transport: Transport;
  readonly localIdentity: string;
  readonly how: "re-encryption" | "gated-read" | "gated-write" | "gated-notify";
  readonly level: Level | null;
  /** Octets; null where the backend cannot know. */
  readonly keySize: number | null;
  /** Milliseconds that the encryption took; only with `re-encryption`. */
  readonly encMs?: number;
  readonly probe: CharacteristicRef | null;
  readonly appVersion: string;
}

export type SuspectReason =
  | "access-refused"
  | "key-missing"
  | "key-mismatch"
  | "encryption-refused"
  | "half-bond"
  | "evicted";

export interface Suspicion {
  readonly reason: SuspectReason;
  readonly at: string;
}

export interface BondRecord {
  readonly v: 1;
  /** Our own random id; stable over everything the platform does with its ids. */
  readonly id: string;
  readonly transport: Transport;
  /** Whose half of the bond this is: on Web Bluetooth a pseudo controller, `web-bluetooth:` and the profile id. */
  readonly localIdentity: string;
  /** The platform's id of the peer: a hint to try first, null after it was forgotten or imported. */
  readonly platformId: string | null;
  /** As the peer said; control and bidirectional characters removed. */
  readonly name: string;
  /** The person's own name for it. */
  readonly label: string | null;
  readonly notes: string;
  /** Id of the profile it was added with, if any. */
  readonly profile: string | null;
  /** Services the page asked for, and may use. */
  readonly services: readonly Uuid[];
  readonly createdAt: string;
  /** The last time a link came up. Says nothing about the bond. */
  readonly lastSeenAt: string | null;
  readonly probe: Probe | null;
  /** Characteristics that were refused for security and have not succeeded since: candidates for a learned probe. */
  readonly refused: readonly CharacteristicRef[];
  /** Newest first, at most `MAX_PROOFS`. */
  readonly proofs: readonly Proof[];
  readonly suspect: Suspicion | null;
  /** Set while the record is replaced or removed but can still come back. */
  readonly archived: { readonly at: string; readonly why: "repair" | "removed" } | null;
  /** `secure` also means Secure Connections only. */
  readonly minimumLevel: Level | null;
  /** Legacy pairing, by a person's choice for this one device. Left out: not allowed. */
  readonly legacyAllowed?: boolean;
  readonly autoConnect: boolean;
  /** Where an imported record came from; its claims are unproven until proven here. */
  readonly importedFrom: string | null;
}

export const MAX_PROOFS = 50;

export type HistoryKind =
  | "added"
  | "paired"
  | "verified"
  | "check-failed"
  | "suspect"
  | "repair-started"
  | "repaired"
  | "repair-undone"
  | "renamed"
  | "probe-chosen"
  | "probe-learned"
  | "table-changed"
  | "removed"
  | "restored"
  | "exported"
  | "imported"
  | "identity-confirmed"
  | "failed";

export interface HistoryEntry {
  readonly bondId: string;
  readonly at: string;
  readonly kind: HistoryKind;
  /** Short words of ours, never a value that was read, never secret. */
  readonly detail: string;
}

/** Entries of history kept per bond; the oldest go first. */
export const HISTORY_KEPT = 1_000;

export interface GattTableRecord {
  readonly v: 1;
  readonly bondId: string;
  readonly at: string;
  readonly table: GattTable;
  /** SHA-256 of the table's canonical form, hex. */
  readonly structureHash: string;
  /** Database Hash (0x2B2A), hex, where the device lets us read it. */
  readonly databaseHash: string | null;
  /** Firmware Revision String (0x2A26). */
  readonly firmwareRevision: string | null;
  /** A Service Changed indication arrived since. */
  readonly serviceChanged: boolean;
}

export interface Settings {
  readonly v: 1;
  /** Random id of this browser profile, part of `localIdentity`. */
  readonly profileId: string;
  readonly theme: "system" | "light" | "dark";
  readonly cacheDays: number;
  /** Minutes without use after which the vault locks itself; null: never; missing: as the program thinks best. */
  readonly autoLockMinutes?: number | null;
  /** Seconds after which a dongle gives up an attempt to connect; missing: as the program thinks best. */
  readonly connectSeconds?: number;
  /** When a backup was last written; missing: never. */
  readonly lastBackupAt?: string;
}

/** A stored row that does not fit its record type, kept aside as it was found. */
export interface Quarantined {
  /** Names this entry; one stored row can be set aside more than once, each time with other contents. */
  readonly id: string;
  readonly store:
    | "bonds"
    | "gatt"
    | "history"
    | "settings"
    | "quarantine"
    | "bondKeys"
    | "identities"
    | "adapters";
  readonly key: string;
  readonly reason: string;
  readonly at: string;
  readonly raw: unknown;
}
