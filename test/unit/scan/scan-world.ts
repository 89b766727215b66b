/** Advertisers of any number, a source that a test feeds, and the screen's state in front of it. */
import { buildAdvertisingData, parseAdvertisingData } from "../../../hci/gap/advertising-data.ts";
import type { AdvertisedFields } from "../../../hci/gap/advertising-data.ts";
import { addressKey, formatAddress, kindOf } from "../../../hci/gap/address.ts";
import { adStructures } from "../../../hci/gap/advertising-data.ts";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import type { Peer } from "../../../src/link/backend.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import type { AdvertiserAddress, AdvertisingReport, ScanSource } from "../../../src/link/scan.ts";
import { ScriptedPeer } from "../../support/scripted-backend.ts";
import { text } from "../../support/stack-rig.ts";

/** The n-th static address; with `kind` another sort of random address. */
export function addressNo(n: number, top = 0xc0): Address {
  return { type: "random", octets: Uint8Array.of(top, 0, 0, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff) };
}

export const idOf = ({ type, octets }: Address): string => `${type}-${toHex(octets)}`;

export interface ReportOptions {
  readonly rssi?: number | undefined;
  readonly connectable?: boolean;
  readonly scanResponse?: boolean;
  readonly fields?: AdvertisedFields;
  /** In place of `fields`. */
  readonly data?: Uint8Array;
}

/** How often anything was parsed. */
export const parsed = { count: 0 };

export function reportOf(address: Address, options: ReportOptions = {}): AdvertisingReport {
  const { rssi = -60, connectable = true, scanResponse = false, fields = {} } = options;
  const data = options.data ?? buildAdvertisingData(fields, text, 254);
  return {
    key: addressKey(address),
    rssi: "rssi" in options ? options.rssi : rssi,
    connectable,
    scanResponse,
    data,
    address: () => ({ id: idOf(address), text: formatAddress(address), kind: kindOf(address) }),
    fields() {
      parsed.count++;
      const found = parseAdvertisingData(data, text);
      return {
        name: found.name,
        services: found.services,
        serviceData: [...found.serviceData].map(([uuid, octets]) => ({ uuid, data: octets })),
        manufacturerData: [...found.manufacturerData].map(([company, octets]) => ({ company, data: octets })),
        txPower: found.txPower,
        appearance: found.appearance,
        flags: [],
        structures: adStructures(data),
      };
    },
  };
}

export class FedSource implements ScanSource {
  readonly identities = new Map<string, string>();
  readonly chosen: string[] = [];
  failing = false;
  scans = 0;
  #listener: ((report: AdvertisingReport) => void) | undefined;

  get listening(): boolean {
    return this.#listener !== undefined;
  }

  async scan(listener: (report: AdvertisingReport) => void, signal: AbortSignal): Promise<void> {
    if (this.failing) throw new DeviceError({ kind: "adapter", state: "lost" });
    this.scans++;
    this.#listener = listener;
    signal.addEventListener("abort", () => {
      this.#listener = undefined;
    });
  }

  async identify({ id }: AdvertiserAddress): Promise<string | undefined> {
    return this.identities.get(id);
  }

  choose(id: string): Peer {
    this.chosen.push(id);
    return new ScriptedPeer(id, "Chosen");
  }

  feed(...reports: readonly AdvertisingReport[]): void {
    for (const report of reports) this.#listener?.(report);
  }
}
