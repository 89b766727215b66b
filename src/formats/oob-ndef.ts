/**
 * Where in what an NFC tag holds the LE OOB data block is: in the one record of type `application/vnd.bluetooth.le.oob`, or
 * in the one to which the carriers of a Handover Select record lead (NFC Forum, Connection Handover 1.5, and Bluetooth
 * Secure Simple Pairing Using NFC).
 */
import { type NdefFault, type NdefRecord, TNF, readNdef } from "./ndef.ts";

export type OobNdefProblem =
  /** `inside`: the message in the Handover Select record, not the one that holds it. */
  | { readonly kind: "ndef"; readonly inside: boolean; readonly fault: NdefFault }
  | { readonly kind: "handover"; readonly fault: HandoverFault }
  /** `handover`: no carrier leads to one. `classic`: there is one for classic Bluetooth. */
  | { readonly kind: "no-code"; readonly handover: boolean; readonly classic: boolean }
  | { readonly kind: "several-codes" };

export type HandoverFault =
  | "twice"
  /** No version, or one of which nothing is known. */
  | "version"
  /** An entry for a carrier whose lengths do not fit. */
  | "carrier"
  /** A carrier leads to a record that is not there. */
  | "lost"
  /** A carrier leads to two records. */
  | "ambiguous";

/** `block`: a view of the message. */
export type OobInNdef =
  | { readonly kind: "block"; readonly block: Uint8Array }
  | { readonly kind: "problem"; readonly problem: OobNdefProblem };

const LE_OOB = "application/vnd.bluetooth.le.oob";
/** Of BR/EDR. */
const CLASSIC_OOB = "application/vnd.bluetooth.ep.oob";
const HANDOVER_SELECT = "Hs";
const ALTERNATIVE_CARRIER = "ac";
/** The upper half of the octet before the carriers; the lower one changes nothing that is read here. */
const HANDOVER_MAJOR = 1;

/** Never throws. */
export function oobInNdef(message: Uint8Array): OobInNdef {
  const reading = readNdef(message);
  if (reading.kind === "fault") return wrong({ kind: "ndef", inside: false, fault: reading.fault });
  const { records } = reading;
  const [select, second] = records.filter((record) => isWellKnown(record, HANDOVER_SELECT));
  if (second !== undefined) return wrong({ kind: "handover", fault: "twice" });
  if (select === undefined) return theOne(records, records, false);
  const led = carriersOf(select, records);
  return led.kind === "problem" ? led : theOne(led.records, records, true);
}

function theOne(candidates: readonly NdefRecord[], all: readonly NdefRecord[], handover: boolean): OobInNdef {
  const [found, second] = candidates.filter((record) => isMedia(record, LE_OOB));
  if (second !== undefined) return wrong({ kind: "several-codes" });
  if (found !== undefined) return { kind: "block", block: found.payload };
  return wrong({ kind: "no-code", handover, classic: all.some((record) => isMedia(record, CLASSIC_OOB)) });
}

type Carriers =
  /** Each once. */
  | { readonly kind: "records"; readonly records: readonly NdefRecord[] }
  | Extract<OobInNdef, { readonly kind: "problem" }>;

/** The records to which those in the Handover Select record lead: its version, then a message of its own. */
function carriersOf({ payload }: NdefRecord, records: readonly NdefRecord[]): Carriers {
  const [version] = payload;
  if (version === undefined || version >> 4 !== HANDOVER_MAJOR)
    return wrong({ kind: "handover", fault: "version" });
  // One octet: a version alone is a selection of nothing.
  if (payload.length === 1) return { kind: "records", records: [] };
  const inner = readNdef(payload.subarray(1));
  if (inner.kind === "fault") return wrong({ kind: "ndef", inside: true, fault: inner.fault });
  const led = new Set<NdefRecord>();
  for (const carrier of inner.records.filter((record) => isWellKnown(record, ALTERNATIVE_CARRIER))) {
    const reference = referenceIn(carrier.payload);
    if (reference === null) return wrong({ kind: "handover", fault: "carrier" });
    const [record, second] = records.filter(({ id }) => id.length > 0 && same(id, reference));
    if (record === undefined) return wrong({ kind: "handover", fault: "lost" });
    if (second !== undefined) return wrong({ kind: "handover", fault: "ambiguous" });
    led.add(record);
  }
  return { kind: "records", records: [...led] };
}

/**
 * The power state of the carrier, its reference behind a length, the number of auxiliary references, each behind a length.
 * Null where that is not exactly what is there.
 */
function referenceIn(carrier: Uint8Array): Uint8Array | null {
  const end = 2 + (carrier[1] ?? 0);
  if (end >= carrier.length) return null;
  let at = end + 1;
  for (let left = carrier[end] ?? 0; left > 0; left--) {
    if (at >= carrier.length) return null;
    at += 1 + (carrier[at] ?? 0);
  }
  return at === carrier.length ? carrier.subarray(2, end) : null;
}

function isWellKnown({ tnf, type }: NdefRecord, name: string): boolean {
  return tnf === TNF.wellKnown && textOf(type) === name;
}

/** Names of media types have no case. */
function isMedia({ tnf, type }: NdefRecord, name: string): boolean {
  return tnf === TNF.media && textOf(type).toLowerCase() === name;
}

function textOf(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}

function wrong(problem: OobNdefProblem): Extract<OobInNdef, { readonly kind: "problem" }> {
  return { kind: "problem", problem };
}
