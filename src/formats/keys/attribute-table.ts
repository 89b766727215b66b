/** A peer's attribute table as a host cached it, and the Database Hash that it must have. */
import { concat, toHex } from "../../../hci/codec/bytes.ts";
import type { Aes128 } from "../../../hci/ports.ts";
import { aesCmac } from "../../../hci/smp/crypto.ts";
import type { FormatId, Identity } from "./record.ts";
import { flip, octetsOfHex } from "./values.ts";

/** Handles are 1 to 0xFFFF, UUIDs 128-bit lower case. */
export type TableEntry =
  | {
      readonly kind: "service";
      readonly handle: number;
      readonly primary: boolean;
      readonly end: number;
      readonly uuid: string;
    }
  | {
      readonly kind: "include";
      readonly handle: number;
      readonly start: number;
      readonly end: number;
      readonly uuid: string;
    }
  | {
      readonly kind: "characteristic";
      readonly handle: number;
      readonly valueHandle: number;
      /** The octet of the declaration. */
      readonly properties: number;
      readonly uuid: string;
      /** What was read from it, in hex as on the air; only for the Database Hash. */
      readonly value: string | null;
    }
  | {
      readonly kind: "descriptor";
      readonly handle: number;
      readonly uuid: string;
      /** Only of Characteristic Extended Properties. */
      readonly value: number | null;
    };

export interface PeerTable {
  readonly source: FormatId;
  readonly local: Identity | null;
  readonly peer: Identity;
  /** In order of handles. */
  readonly entries: readonly TableEntry[];
  /** False where the source says or shows that services or characteristics are missing. */
  readonly complete: boolean;
  /** As in the source: 16 octets in hex, as on the air. */
  readonly hash: string | null;
  /** Whether the table has that hash; null where there is none, or the table is not complete. */
  readonly hashFits: boolean | null;
}

const BASE_TAIL = "-0000-1000-8000-00805f9b34fb";
const DATABASE_HASH = `00002b2a${BASE_TAIL}`;

export function longUuid(short: number): string {
  return short.toString(16).padStart(8, "0") + BASE_TAIL;
}

/** A UUID of 4 hex digits or in full, as 128-bit lower case; undefined for anything else. */
export function uuidOf(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  if (/^[0-9a-f]{4}$/iu.test(text)) return longUuid(Number.parseInt(text, 16));
  const full = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
  return full.test(text) ? text.toLowerCase() : undefined;
}

/** Adds what follows from the entries; null where two of them claim one handle. */
export function peerTable(
  aes: Aes128,
  facts: Pick<PeerTable, "source" | "local" | "peer" | "complete">,
  entries: readonly TableEntry[],
): PeerTable | null {
  const sorted = entries.toSorted((a, b) => a.handle - b.handle);
  if (sorted.some(({ handle }, i) => i > 0 && sorted[i - 1]?.handle === handle)) return null;
  const hash =
    sorted
      .flatMap((entry) =>
        entry.kind === "characteristic" && entry.uuid === DATABASE_HASH ? [entry.value] : [],
      )
      .find((value) => value !== null) ?? null;
  const hashFits = hash === null || !facts.complete ? null : databaseHash(aes, sorted) === hash;
  return { ...facts, entries: sorted, hash, hashFits };
}

/** Vol 3 Part G 7.3.1: AES-CMAC under a key of zeros. Hex as on the air: least significant octet first. */
export function databaseHash(aes: Aes128, entries: readonly TableEntry[]): string {
  return flip(toHex(aesCmac(aes, new Uint8Array(16), hashMessage(entries))));
}

function hashMessage(entries: readonly TableEntry[]): Uint8Array {
  return concat(...entries.flatMap((entry) => hashed(entry)));
}

function hashed(entry: TableEntry): readonly (readonly number[])[] {
  const head = (type: number): readonly number[] => [...u16(entry.handle), ...u16(type)];
  switch (entry.kind) {
    case "service":
      return [head(entry.primary ? 0x2800 : 0x2801), uuidOctets(entry.uuid)];
    case "include": {
      // The declaration leaves 128-bit UUIDs out (3.2).
      const uuid = uuidOctets(entry.uuid);
      return [head(0x2802), u16(entry.start), u16(entry.end), uuid.length === 2 ? uuid : []];
    }
    case "characteristic": {
      const { properties, valueHandle, uuid } = entry;
      return [head(0x2803), [properties], u16(valueHandle), uuidOctets(uuid)];
    }
    case "descriptor": {
      const type = shortOf(entry.uuid);
      if (type === undefined || type < 0x2900 || type > 0x2905) return [];
      return [head(type), type === 0x2900 ? u16(entry.value ?? 0) : []];
    }
  }
}

function u16(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}

function shortOf(uuid: string): number | undefined {
  return uuid.startsWith("0000") && uuid.endsWith(BASE_TAIL)
    ? Number.parseInt(uuid.slice(4, 8), 16)
    : undefined;
}

function uuidOctets(uuid: string): readonly number[] {
  const short = shortOf(uuid);
  return short === undefined ? [...octetsOfHex(uuid.replaceAll("-", "")).reverse()] : u16(short);
}
