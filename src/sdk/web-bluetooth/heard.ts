/** What was heard of a device, put together from its advertising and its scan responses. */
import type { Uuid } from "../../../hci/codec/uuid.ts";
import type { AdvertisingFields } from "../../../hci/gap/advertising-data.ts";
import { matchesPrefix } from "./blocklist.ts";
import type { DeviceFilter, DeviceRequest } from "./filters.ts";

export interface Heard {
  readonly name: string | undefined;
  readonly services: ReadonlySet<Uuid>;
  readonly serviceData: ReadonlyMap<Uuid, Uint8Array>;
  readonly manufacturerData: ReadonlyMap<number, Uint8Array>;
}

export const NOTHING_HEARD: Heard = {
  name: undefined,
  services: new Set(),
  serviceData: new Map(),
  manufacturerData: new Map(),
};

/** More than this of one device is noise. */
const MAX_SERVICES = 64;
const MAX_DATA = 16;

/** One report more. The newest data of a company or service counts; a whole name outlives a shortened one. */
export function hear(known: Heard, fields: AdvertisingFields): Heard {
  const { name, nameComplete, services, serviceData, manufacturerData } = fields;
  const better = name !== undefined && (nameComplete === true || known.name === undefined);
  return {
    name: better ? name : known.name,
    services: services.every((uuid) => known.services.has(uuid))
      ? known.services
      : new Set([...known.services, ...services].slice(0, MAX_SERVICES)),
    serviceData: merged(known.serviceData, serviceData),
    manufacturerData: merged(known.manufacturerData, manufacturerData),
  };
}

function merged<K>(known: ReadonlyMap<K, Uint8Array>, newer: ReadonlyMap<K, Uint8Array>) {
  return newer.size === 0 ? known : new Map([...newer, ...without(known, newer)].slice(0, MAX_DATA));
}

function without<K>(known: ReadonlyMap<K, Uint8Array>, newer: ReadonlyMap<K, Uint8Array>) {
  return [...known].filter(([key]) => !newer.has(key));
}

/** "Matches a filter": every member that is there. */
export function matchesFilter(heard: Heard, filter: DeviceFilter): boolean {
  const { services, name, namePrefix, manufacturerData, serviceData } = filter;
  const own = heard.name;
  return (
    (name === undefined || own === name) &&
    (namePrefix === undefined || own?.startsWith(namePrefix) === true) &&
    (services ?? []).every((uuid) => heard.services.has(uuid)) &&
    (manufacturerData ?? []).every((wanted) => passes(heard.manufacturerData.get(wanted.company), wanted)) &&
    (serviceData ?? []).every((wanted) => passes(heard.serviceData.get(wanted.service), wanted))
  );
}

const passes = (data: Uint8Array | undefined, wanted: Parameters<typeof matchesPrefix>[1]): boolean =>
  data !== undefined && matchesPrefix(data, wanted);

/** Passes one of the filters and none of the exclusions. */
export function matchesRequest(heard: Heard, { filters, exclusionFilters }: DeviceRequest): boolean {
  const wanted = filters === null || filters.some((filter) => matchesFilter(heard, filter));
  return wanted && !exclusionFilters.some((filter) => matchesFilter(heard, filter));
}
