/** The options of `requestDevice`, checked and canonicalised as the specification says ("Device Discovery"). */
import type { Uuid } from "../../../hci/codec/uuid.ts";
import type { DataPrefix } from "./blocklist.ts";
import { isBlocked, isBlockedDataFilter } from "./blocklist.ts";
import { octetsIn } from "./buffer-source.ts";
import { blocklistedFilter } from "./exceptions.ts";
import { resolveUuid } from "./uuid.ts";

/** A device passes a filter when it passes every member that is there. */
export interface DeviceFilter {
  readonly services?: readonly Uuid[];
  readonly name?: string;
  readonly namePrefix?: string;
  readonly manufacturerData?: readonly (DataPrefix & { readonly company: number })[];
  readonly serviceData?: readonly (DataPrefix & { readonly service: Uuid })[];
}

export interface DeviceRequest {
  /** Any of them; null: every device. */
  readonly filters: readonly DeviceFilter[] | null;
  readonly exclusionFilters: readonly DeviceFilter[];
  /** What the page may use of the device it gets: those named in filters, and the optional ones, without the blocked. */
  readonly services: ReadonlySet<Uuid>;
  /** Company identifiers whose data the page may see. */
  readonly manufacturers: ReadonlySet<number>;
}

/** Longest name that GATT knows, in octets of UTF-8. */
const MAX_NAME = 248;

/** Throws TypeError, and SecurityError for what is on the blocklist. */
export function canonicalRequest(options: unknown): DeviceRequest {
  const given = dictionary(options);
  const all = Boolean(given["acceptAllDevices"]);
  const filters = list(given["filters"], "filters")?.map(rawFilter);
  const exclusions = list(given["exclusionFilters"], "exclusionFilters")?.map(rawFilter);
  const optionalServices = list(given["optionalServices"], "optionalServices") ?? [];
  const optionalData = list(given["optionalManufacturerData"], "optionalManufacturerData") ?? [];
  if (exclusions !== undefined && filters === undefined)
    throw new TypeError("'filters' member must be present if 'exclusionFilters' is present.");
  if ((filters !== undefined) === all)
    throw new TypeError(
      "Either 'filters' should be present or 'acceptAllDevices' should be true, but not both.",
    );
  if (filters?.length === 0) throw new TypeError("'filters' member must be non-empty to find any devices.");
  if (exclusions?.length === 0)
    throw new TypeError("'exclusionFilters' member must be non-empty to exclude any device.");
  const chosen = filters?.map(canonicalFilter) ?? null;
  const excluded = exclusions?.map(canonicalFilter) ?? [];
  const optional = optionalServices.map((name) => resolveUuid("Service", name));
  const services = [
    ...(chosen ?? []).flatMap((filter) => [
      ...(filter.services ?? []),
      ...(filter.serviceData ?? []).map(({ service }) => service),
    ]),
    ...optional.filter((uuid) => !isBlocked(uuid)),
  ];
  const manufacturers = [
    ...(chosen ?? []).flatMap((filter) => (filter.manufacturerData ?? []).map(({ company }) => company)),
    ...optionalData.map(uint16),
  ];
  return {
    filters: chosen,
    exclusionFilters: excluded,
    services: new Set(services),
    manufacturers: new Set(manufacturers),
  };
}

type Dictionary = Readonly<Record<string, unknown>>;

/** Web IDL: nothing is an empty dictionary; a value that is no object is none. */
function dictionary(value: unknown): Dictionary {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" && typeof value !== "function")
    throw new TypeError("The provided value is not of type 'RequestDeviceOptions'.");
  return Object.fromEntries(
    MEMBERS.map((name) => [name, Reflect.get(value, name)] as const).filter(
      ([, member]) => member !== undefined,
    ),
  );
}

const MEMBERS = [
  "acceptAllDevices",
  "filters",
  "exclusionFilters",
  "optionalServices",
  "optionalManufacturerData",
  "services",
  "name",
  "namePrefix",
  "manufacturerData",
  "serviceData",
  "companyIdentifier",
  "service",
  "dataPrefix",
  "mask",
] as const;

/** A sequence; more entries than any page needs are refused. */
function list(value: unknown, name: string): unknown[] | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || !isIterable(value))
    throw new TypeError(`The provided value of '${name}' cannot be converted to a sequence.`);
  const entries: unknown[] = [];
  for (const entry of value) {
    if (entries.push(entry) > 10_000) throw new TypeError(`The sequence '${name}' is too long.`);
  }
  return entries;
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof Reflect.get(value, Symbol.iterator) === "function";
}

/** [EnforceRange] unsigned short */
function uint16(value: unknown): number {
  const number = Math.trunc(Number(value));
  if (!Number.isFinite(number) || number < 0 || number > 0xffff)
    throw new TypeError(`The company identifier ${String(value)} is outside the range of 16 bits.`);
  return number;
}

