/** One advertiser as it was heard so far. Changed in place with every report: whoever shows it reads it anew. */
import type { AdvertisedData, AdvertiserAddress, AdvertisingReport } from "../../link/scan.ts";
import type { Uuid } from "../../link/gatt.ts";
import { cleanName } from "../../storage/text.ts";
import { RssiHistory } from "./rssi-history.ts";

/** How much of a new value enters the smoothed signal: single reports jump by ten decibels and more. */
const SMOOTHING = 0.25;

export interface HeardDevice {
  /** Names the row for as long as it lives. */
  readonly rowId: number;
  readonly address: AdvertiserAddress;
  /** Id of the identity behind a private address, where it is one of ours. */
  readonly identityId: string | undefined;
  /** Cleaned; may be empty. */
  readonly name: string;
  readonly services: readonly Uuid[];
  readonly companies: readonly number[];
  readonly connectable: boolean;
  /** dBm of the last report that had one. */
  readonly rssi: number | undefined;
  /** dBm, smoothed. */
  readonly level: number | undefined;
  readonly reports: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** What is advertised, and what is said when asked. */
  readonly advertised: AdvertisedData | undefined;
  readonly response: AdvertisedData | undefined;
  history(now: number): readonly (number | null)[];
}

export class Heard implements HeardDevice {
  readonly rowId: number;
  readonly firstAt: number;
  address: AdvertiserAddress;
  identityId: string | undefined;
  name = "";
  services: readonly Uuid[] = [];
  companies: readonly number[] = [];
  connectable = false;
  rssi: number | undefined;
  level: number | undefined;
  reports = 0;
  lastAt: number;
  advertised: AdvertisedData | undefined;
  response: AdvertisedData | undefined;
  #advertisedOctets: Uint8Array | undefined;
  #responseOctets: Uint8Array | undefined;
  readonly #history = new RssiHistory();

  constructor(rowId: number, address: AdvertiserAddress, at: number) {
    this.rowId = rowId;
    this.address = address;
    this.firstAt = at;
    this.lastAt = at;
  }

  history(now: number): readonly (number | null)[] {
    return this.#history.values(now);
  }

  /** Octets are parsed only where they differ from the last ones: most reports repeat themselves. */
  hear(report: AdvertisingReport, at: number): void {
    this.reports++;
    this.lastAt = at;
    const { rssi, scanResponse, data } = report;
    if (rssi !== undefined) {
      this.rssi = rssi;
      this.level = this.level === undefined ? rssi : this.level + SMOOTHING * (rssi - this.level);
      this.#history.add(rssi, at);
    }
    if (!scanResponse) this.connectable = report.connectable;
    const before = scanResponse ? this.#responseOctets : this.#advertisedOctets;
    if (before !== undefined && sameOctets(before, data)) return;
    if (scanResponse) {
      this.#responseOctets = data;
      this.response = report.fields();
    } else {
      this.#advertisedOctets = data;
      this.advertised = report.fields();
    }
    this.#summarise();
  }

  #summarise(): void {
    const parts = [this.advertised, this.response].filter((part) => part !== undefined);
    this.name = cleanName(parts.findLast(({ name }) => name !== undefined)?.name ?? this.name);
    const services = parts.flatMap((part) => [...part.services, ...part.serviceData.map(({ uuid }) => uuid)]);
    this.services = [...new Set(services)];
    const companies = parts.flatMap((part) => part.manufacturerData.map(({ company }) => company));
    this.companies = [...new Set(companies)];
  }
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
