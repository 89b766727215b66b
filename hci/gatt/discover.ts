/**
 * Discovery in the fewest requests that the procedures of Vol 3 Part G 4.4 to 4.7 allow: characteristics and includes
 * are asked for over the whole database at once, and one Find Information covers as many gaps as its answer can hold.
 */
import type { AttBearer } from "../att/bearer.ts";
import { AttError, AttErrorCode, GattProtocolError } from "../att/errors.ts";
import type { GroupAndValue, HandleAndValue } from "../att/fields.ts";
import { FindByTypeValue, FindInformation, Read, ReadByGroupType, ReadByType } from "../att/pdus.ts";
import { decode, encode } from "../codec/codec.ts";
import { u16 } from "../codec/integers.ts";
import type { Uuid } from "../codec/uuid.ts";
import { shortUuid, uuid16, uuid128 } from "../codec/uuid.ts";
import type { AttributeTable, Characteristic, Descriptor, IncludedService, Service } from "./table.ts";
import { declarationFrom, uuidFrom } from "./table.ts";
import { CHARACTERISTIC, INCLUDE, PRIMARY_SERVICE } from "./uuids.ts";

/** More requests than this is no database but an attempt to keep us busy (security.md C5 asks for a cap). */
const MAX_REQUESTS = 4096;
const LAST = 0xffff;

export interface HandleRange {
  readonly start: number;
  readonly end: number;
}

type Att = Pick<AttBearer, "request">;

/** The whole table. Throws GattProtocolError when the server's answers contradict each other or do not advance. */
export async function discover(att: Att): Promise<AttributeTable> {
  const services = await discoverPrimaryServices(att);
  if (services.length === 0) return { services: [] };
  const included = await discoverIncluded(att, { start: 1, end: LAST });
  const characteristics = await discoverCharacteristics(att, { start: 1, end: LAST });
  const bare = place(services, included, characteristics);
  return { services: await withDescriptors(att, bare) };
}

/** As `discover`, for one range: after Service Changed. */
export async function rediscover(att: Att, range: HandleRange): Promise<AttributeTable> {
  const services = await discoverPrimaryServices(att, range);
  if (services.length === 0) return { services: [] };
  const included = await discoverIncluded(att, range);
  const characteristics = await discoverCharacteristics(att, range);
  return { services: await withDescriptors(att, place(services, included, characteristics)) };
}

interface Group extends HandleRange {
  readonly uuid: Uuid;
}

/** 4.4.1 */
export async function discoverPrimaryServices(
  att: Att,
  range: HandleRange = { start: 1, end: LAST },
): Promise<readonly Group[]> {
  const found = await sweep<GroupAndValue>(
    range,
    async (start) =>
      (await att.request(ReadByGroupType, { start, end: range.end, type: PRIMARY_SERVICE })).groups,
    ({ start, end }) => {
      if (end < start) throw new GattProtocolError(`Cannot use a service from ${start} to ${end}`);
      return { first: start, last: end };
    },
  );
  return found.map(({ start, end, value }) => ({ start, end, uuid: uuidFrom(value) }));
}

/** 4.4.2 */
export async function discoverServiceByUuid(att: Att, uuid: Uuid): Promise<readonly Group[]> {
  const value = (shortUuid(uuid) ?? 0x1_0000) <= 0xffff ? encode(uuid16, uuid) : encode(uuid128, uuid);
  const found = await sweep<HandleRange>(
    { start: 1, end: LAST },
    async (start) =>
      (await att.request(FindByTypeValue, { start, end: LAST, type: PRIMARY_SERVICE, value })).handles,
    ({ start, end }) => {
      if (end < start) throw new GattProtocolError(`Cannot use a service from ${start} to ${end}`);
      return { first: start, last: end };
    },
  );
  return found.map((range) => ({ ...range, uuid }));
}

/** 4.5.1 */
export async function discoverIncluded(att: Att, range: HandleRange): Promise<readonly IncludedService[]> {
  const entries = await readByType(att, range, INCLUDE);
  const included: IncludedService[] = [];
  let reads = 0;
  for (const { handle, value } of entries) {
    if (value.length !== 6 && value.length !== 4)
      throw new GattProtocolError(`Cannot use an include declaration of ${value.length} octets`);
    const start = decode(u16, value.subarray(0, 2));
    const end = decode(u16, value.subarray(2, 4));
    if (value.length === 4 && reads++ === MAX_REQUESTS)
      throw new GattProtocolError("Cannot finish discovery: too many requests");
    // A 128-bit UUID does not fit into the answer: it is read from the declaration of the included service.
    const uuid =
      value.length === 6
        ? decode(uuid16, value.subarray(4))
        : uuidFrom((await att.request(Read, { handle: start })).value);
    included.push({ declaration: handle, start, end, uuid });
  }
  return included;
}

type Declared = Omit<Characteristic, "end" | "descriptors">;

