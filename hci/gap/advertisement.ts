import type { ExtendedAdvertisingReports, AdvertisingReports } from "../host/advertising-reports.ts";
import { AdvertisingEventType, ExtendedEventType } from "../host/events.ts";
import type { Address, Bytes, TextPort } from "../ports.ts";
import type { AdvertisingFields } from "./advertising-data.ts";
import { parseAdvertisingData } from "./advertising-data.ts";

/** One report, as it was heard. Scan responses are reports of their own and may come late or never. */
export interface Advertisement {
  /** As it was on the air, or the identity where `resolved`. Undefined for anonymous advertising. */
  readonly address: Address | undefined;
  /** The controller says that it resolved a private address to this identity. */
  readonly resolved: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly directed: boolean;
  readonly scanResponse: boolean;
  readonly legacy: boolean;
  /** dBm; undefined where the controller could not tell. */
  readonly rssi: number | undefined;
  /** Advertising set, in extended advertising. */
  readonly sid: number | undefined;
  /** False where the controller lost the end of the data. */
  readonly complete: boolean;
  readonly data: Bytes;
  /** The data, parsed at the first call. */
  fields(): AdvertisingFields;
}

/** What the scanner looks at before anything is allocated. */
export interface ReportFacts {
  connectable: boolean;
  scannable: boolean;
  directed: boolean;
  scanResponse: boolean;
  legacy: boolean;
}

export function legacyFacts(type: number, facts: ReportFacts): void {
  const { connectableUndirected, connectableDirected, scannableUndirected, scanResponse } =
    AdvertisingEventType;
  facts.connectable = type === connectableUndirected || type === connectableDirected;
  facts.scannable = type === connectableUndirected || type === scannableUndirected;
  facts.directed = type === connectableDirected;
  facts.scanResponse = type === scanResponse;
  facts.legacy = true;
}

export function extendedFacts(type: number, facts: ReportFacts): void {
  facts.connectable = (type & ExtendedEventType.connectable) !== 0;
  facts.scannable = (type & ExtendedEventType.scannable) !== 0;
  facts.directed = (type & ExtendedEventType.directed) !== 0;
  facts.scanResponse = (type & ExtendedEventType.scanResponse) !== 0;
  facts.legacy = (type & ExtendedEventType.legacy) !== 0;
}

const ANONYMOUS = 0xff;

export function toAdvertisement(
  cursor: AdvertisingReports | ExtendedAdvertisingReports,
  facts: ReportFacts,
  more: { readonly data: Bytes; readonly complete: boolean; readonly sid: number | undefined },
  text: TextPort,
): Advertisement {
  const { addressType, rssi } = cursor;
  let parsed: AdvertisingFields | undefined;
  return {
    ...facts,
    ...more,
    address:
      addressType === ANONYMOUS
        ? undefined
        : { type: (addressType & 1) === 0 ? "public" : "random", octets: cursor.address },
    resolved: addressType === 2 || addressType === 3,
    rssi: rssi === 127 ? undefined : rssi,
    fields() {
      parsed ??= parseAdvertisingData(more.data, text);
      return parsed;
    },
  };
}
