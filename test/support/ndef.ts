/** NDEF messages as tags hold them, and as somebody hostile would write them. */
import { concat } from "../../hci/codec/bytes.ts";
import type { Bytes } from "../../hci/ports.ts";

const ACTIVE = 1;

export const LE_OOB = "application/vnd.bluetooth.le.oob";
export const CLASSIC_OOB = "application/vnd.bluetooth.ep.oob";

export interface NdefParts {
  /** 1 is a well-known type, 2 a media type. */
  readonly tnf: number;
  readonly type: string;
  readonly id?: string;
  readonly payload: ArrayLike<number>;
  /** With a length of four octets, whatever it is. */
  readonly long?: boolean;
  /** Added to the flags that are right. */
  readonly flags?: number;
}

const latin = (text: string): Bytes => Uint8Array.from(text, (character) => character.charCodeAt(0));

export function ndefMessage(...records: readonly NdefParts[]): Bytes {
  return concat(...records.map((record, i) => ndefRecord(record, i === 0, i === records.length - 1)));
}

function ndefRecord(
  { tnf, type, id, payload, long = false, flags = 0 }: NdefParts,
  first: boolean,
  last: boolean,
): Bytes {
  const short = !long && payload.length < 256;
  const bits =
    tnf | (first ? 0x80 : 0) | (last ? 0x40 : 0) | (short ? 0x10 : 0) | (id === undefined ? 0 : 0x08) | flags;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, payload.length);
  return concat(
    [bits, type.length],
    length.subarray(short ? 3 : 0),
    id === undefined ? [] : [id.length],
    latin(type),
    latin(id ?? ""),
    payload,
  );
}

export const leOob = (payload: ArrayLike<number>, more: Partial<NdefParts> = {}): NdefParts => ({
  tnf: 2,
  type: LE_OOB,
  payload,
  ...more,
});

/** A carrier whose data is in the record with the ID `reference`. */
export const carrier = (
  reference: string,
  auxiliary: readonly string[] = [],
  more: Partial<NdefParts> = {},
): NdefParts => ({
  tnf: 1,
  type: "ac",
  payload: concat(
    [ACTIVE, reference.length],
    latin(reference),
    [auxiliary.length],
    ...auxiliary.flatMap((each) => [[each.length], latin(each)]),
  ),
  ...more,
});

/** A Handover Select record of version 1.5. */
export const handoverSelect = (carriers: readonly NdefParts[], more: Partial<NdefParts> = {}): NdefParts => ({
  tnf: 1,
  type: "Hs",
  payload: concat([0x15], ndefMessage(...carriers)),
  ...more,
});