/** Web IDL would ask an object for its text; nobody names a device so. */
function domString(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError("The name of a device must be a string.");
}

/** What Web IDL converts before the specification's own steps run. */
function rawFilter(value: unknown): Dictionary {
  const given = dictionary(value);
  return {
    ...given,
    ...(given["services"] === undefined ? {} : { services: list(given["services"], "services") }),
    ...(given["name"] === undefined ? {} : { name: domString(given["name"]) }),
    ...(given["namePrefix"] === undefined ? {} : { namePrefix: domString(given["namePrefix"]) }),
    ...(given["manufacturerData"] === undefined
      ? {}
      : { manufacturerData: list(given["manufacturerData"], "manufacturerData") }),
    ...(given["serviceData"] === undefined ? {} : { serviceData: list(given["serviceData"], "serviceData") }),
  };
}

function canonicalFilter(given: Dictionary): DeviceFilter {
  const { services, name, namePrefix, manufacturerData, serviceData } = given;
  const present = [services, name, namePrefix, manufacturerData, serviceData];
  if (present.every((member) => member === undefined))
    throw new TypeError("A filter must restrict the devices in some way.");
  return {
    ...(Array.isArray(services) ? { services: serviceFilter(services) } : {}),
    ...(typeof name === "string" ? { name: nameFilter(name) } : {}),
    ...(typeof namePrefix === "string" ? { namePrefix: prefixFilter(namePrefix) } : {}),
    ...(Array.isArray(manufacturerData) ? { manufacturerData: manufacturerFilter(manufacturerData) } : {}),
    ...(Array.isArray(serviceData) ? { serviceData: serviceDataFilter(serviceData) } : {}),
  };
}

function serviceFilter(names: readonly unknown[]): readonly Uuid[] {
  if (names.length === 0) throw new TypeError("'services', if present, must contain at least one service.");
  const uuids = names.map((name) => resolveUuid("Service", name));
  if (uuids.some(isBlocked)) throw blocklistedFilter();
  return uuids;
}

const octets = (text: string): number => new TextEncoder().encode(text).length;

function nameFilter(name: string): string {
  if (octets(name) > MAX_NAME) throw new TypeError("A device name can't be longer than 248 bytes.");
  return name;
}

function prefixFilter(prefix: string): string {
  if (prefix === "") throw new TypeError("'namePrefix', if present, must be non-empty.");
  return nameFilter(prefix);
}

function manufacturerFilter(entries: readonly unknown[]) {
  if (entries.length === 0) throw new TypeError("'manufacturerData', if present, must be non-empty.");
  const seen = new Set<number>();
  return entries.map((entry) => {
    const given = dictionary(entry);
    if (given["companyIdentifier"] === undefined) throw new TypeError("'companyIdentifier' is required.");
    const company = uint16(given["companyIdentifier"]);
    if (seen.has(company)) throw new TypeError("'companyIdentifier' must be unique.");
    seen.add(company);
    const data = dataFilter(given);
    if (isBlockedDataFilter(company, data)) throw blocklistedFilter();
    return { company, ...data };
  });
}

function serviceDataFilter(entries: readonly unknown[]) {
  if (entries.length === 0) throw new TypeError("'serviceData', if present, must be non-empty.");
  const seen = new Set<Uuid>();
  return entries.map((entry) => {
    const given = dictionary(entry);
    if (given["service"] === undefined) throw new TypeError("'service' is required.");
    const service = resolveUuid("Service", given["service"]);
    if (isBlocked(service)) throw blocklistedFilter();
    if (seen.has(service)) throw new TypeError("'service' must be unique.");
    seen.add(service);
    return { service, ...dataFilter(given) };
  });
}

/** "Canonicalizing" a BluetoothDataFilterInit: no prefix passes everything; no mask means that every bit counts. */
function dataFilter(given: Dictionary): DataPrefix {
  const prefix = given["dataPrefix"] === undefined ? undefined : octetsIn(given["dataPrefix"]);
  const mask = given["mask"] === undefined ? undefined : octetsIn(given["mask"]);
  if (prefix === undefined) {
    if (mask !== undefined) throw new TypeError("'dataPrefix' must be non-empty when 'mask' is present.");
    return { prefix: new Uint8Array(), mask: new Uint8Array() };
  }
  if (prefix.length === 0) throw new TypeError("'dataPrefix', if present, must be non-empty.");
  if (mask !== undefined && mask.length !== prefix.length)
    throw new TypeError("'mask' size must be equal to 'dataPrefix' size.");
  return { prefix, mask: mask ?? new Uint8Array(prefix.length).fill(0xff) };
}
