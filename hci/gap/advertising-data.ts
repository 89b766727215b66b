import type { Codec } from "../codec/codec.ts";
import { encode } from "../codec/codec.ts";
import { EncodeError } from "../codec/error.ts";
import { i8, u16 } from "../codec/integers.ts";
import { Reader } from "../codec/reader.ts";
import type { Flags } from "../codec/sets.ts";
import { flags } from "../codec/sets.ts";
import type { Uuid } from "../codec/uuid.ts";
import { shortUuid, uuid128, uuid16, uuid32 } from "../codec/uuid.ts";
import { Writer } from "../codec/writer.ts";
import type { Bytes, TextPort } from "../ports.ts";

/** Types of AD structures (Supplement to the Core Specification, Part A; Assigned Numbers 2.3). */
export const AdType = {
  flags: 0x01,
  incompleteUuids16: 0x02,
  completeUuids16: 0x03,
  incompleteUuids32: 0x04,
  completeUuids32: 0x05,
  incompleteUuids128: 0x06,
  completeUuids128: 0x07,
  shortenedName: 0x08,
  completeName: 0x09,
  txPower: 0x0a,
  serviceData16: 0x16,
  appearance: 0x19,
  serviceData32: 0x20,
  serviceData128: 0x21,
  manufacturerData: 0xff,
} as const;

export const AdFlags = {
  limitedDiscoverable: 0x01,
  generalDiscoverable: 0x02,
  brEdrNotSupported: 0x04,
} as const;

/** Longest name GATT knows (Vol 3 Part C 12.1), in octets. */
const MAX_NAME = 248;

/** What an advertiser says of itself. All of it is hostile until proven. */
export interface AdvertisingFields {
  readonly flags?: Flags<typeof AdFlags>;
  /** Made safe to show as plain text, and never to be shown as anything else. */
  readonly name?: string;
  /** False for a shortened name. */
  readonly nameComplete?: boolean;
  readonly services: readonly Uuid[];
  readonly serviceData: ReadonlyMap<Uuid, Bytes>;
  readonly manufacturerData: ReadonlyMap<number, Bytes>;
  /** dBm */
  readonly txPower?: number;
  readonly appearance?: number;
}

export interface AdStructure {
  readonly type: number;
  readonly data: Uint8Array;
}

/**
 * The structures of advertising data. A length of 0 ends the list early (Vol 3 Part C 11); a length beyond the rest cuts
 * it off there. Never throws.
 */
export function adStructures(data: Uint8Array): readonly AdStructure[] {
  const structures: AdStructure[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data[at] ?? 0;
    const type = data[at + 1];
    const end = at + 1 + length;
    if (length === 0 || type === undefined || end > data.length) break;
    structures.push({ type, data: data.subarray(at + 2, end) });
    at = end;
  }
  return structures;
}

type Building = { -readonly [K in keyof AdvertisingFields]: AdvertisingFields[K] } & {
  serviceData: Map<Uuid, Bytes>;
  manufacturerData: Map<number, Bytes>;
};

/** Never throws: a structure that is too short for its type is skipped. */
export function parseAdvertisingData(data: Uint8Array, text: TextPort): AdvertisingFields {
  const services = new Set<Uuid>();
  const fields: Building = { services: [], serviceData: new Map(), manufacturerData: new Map() };
  for (const structure of adStructures(data)) take(fields, services, structure, text);
  fields.services = [...services];
  return fields;
}

function take(fields: Building, services: Set<Uuid>, { type, data }: AdStructure, text: TextPort): void {
  const reader = new Reader(data);
  switch (type) {
    case AdType.flags:
      if (data.length >= 1) fields.flags = flags(AdFlags).read(reader);
      break;
    case AdType.shortenedName:
    case AdType.completeName:
      if (fields.nameComplete === true) break;
      fields.name = safeName(data, text);
      fields.nameComplete = type === AdType.completeName;
      break;
    case AdType.txPower:
      if (data.length >= 1) fields.txPower = i8.read(reader);
      break;
    case AdType.appearance:
      if (data.length >= 2) fields.appearance = u16.read(reader);
      break;
    case AdType.manufacturerData:
      if (data.length >= 2) fields.manufacturerData.set(u16.read(reader), reader.rest());
      break;
    default:
      takeUuids(fields, services, type, reader);
  }
}