/** 4.6.1 */
export async function discoverCharacteristics(att: Att, range: HandleRange): Promise<readonly Declared[]> {
  const entries = await readByType(att, range, CHARACTERISTIC);
  return entries.map(({ handle, value }) => {
    const declared = declarationFrom(value);
    if (declared.handle <= handle || declared.handle > range.end)
      throw new GattProtocolError(`Cannot use a value at ${declared.handle} of the declaration at ${handle}`);
    return { declaration: handle, ...declared };
  });
}

function readByType(att: Att, range: HandleRange, type: Uuid): Promise<readonly HandleAndValue[]> {
  return sweep<HandleAndValue>(
    range,
    async (start) => (await att.request(ReadByType, { start, end: range.end, type })).entries,
    ({ handle }) => ({ first: handle, last: handle }),
  );
}

/**
 * Repeats a request from the handle after the last one found until the range ends or the server has no more. Every
 * answer must advance: a server that goes back or stands still ends the discovery with an error.
 */
async function sweep<T>(
  range: HandleRange,
  ask: (start: number) => Promise<readonly T[]>,
  span: (item: T) => { readonly first: number; readonly last: number },
): Promise<readonly T[]> {
  const found: T[] = [];
  let next = range.start;
  for (let requests = 0; next <= range.end; requests++) {
    if (requests === MAX_REQUESTS) throw new GattProtocolError("Cannot finish discovery: too many requests");
    const items = await unlessNotFound(ask(next));
    if (items === undefined) break;
    for (const item of items) {
      const { first, last } = span(item);
      if (first < next || last > range.end)
        throw new GattProtocolError(`Cannot use handle ${first} in an answer from ${next} to ${range.end}`);
      found.push(item);
      next = last + 1;
    }
    if (items.length === 0) break;
  }
  return found;
}

async function unlessNotFound<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AttError && error.code === AttErrorCode.AttributeNotFound) return undefined;
    throw error;
  }
}

/**
 * Sorts items into the ranges that hold them, in one pass: both come in handle order. Items outside every range are
 * left out: the server declares them nowhere.
 */
function sortInto<T>(
  ranges: readonly HandleRange[],
  items: readonly T[],
  handleOf: (item: T) => number,
): readonly (readonly T[])[] {
  let next = 0;
  return ranges.map(({ start, end }) => {
    const inside: T[] = [];
    for (; next < items.length; next++) {
      const item = items[next];
      if (item === undefined || handleOf(item) > end) break;
      if (handleOf(item) >= start) inside.push(item);
    }
    return inside;
  });
}

function place(
  groups: readonly Group[],
  included: readonly IncludedService[],
  declared: readonly Declared[],
): readonly Service[] {
  const includes = sortInto(groups, included, ({ declaration }) => declaration);
  const declarations = sortInto(groups, declared, ({ declaration }) => declaration);
  return groups.map((group, position) => {
    const own = declarations[position] ?? [];
    return {
      ...group,
      included: includes[position] ?? [],
      characteristics: own.map((characteristic, index) => {
        const end = (own[index + 1]?.declaration ?? group.end + 1) - 1;
        if (characteristic.handle > end)
          throw new GattProtocolError(`Cannot use a value at ${characteristic.handle} outside its service`);
        return { ...characteristic, end, descriptors: [] };
      }),
    };
  });
}

/** 4.7.1 */
async function withDescriptors(att: Att, services: readonly Service[]): Promise<readonly Service[]> {
  const spans = services
    .flatMap(({ characteristics }) => characteristics)
    .map(({ handle, end }) => ({ start: handle + 1, end }));
  const gaps = spans.filter(({ start, end }) => start <= end);
  const found = sortInto(spans, await discoverDescriptors(att, gaps), ({ handle }) => handle);
  let position = 0;
  return services.map((service) => ({
    ...service,
    characteristics: service.characteristics.map((characteristic) => ({
      ...characteristic,
      descriptors: found[position++] ?? [],
    })),
  }));
}

/**
 * Attributes inside the gaps, which come in handle order. One answer may hold several gaps (and the declarations
 * between them), so each request asks up to the end of the last one.
 */
export async function discoverDescriptors(
  att: Att,
  gaps: readonly HandleRange[],
): Promise<readonly Descriptor[]> {
  const end = gaps.at(-1)?.end ?? 0;
  const seen: Descriptor[] = [];
  let next = 1;
  let requests = 0;
  for (const gap of gaps) {
    next = Math.max(next, gap.start);
    while (next <= gap.end) {
      if (requests++ === MAX_REQUESTS)
        throw new GattProtocolError("Cannot finish discovery: too many requests");
      const answer = await unlessNotFound(att.request(FindInformation, { start: next, end }));
      if (answer === undefined) return sortInto(gaps, seen, ({ handle }) => handle).flat();
      for (const { handle, type } of answer.information) {
        if (handle < next || handle > end)
          throw new GattProtocolError(`Cannot use handle ${handle} in an answer from ${next} to ${end}`);
        next = handle + 1;
        seen.push({ handle, uuid: type });
      }
    }
  }
  return sortInto(gaps, seen, ({ handle }) => handle).flat();
}
