/**
 * What an NFC tag holds: an NDEF message (NFC Forum, NFC Data Exchange Format 1.0) of records. Hostile: every length is
 * compared with what is there before anything is taken, and no fault quotes an octet.
 */

/** Type Name Format of a record, the lower three bits of its first octet. */
export const TNF = {
  empty: 0,
  wellKnown: 1,
  media: 2,
  absoluteUri: 3,
  external: 4,
  unknown: 5,
  /** A later piece of a record in pieces, and nothing else. */
  unchanged: 6,
} as const;

/** Views of the octets that were read: who zeroes those has zeroed these. */
export interface NdefRecord {
  /** 0 to 7. */
  readonly tnf: number;
  readonly type: Uint8Array;
  /** Empty where the record has none. */
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
}

/** `record`: which one, from 1. */
export type NdefFault =
  /** A header that is not whole, or a record that says that it is longer than what is left. */
  | { readonly kind: "cut-off"; readonly record: number }
  /** A payload in pieces. */
  | { readonly kind: "chunked"; readonly record: number }
  /** The first does not say that the message begins with it, or a later one says so. */
  | { readonly kind: "begin"; readonly record: number }
  /** A record with a type where none may be, or without one where it must. */
  | { readonly kind: "type"; readonly record: number }
  /** Nothing says that the message ends. */
  | { readonly kind: "no-end" }
  | { readonly kind: "after-end"; readonly octets: number }
  | { readonly kind: "too-many"; readonly most: number };

export type NdefReading =
  /** At least one record. */
  | { readonly kind: "records"; readonly records: readonly NdefRecord[] }
  | { readonly kind: "fault"; readonly fault: NdefFault };

/** Of one message. A tag for one device has two or three. */
export const MAX_NDEF_RECORDS = 32;

const MESSAGE_BEGIN = 0x80;
const MESSAGE_END = 0x40;
const CHUNK = 0x20;
const SHORT_RECORD = 0x10;
const ID_LENGTH_PRESENT = 0x08;
const TNF_BITS = 0x07;

/** Whether octets begin as a message does. */
export function beginsNdef(octets: Uint8Array): boolean {
  return ((octets[0] ?? 0) & MESSAGE_BEGIN) !== 0;
}

/** Never throws. */
export function readNdef(octets: Uint8Array): NdefReading {
  const records: NdefRecord[] = [];
  let at = 0;
  for (let ended = false; !ended; ) {
    const record = records.length + 1;
    if (at === octets.length) return faulty({ kind: "no-end" });
    if (record > MAX_NDEF_RECORDS) return faulty({ kind: "too-many", most: MAX_NDEF_RECORDS });
    const flags = octets[at] ?? 0;
    const begins = (flags & MESSAGE_BEGIN) !== 0;
    if (begins !== (record === 1)) return faulty({ kind: "begin", record });
    if ((flags & CHUNK) !== 0 || (flags & TNF_BITS) === TNF.unchanged)
      return faulty({ kind: "chunked", record });
    const read = recordAt(octets, at);
    if (read === null) return faulty({ kind: "cut-off", record });
    if (!hasItsType(read)) return faulty({ kind: "type", record });
    records.push(read);
    at = read.end;
    ended = (flags & MESSAGE_END) !== 0;
  }
  if (at < octets.length) return faulty({ kind: "after-end", octets: octets.length - at });
  return { kind: "records", records };
}

/**
 * Flags, length of the type, length of the payload in one octet or in four with the most significant first, length of the
 * ID where there is one; then these three. Null where one of them is not whole.
 */
function recordAt(octets: Uint8Array, start: number): (NdefRecord & { readonly end: number }) | null {
  const flags = octets[start] ?? 0;
  const afterType = start + 2;
  const afterPayload = afterType + ((flags & SHORT_RECORD) === 0 ? 4 : 1);
  const named = (flags & ID_LENGTH_PRESENT) !== 0;
  const type = afterPayload + (named ? 1 : 0);
  if (type > octets.length) return null;
  const id = type + (octets[start + 1] ?? 0);
  const payload = id + (named ? (octets[afterPayload] ?? 0) : 0);
  const end = payload + bigEndian(octets.subarray(afterType, afterPayload));
  if (end > octets.length) return null;
  return {
    tnf: flags & TNF_BITS,
    type: octets.subarray(type, id),
    id: octets.subarray(id, payload),
    payload: octets.subarray(payload, end),
    end,
  };
}

/** The reserved format 7 is to be taken as one that nobody knows: by whoever reads the records, by ignoring it. */
function hasItsType({ tnf, type, id, payload }: NdefRecord): boolean {
  if (tnf === TNF.empty) return type.length + id.length + payload.length === 0;
  if (tnf === TNF.unknown) return type.length === 0;
  return tnf > TNF.unknown || type.length > 0;
}

/** Up to four octets: no shift, which would make the largest of them negative. */
function bigEndian(octets: Uint8Array): number {
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

function faulty(fault: NdefFault): NdefReading {
  return { kind: "fault", fault };
}
