import { EncodeError } from "../codec/error.ts";
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
  LeSetScanResponseData,
} from "../host/commands/le-advertising.ts";
import {
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from "../host/commands/le-extended.ts";
import type { Host } from "../host/host.ts";
import type { Address } from "../ports.ts";
import type { AdvertiseOptions } from "./advertiser.ts";
import type { OwnAddressType } from "./own-address.ts";

/** The two families of commands behind one face. */
export interface AdvertisingPdus {
  prepare(options: AdvertiseOptions, ownAddressType: OwnAddressType, own: Address): Promise<void>;
  /** Called while it does not advertise. */
  setAddress(own: Address): Promise<void>;
  enable(on: boolean): Promise<void>;
}

const ALL_CHANNELS = { 37: true, 38: true, 39: true } as const;
const NOBODY = { peerAddressType: "public", peerAddress: new Uint8Array(6) } as const;
const LEGACY_LIMIT = 31;
/** Longest data in one command. */
const FRAGMENT = 251;
const SET = 0;
const NO_TX_POWER_PREFERENCE = 127;

function interval({ intervalMs = 100 }: AdvertiseOptions): number {
  return Math.min(0x4000, Math.max(0x20, Math.round(intervalMs / 0.625)));
}

function peer({ directed }: AdvertiseOptions) {
  if (directed === undefined) return NOBODY;
  return { peerAddressType: directed.to.type, peerAddress: directed.to.octets };
}

export class LegacyAdvertisingPdus implements AdvertisingPdus {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async prepare(options: AdvertiseOptions, ownAddressType: OwnAddressType): Promise<void> {
    const { data, scanResponse = new Uint8Array(0) } = options;
    await this.#host.run(LeSetAdvertisingParameters, {
      intervalMin: interval(options),
      intervalMax: interval(options),
      type: legacyType(options),
      ownAddressType,
      ...peer(options),
      channels: ALL_CHANNELS,
      filter: "all",
    });
    if (options.directed !== undefined) return; // directed PDUs carry no data
    await this.#host.run(LeSetAdvertisingData, { data: Uint8Array.from(data) });
    await this.#host.run(LeSetScanResponseData, { data: Uint8Array.from(scanResponse) });
  }

  async setAddress(): Promise<void> {
    // There is one random address, and it was set already.
  }

  async enable(on: boolean): Promise<void> {
    await this.#host.run(LeSetAdvertisingEnable, { enable: on ? "on" : "off" });
  }
}

function legacyType({ connectable, directed, scanResponse }: AdvertiseOptions) {
  if (directed !== undefined)
    return directed.duty === "high" ? "connectableDirectedHigh" : "connectableDirectedLow";
  if (connectable) return "connectableUndirected";
  return scanResponse === undefined ? "nonConnectableUndirected" : "scannableUndirected";
}

export class ExtendedAdvertisingPdus implements AdvertisingPdus {
  readonly #host: Host;
  #random = false;

  constructor(host: Host) {
    this.#host = host;
  }

  async prepare(options: AdvertiseOptions, ownAddressType: OwnAddressType, own: Address): Promise<void> {
    const { data, scanResponse, connectable, directed } = options;
    // Old scanners hear legacy PDUs only, so what fits into them goes into them.
    const legacy = data.length <= LEGACY_LIMIT;
    if (!legacy && scanResponse !== undefined && connectable) {
      throw new EncodeError(
        `Cannot advertise ${data.length} octets with a scan response: ${LEGACY_LIMIT} allowed`,
      );
    }
    await this.#host.run(LeSetExtendedAdvertisingParameters, {
      set: SET,
      properties: {
        connectable,
        scannable: directed === undefined && ((legacy && connectable) || scanResponse !== undefined),
        directed: directed !== undefined,
        highDutyCycle: directed?.duty === "high",
        legacy,
        anonymous: false,
        includeTxPower: false,
      },
      intervalMin: interval(options),
      intervalMax: interval(options),
      channels: ALL_CHANNELS,
      ownAddressType,
      ...peer(options),
      filter: "all",
      txPower: NO_TX_POWER_PREFERENCE,
      primaryPhy: "1M",
      secondaryMaxSkip: 0,
      secondaryPhy: "1M",
      sid: 0,
      scanRequestNotification: "off",
    });
    this.#random = ownAddressType !== "public";
    await this.setAddress(own);
    if (directed !== undefined) return;
    await this.#setData(LeSetExtendedAdvertisingData, data);
    if (scanResponse !== undefined) await this.#setData(LeSetExtendedScanResponseData, scanResponse);
  }

  async setAddress({ type, octets }: Address): Promise<void> {
    if (!this.#random || type !== "random") return;
    await this.#host.run(LeSetAdvertisingSetRandomAddress, { set: SET, address: octets });
  }

  async enable(on: boolean): Promise<void> {
    const sets = [{ set: SET, duration: 0, maxEvents: 0 }];
    await this.#host.run(LeSetExtendedAdvertisingEnable, { enable: on ? "on" : "off", sets });
  }

  async #setData(command: typeof LeSetExtendedAdvertisingData, data: Uint8Array): Promise<void> {
    const last = Math.max(0, Math.ceil(data.length / FRAGMENT) - 1);
    for (let i = 0; i <= last; i++) {
      const operation = last === 0 ? "complete" : i === 0 ? "first" : i === last ? "last" : "intermediate";
      const fragment = Uint8Array.from(data.subarray(i * FRAGMENT, (i + 1) * FRAGMENT));
      await this.#host.run(command, { set: SET, operation, fragmentPreference: "avoid", data: fragment });
    }
  }
}
