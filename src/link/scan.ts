/** What is heard of advertisers, where the radio is ours. Hostile, all of it: nothing here proves who anybody is. */
import type { Peer } from "./backend.ts";
import type { Uuid } from "./gatt.ts";

/** What the highest bits of an address say; `anonymous` is not among them: such reports are not told. */
export type AddressKind = "public" | "static" | "resolvable" | "non-resolvable" | "reserved";

export interface AdvertiserAddress {
  /** As `Peer.id` would be for this address. */
  readonly id: string;
  /** `C0:11:22:33:44:55` */
  readonly text: string;
  readonly kind: AddressKind;
}

export interface AdvertisedService {
  readonly uuid: Uuid;
  readonly data: Uint8Array;
}

/** Advertising data, parsed. */
export interface AdvertisedData {
  /** Without control and bidirectional characters. */
  readonly name: string | undefined;
  readonly services: readonly Uuid[];
  readonly serviceData: readonly AdvertisedService[];
  readonly manufacturerData: readonly { readonly company: number; readonly data: Uint8Array }[];
  /** dBm */
  readonly txPower: number | undefined;
  readonly appearance: number | undefined;
  /** Names of the flags that are set. */
  readonly flags: readonly string[];
  /** Every structure as it came, known or not. */
  readonly structures: readonly { readonly type: number; readonly data: Uint8Array }[];
}

/** One report. Cheap to make: what costs is asked for. */
export interface AdvertisingReport {
  /** One number for each address and type. */
  readonly key: number;
  /** dBm; undefined where the adapter could not tell. */
  readonly rssi: number | undefined;
  readonly connectable: boolean;
  /** A scan response: its data belongs to that of the advertisement. */
  readonly scanResponse: boolean;
  /** Never changed later. */
  readonly data: Uint8Array;
  address(): AdvertiserAddress;
  fields(): AdvertisedData;
}

export interface ScanSource {
  /**
   * Resolves when the radio listens, until `signal` aborts. `listener` is called synchronously and must not throw.
   * Rejects with DeviceError.
   */
  scan(listener: (report: AdvertisingReport) => void, signal: AbortSignal): Promise<void>;
  /** The identity of ours behind an address; undefined where there is none, or more than one may be. Never rejects. */
  identify(address: AdvertiserAddress): Promise<string | undefined>;
  /** A person chose this one, heard under this name: it may be connected to now. */
  choose(id: string, name: string): Peer;
}
