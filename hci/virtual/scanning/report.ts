import type { EventBody } from "../../codec/event.ts";
import * as events from "../../host/events.ts";
import { ExtendedEventType } from "../../host/events.ts";
import type { Address, Bytes } from "../../ports.ts";
import type { Advertisement } from "../advertising/advertisement.ts";
import type { PeerView } from "../connect.ts";
import type { Random } from "../random.ts";
import type { Session } from "../session.ts";

/** One advertising event, or the scan response to it, as it passed the filters. */
export interface Heard {
  readonly advertisement: Advertisement;
  /** Undefined for an anonymous advertiser. */
  readonly view: PeerView | undefined;
  readonly rssi: number;
  /** TargetA, where it is a resolvable address that could not be resolved. */
  readonly unresolvedTarget: Address | undefined;
  /** The scan response data; undefined for the advertising event itself. */
  readonly response: Bytes | undefined;
}

type LegacyReport = EventBody<typeof events.LeAdvertisingReport>["reports"][number];
type ExtendedReport = EventBody<typeof events.LeExtendedAdvertisingReport>["reports"][number];

/** What is left of 255 octets of event for advertising data. */
const DATA_PER_REPORT = 229;
/** The share of long advertisements of which the end is missed. */
const TRUNCATED = 0.05;
const NO_ADDRESS = new Uint8Array(6);
const primaryNames = { 1: "1M", 3: "coded" } as const;
const secondaryNames = { 0: "none", 1: "1M", 2: "2M", 3: "coded" } as const;

export function reportLegacy(session: Session, heard: Heard): void {
  const { advertisement, view, rssi, response, unresolvedTarget } = heard;
  if (view === undefined) return;
  const address = { addressType: typeOf(view), address: view.address.octets };
  if (unresolvedTarget !== undefined) {
    session.emit(events.LeDirectedAdvertisingReport, {
      reports: [
        {
          type: "connectableDirected",
          ...address,
          directAddressType: unresolvedTarget.type,
          directAddress: unresolvedTarget.octets,
          rssi,
        },
      ],
    });
    return;
  }
  const type = response === undefined ? legacyType(advertisement) : "scanResponse";
  const report: LegacyReport = { type, ...address, data: response ?? advertisement.data, rssi };
  session.emit(events.LeAdvertisingReport, { reports: [report] });
}

/** One event per part where the data is longer than one event; the last part may never come (7.7.65.13). */
export function reportExtended(session: Session, heard: Heard, random: Random): void {
  const data = heard.response ?? heard.advertisement.data;
  const truncated = data.length > DATA_PER_REPORT && random.chance(TRUNCATED);
  for (let offset = 0; ; offset += DATA_PER_REPORT) {
    const part = data.slice(offset, offset + DATA_PER_REPORT);
    const last = offset + DATA_PER_REPORT >= data.length;
    const status = last
      ? truncated
        ? ExtendedEventType.dataTruncated
        : 0
      : ExtendedEventType.dataIncomplete;
    const octets = last && truncated ? part.slice(0, 0) : part;
    session.emit(events.LeExtendedAdvertisingReport, { reports: [extendedReport(heard, status, octets)] });
    if (last) return;
  }
}

function extendedReport(heard: Heard, dataStatus: number, data: Bytes): ExtendedReport {
  const { advertisement, view, rssi, unresolvedTarget } = heard;
  const target = advertisement.target;
  return {
    type: extendedType(heard) | dataStatus,
    addressType: view === undefined ? "anonymous" : typeOf(view),
    address: view?.address.octets ?? NO_ADDRESS,
    primaryPhy: advertisement.primaryPhy === 3 ? primaryNames[3] : primaryNames[1],
    secondaryPhy: secondaryName(advertisement.secondaryPhy),
    sid: advertisement.sid,
    txPower: advertisement.txPower,
    rssi,
    periodicInterval: 0,
    directAddressType: unresolvedTarget === undefined ? (target?.type ?? "public") : "unresolved",
    directAddress: target?.octets ?? NO_ADDRESS,
    data,
  };
}

function legacyType({ connectable, scannable, target }: Advertisement): LegacyReport["type"] {
  if (target !== undefined) return "connectableDirected";
  if (connectable) return "connectableUndirected";
  return scannable ? "scannableUndirected" : "nonConnectableUndirected";
}

function extendedType({ advertisement, response }: Heard): number {
  return (
    (advertisement.connectable ? ExtendedEventType.connectable : 0) |
    (advertisement.scannable ? ExtendedEventType.scannable : 0) |
    (advertisement.target === undefined ? 0 : ExtendedEventType.directed) |
    (response === undefined ? 0 : ExtendedEventType.scanResponse) |
    (advertisement.legacy ? ExtendedEventType.legacy : 0)
  );
}

function typeOf({ address, identity }: PeerView): "public" | "random" | "publicIdentity" | "randomIdentity" {
  if (!identity) return address.type;
  return address.type === "public" ? "publicIdentity" : "randomIdentity";
}

function secondaryName(phy: number): ExtendedReport["secondaryPhy"] {
  return phy === 1 || phy === 2 || phy === 3 ? secondaryNames[phy] : secondaryNames[0];
}
