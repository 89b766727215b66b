/** The scanner of our own host in the product's words. */
import { addressKey, formatAddress, isIdentity, kindOf } from "../../../hci/gap/address.ts";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import type { AdvertisingFields } from "../../../hci/gap/advertising-data.ts";
import { adStructures } from "../../../hci/gap/advertising-data.ts";
import type { Resolution } from "../../../hci/gap/resolver.ts";
import type { Scanner } from "../../../hci/gap/scanner.ts";
import type { Address } from "../../../hci/ports.ts";
import type { Peer } from "../backend.ts";
import { cancelled } from "../bounded.ts";
import { addressOf, peerIdOf } from "./addresses.ts";
import type { HciBackend } from "./backend.ts";
import { deviceError } from "./translate.ts";
import type { AdvertisedData, AdvertiserAddress, AdvertisingReport, ScanSource } from "../scan.ts";

export interface ScanRadioPorts {
  /** The host of now; brings the adapter up where it is not. Rejects with DeviceError. */
  ready(signal: AbortSignal): Promise<ScanHost>;
  idOf(address: Address): string;
  addressOf(id: string): Address;
  choose(id: string, name: string): Peer;
}

export interface ScanHost {
  readonly scanner: Pick<Scanner, "start">;
  readonly gap: { readonly resolver: { resolve(address: Address): Promise<Resolution> } };
}

export class ScanRadio implements ScanSource {
  readonly #ports: ScanRadioPorts;
  #host: ScanHost | undefined;

  constructor(ports: ScanRadioPorts) {
    this.#ports = ports;
  }

  async scan(listener: (report: AdvertisingReport) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw cancelled(signal);
    const host = await this.#ports.ready(signal);
    this.#host = host;
    const hear = (advertisement: Advertisement): void => {
      const report = this.#reportOf(advertisement);
      if (report !== undefined && !signal.aborted) listener(report);
    };
    const starting = host.scanner.start({ active: true, duplicates: { report: "all" } }, hear);
    const scan = await starting.catch((error: unknown) => {
      throw deviceError(error, { during: "availability" });
    });
    if (signal.aborted) {
      await scan.stop();
      throw cancelled(signal);
    }
    signal.addEventListener("abort", () => void scan.stop(), { once: true });
  }

  async identify({ id }: AdvertiserAddress): Promise<string | undefined> {
    const address = this.#ports.addressOf(id);
    if (isIdentity(address)) return id;
    const resolution = await this.#host?.gap.resolver.resolve(address);
    return resolution?.kind === "one" ? this.#ports.idOf(resolution.identity) : undefined;
  }

  choose(id: string, name: string): Peer {
    return this.#ports.choose(id, name);
  }

  /** Anonymous advertising has no address: there is nothing to come back to. */
  #reportOf(advertisement: Advertisement): AdvertisingReport | undefined {
    const { address, rssi, connectable, scanResponse, data } = advertisement;
    if (address === undefined) return undefined;
    return {
      key: addressKey(address),
      rssi,
      connectable,
      scanResponse,
      data,
      address: () => ({
        id: this.#ports.idOf(address),
        text: formatAddress(address),
        kind: kindOf(address),
      }),
      fields: () => dataOf(advertisement.fields(), data),
    };
  }
}

/** The scanner of a backend's adapter, whichever adapter that is at the time. */
export function scanRadioOf(backend: HciBackend): ScanRadio {
  return new ScanRadio({
    ready: (signal) => backend.session.ready(signal),
    idOf: peerIdOf,
    addressOf,
    choose: (id, name) => backend.chosen(id, name),
  });
}

function dataOf(fields: AdvertisingFields, data: Uint8Array): AdvertisedData {
  const { name, services, serviceData, manufacturerData, txPower, appearance, flags = {} } = fields;
  return {
    name,
    services,
    serviceData: [...serviceData].map(([uuid, octets]) => ({ uuid, data: octets })),
    manufacturerData: [...manufacturerData].map(([company, octets]) => ({ company, data: octets })),
    txPower,
    appearance,
    flags: Object.entries(flags).flatMap(([flag, on]) => (on ? [flag] : [])),
    structures: adStructures(data),
  };
}
