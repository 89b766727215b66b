/** Reading and writing values by handle (Vol 3 Part G 4.8, 4.9, 4.12). Values are octets as the peer keeps them. */
import { AttError, AttErrorCode, GattProtocolError } from "../att/errors.ts";
import {
  ExecuteWrite,
  PrepareWrite,
  Read,
  ReadBlob,
  ReadByType,
  ReadMultiple,
  ReadMultipleVariable,
  Write,
  WriteCmd,
} from "../att/pdus.ts";
import { concat, equal } from "../codec/bytes.ts";
import type { Uuid } from "../codec/uuid.ts";
import type { Bytes } from "../ports.ts";
import type { Att } from "./access.ts";

/** The longest attribute value (Vol 3 Part F 3.2.9). */
export const MAX_VALUE = 512;

/** 4.8.1, and 4.8.3 where the value does not fit into one answer. */
export async function readValue(att: Att, handle: number): Promise<Bytes> {
  const { value } = await att.request(Read, { handle });
  return value.length < att.mtu - 1 ? value : readRest(att, handle, value);
}

async function readRest(att: Att, handle: number, first: Bytes): Promise<Bytes> {
  const parts = [first];
  let length = first.length;
  let last = first;
  while (last.length === att.mtu - 1 && length < MAX_VALUE) {
    try {
      ({ value: last } = await att.request(ReadBlob, { handle, offset: length }));
    } catch (error) {
      // The value filled the answer exactly, or the server has none longer than one answer.
      if (error instanceof AttError && length === first.length && endsThere(error)) break;
      throw error;
    }
    parts.push(last);
    length += last.length;
  }
  return concat(...parts).slice(0, MAX_VALUE);
}

function endsThere({ code }: AttError): boolean {
  return (
    code === AttErrorCode.AttributeNotLong ||
    code === AttErrorCode.InvalidOffset ||
    code === AttErrorCode.RequestNotSupported
  );
}

/** 4.8.3 from an offset in octets; one answer. */
export async function readBlob(att: Att, handle: number, offset: number): Promise<Bytes> {
  return (await att.request(ReadBlob, { handle, offset })).value;
}

/** 4.8.2: every characteristic with this UUID in the range, one request per answer's worth. */
export async function readByUuid(
  att: Att,
  uuid: Uuid,
  range: { readonly start: number; readonly end: number } = { start: 1, end: 0xffff },
): Promise<readonly { readonly handle: number; readonly value: Bytes }[]> {
  return (await att.request(ReadByType, { ...range, type: uuid })).entries;
}

/** 4.8.4: values of known, fixed lengths in octets, one after another; the last may be cut by the MTU. */
export async function readMultiple(
  att: Att,
  wanted: readonly { readonly handle: number; readonly length: number }[],
): Promise<readonly Bytes[]> {
  const { values } = await att.request(ReadMultiple, { handles: wanted.map(({ handle }) => handle) });
  let offset = 0;
  return wanted.map(({ length }) => {
    const value = values.slice(offset, offset + length);
    offset += length;
    return value;
  });
}

/** 4.8.5: the values in the order of the handles. A value that the MTU cut is `complete: false`. */
export async function readMultipleVariable(
  att: Att,
  handles: readonly number[],
): Promise<readonly { readonly value: Bytes; readonly complete: boolean }[]> {
  const { values } = await att.request(ReadMultipleVariable, { handles });
  const results: { value: Bytes; complete: boolean }[] = [];
  for (let offset = 0; offset < values.length && results.length < handles.length; ) {
    const [low, high] = values.subarray(offset, offset + 2);
    if (low === undefined || high === undefined) break; // the MTU cut inside a length
    const length = low | (high << 8);
    const value = values.slice(offset + 2, offset + 2 + length);
    results.push({ value, complete: value.length === length });
    offset += 2 + length;
  }
  while (results.length < handles.length) results.push({ value: new Uint8Array(0), complete: false });
  return results;
}

/** 4.9.3, and 4.9.4 where the value does not fit into one request. */
export async function writeValue(att: Att, handle: number, value: Uint8Array): Promise<void> {
  if (value.length > MAX_VALUE) throw new RangeError(`Cannot write ${value.length} octets: 512 allowed`);
  if (value.length <= att.mtu - 3) await att.request(Write, { handle, value: Uint8Array.from(value) });
  else await writeReliably(att, [{ handle, value }]);
}

/** 4.9.1: nobody answers, and while the peer holds us for change-unaware it is dropped without a word. */
export function writeCommand(att: Att, handle: number, value: Uint8Array): Promise<void> {
  if (value.length > att.mtu - 3)
    throw new RangeError(`Cannot write ${value.length} octets without response`);
  return att.sendValue(WriteCmd, handle, value);
}

/**
 * 4.9.4 and 4.9.5: all values or none. Every echo is compared; one that differs cancels the queue on the server and
 * rejects with GattProtocolError. After a lost bearer the value on the server is undetermined.
 */
export async function writeReliably(
  att: Att,
  writes: readonly { readonly handle: number; readonly value: Uint8Array }[],
): Promise<void> {
  const size = att.mtu - 5;
  try {
    for (const { handle, value } of writes) {
      for (let offset = 0; offset === 0 || offset < value.length; offset += size) {
        const part = value.slice(offset, offset + size);
        const echo = await att.request(PrepareWrite, { handle, offset, value: Uint8Array.from(part) });
        if (echo.handle !== handle || echo.offset !== offset || !equal(echo.value, part))
          throw new GattProtocolError(`Cannot write handle ${handle}: the peer echoed something else`);
      }
    }
  } catch (error) {
    await cancelQueue(att, error);
    throw error;
  }
  await att.request(ExecuteWrite, { flags: "write" });
}

/** What the server queued must not be executed by a later, unrelated write. */
async function cancelQueue(att: Att, error: unknown): Promise<void> {
  if (!(error instanceof AttError) && !(error instanceof GattProtocolError)) return;
  if (error instanceof AttError && error.code === AttErrorCode.RequestNotSupported) return;
  await att.request(ExecuteWrite, { flags: "cancel" });
}
