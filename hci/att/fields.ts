/** Field codecs that only ATT PDUs need. */
import type { Codec } from "../codec/codec.ts";
import { DecodeError, EncodeError } from "../codec/error.ts";
import type { Uuid } from "../codec/uuid.ts";
import { shortUuid, uuid16, uuid128 } from "../codec/uuid.ts";
import type { Bytes } from "../ports.ts";

/** The last field of a request: 2 or 16 octets, nothing else (3.2.1). */
export const attributeType: Codec<Uuid> = {
  read(r) {
    if (r.remaining === 2) return uuid16.read(r);
    if (r.remaining === 16) return uuid128.read(r);
    throw new DecodeError(`Cannot decode an attribute type of ${r.remaining} octets`);
  },
  write(w, uuid) {
    const short = shortUuid(uuid);
    if (short !== undefined && short <= 0xffff) uuid16.write(w, uuid);
    else uuid128.write(w, uuid);
  },
};

/** Octets of an attribute type on the air. */
export const typeSize = (uuid: Uuid): 2 | 16 => ((shortUuid(uuid) ?? 0x1_0000) <= 0xffff ? 2 : 16);

export interface HandleAndType {
  readonly handle: number;
  readonly type: Uuid;
}

/** ATT_FIND_INFORMATION_RSP: a format octet, then pairs that all have it (3.4.3.2). */
export const informationData: Codec<readonly HandleAndType[]> = {
  read(r) {
    const format = r.u8();
    if (format !== 1 && format !== 2) throw new DecodeError(`Cannot decode format 0x${format.toString(16)}`);
    const uuid = format === 1 ? uuid16 : uuid128;
    const pairs: HandleAndType[] = [];
    do pairs.push({ handle: r.u16(), type: uuid.read(r) });
    while (r.remaining > 0);
    return pairs;
  },
  write(w, pairs) {
    const size = typeSize(pairs[0]?.type ?? "");
    w.u8(size === 2 ? 1 : 2);
    for (const { handle, type } of pairs) {
      if (typeSize(type) !== size) throw new EncodeError(`Cannot mix UUID formats in one response: ${type}`);
      w.u16(handle);
      (size === 2 ? uuid16 : uuid128).write(w, type);
    }
  },
};

export interface HandleAndValue {
  readonly handle: number;
  readonly value: Bytes;
}

/** ATT_READ_BY_TYPE_RSP: the octets of one entry, then entries of exactly that size (3.4.4.2). */
export const typeData: Codec<readonly HandleAndValue[]> = {
  read(r) {
    const length = entryLength(r.u8(), 2, r.remaining);
    const entries: HandleAndValue[] = [];
    do entries.push({ handle: r.u16(), value: r.take(length - 2) });
    while (r.remaining > 0);
    return entries;
  },
  write(w, entries) {
    const size = entries[0]?.value.length ?? 0;
    w.u8(size + 2);
    for (const { handle, value } of entries) {
      if (value.length !== size) throw new EncodeError("Cannot mix value lengths in one response");
      w.u16(handle);
      w.push(value);
    }
  },
};

export interface GroupAndValue {
  readonly start: number;
  readonly end: number;
  readonly value: Bytes;
}

/** ATT_READ_BY_GROUP_TYPE_RSP (3.4.4.10). */
export const groupData: Codec<readonly GroupAndValue[]> = {
  read(r) {
    const length = entryLength(r.u8(), 4, r.remaining);
    const entries: GroupAndValue[] = [];
    do entries.push({ start: r.u16(), end: r.u16(), value: r.take(length - 4) });
    while (r.remaining > 0);
    return entries;
  },
  write(w, entries) {
    const size = entries[0]?.value.length ?? 0;
    w.u8(size + 4);
    for (const { start, end, value } of entries) {
      if (value.length !== size) throw new EncodeError("Cannot mix value lengths in one response");
      w.u16(start);
      w.u16(end);
      w.push(value);
    }
  },
};

function entryLength(length: number, least: number, remaining: number): number {
  if (length < least || remaining === 0 || remaining % length !== 0)
    throw new DecodeError(`Cannot decode ${remaining} octets in entries of ${length}`);
  return length;
}