const uuidLists = new Map<number, Codec<Uuid>>([
  [AdType.incompleteUuids16, uuid16],
  [AdType.completeUuids16, uuid16],
  [AdType.incompleteUuids32, uuid32],
  [AdType.completeUuids32, uuid32],
  [AdType.incompleteUuids128, uuid128],
  [AdType.completeUuids128, uuid128],
]);
const serviceDataTypes = new Map<number, Codec<Uuid>>([
  [AdType.serviceData16, uuid16],
  [AdType.serviceData32, uuid32],
  [AdType.serviceData128, uuid128],
]);

function takeUuids(fields: Building, services: Set<Uuid>, type: number, reader: Reader): void {
  const list = uuidLists.get(type);
  if (list !== undefined) {
    while (reader.remaining >= (list.size ?? Infinity)) services.add(list.read(reader));
    return;
  }
  const codec = serviceDataTypes.get(type);
  if (codec !== undefined && reader.remaining >= (codec.size ?? Infinity)) {
    fields.serviceData.set(codec.read(reader), reader.rest());
  }
}

/** Control, line and paragraph separators, byte order marks, and everything that turns the direction of text. */
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** A name from the air as text that cannot disturb the text around it. */
export function safeName(utf8: Uint8Array, text: TextPort): string {
  return text.decode(utf8.subarray(0, MAX_NAME)).replaceAll(UNSAFE, "").trim();
}

/** What we say of ourselves as a peripheral. */
export interface AdvertisedFields {
  readonly flags?: Flags<typeof AdFlags>;
  readonly name?: string;
  readonly services?: readonly Uuid[];
  readonly serviceData?: ReadonlyMap<Uuid, Uint8Array>;
  readonly manufacturerData?: ReadonlyMap<number, Uint8Array>;
  readonly txPower?: number;
  readonly appearance?: number;
}

/** Advertising data of at most `limit` octets: 31 in legacy advertising. Throws EncodeError when it does not fit. */
export function buildAdvertisingData(fields: AdvertisedFields, text: TextPort, limit = 31): Bytes {
  const writer = new Writer(limit);
  const add = (type: number, data: Uint8Array): void => {
    if (data.length > 254) throw new EncodeError(`Cannot advertise ${data.length} octets in one structure`);
    writer.u8(data.length + 1);
    writer.u8(type);
    writer.push(data);
  };
  if (fields.flags !== undefined) add(AdType.flags, encode(flags(AdFlags), fields.flags));
  addServices(fields.services ?? [], add);
  if (fields.name !== undefined) add(AdType.completeName, text.encode(fields.name));
  if (fields.txPower !== undefined) add(AdType.txPower, encode(i8, fields.txPower));
  if (fields.appearance !== undefined) add(AdType.appearance, encode(u16, fields.appearance));
  for (const [uuid, data] of fields.serviceData ?? []) {
    const short = isShort(uuid);
    add(short ? AdType.serviceData16 : AdType.serviceData128, joined(short ? uuid16 : uuid128, uuid, data));
  }
  for (const [company, data] of fields.manufacturerData ?? []) {
    add(AdType.manufacturerData, joined(u16, company, data));
  }
  if (writer.length > limit)
    throw new EncodeError(`Cannot advertise ${writer.length} octets: ${limit} allowed`);
  return writer.finish();
}

function addServices(services: readonly Uuid[], add: (type: number, data: Uint8Array) => void): void {
  const addList = (type: number, codec: Codec<Uuid>, list: readonly Uuid[]): void => {
    if (list.length === 0) return;
    const writer = new Writer();
    for (const uuid of list) codec.write(writer, uuid);
    add(type, writer.finish());
  };
  addList(
    AdType.completeUuids16,
    uuid16,
    services.filter((uuid) => isShort(uuid)),
  );
  addList(
    AdType.completeUuids128,
    uuid128,
    services.filter((uuid) => !isShort(uuid)),
  );
}

function isShort(uuid: Uuid): boolean {
  return (shortUuid(uuid) ?? Infinity) <= 0xffff;
}

function joined<T>(codec: Codec<T>, value: T, data: Uint8Array): Uint8Array {
  const writer = new Writer();
  codec.write(writer, value);
  writer.push(data);
  return writer.finish();
}
