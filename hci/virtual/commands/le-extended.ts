import type { Parameters } from "../../codec/command.ts";
import * as extended from "../../host/commands/le-extended.ts";
import type { Bytes } from "../../ports.ts";
import { concat } from "../../codec/bytes.ts";
import type { AdvertisingParameters, AdvertisingSet } from "../advertising/set.ts";
import { checkOwnAddressType } from "../own-address.ts";
import type { Session } from "../session.ts";
import { checkConnectable } from "../states.ts";
import { Refusal, Status } from "../status.ts";
import { allow, bitsOf, demand, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

const UNIT_MS = 0.625;
const DURATION_MS = 10;
const SETS = 4;
const MAX_DATA = 1650;
/** Legacy PDUs and connectable extended ones hold so much. */
const LEGACY_DATA = 31;
const CONNECTABLE_DATA = 191;
const phyNumbers = { "1M": 1, "2M": 2, coded: 3 } as const;
/** Properties of the legacy PDU types (7.8.53, Table 7.3), without the bits for power and anonymity. */
const LEGACY_PROPERTIES: ReadonlySet<number> = new Set([0x13, 0x15, 0x1d, 0x12, 0x10]);

type SetParameters = Parameters<typeof extended.LeSetExtendedAdvertisingParameters>;
type DataParameters = Parameters<typeof extended.LeSetExtendedAdvertisingData>;

/** Advertising sets. */
export function extendedCommands(session: Session): readonly Handler[] {
  const sets = session.advertising;
  const setOf = (id: number): AdvertisingSet => {
    session.claim("extended");
    const set = sets.find(id);
    if (set === undefined) throw new Refusal(Status.UnknownAdvertisingIdentifier);
    return set;
  };
  return [
    answers(extended.LeSetExtendedAdvertisingParameters, (given) => {
      session.claim("extended");
      const parameters = checkedParameters(session, given);
      const existing = sets.find(given.set);
      if (existing === undefined) {
        within(given.set, 0, 0xef);
        if (sets.count >= SETS) throw new Refusal(Status.MemoryExceeded);
        sets.create(given.set, parameters);
      } else {
        allow(!existing.active);
        existing.parameters = parameters;
      }
      return { txPower: parameters.txPower };
    }),
    performs(extended.LeSetAdvertisingSetRandomAddress, ({ set: id, address }) => {
      const set = setOf(id);
      allow(!(set.active && set.parameters.connectable));
      set.randomAddress = { type: "random", octets: address };
    }),
    performs(extended.LeSetExtendedAdvertisingData, (given) => {
      const set = setOf(given.set);
      demand(!(set.parameters.legacy && set.parameters.directed) || given.data.length === 0);
      demand(set.parameters.legacy || !set.parameters.scannable || given.data.length === 0);
      set.data = assembled(set, set.data, given);
    }),
    performs(extended.LeSetExtendedScanResponseData, (given) => {
      const set = setOf(given.set);
      demand(set.parameters.scannable || given.data.length === 0);
      set.scanResponse = assembled(set, set.scanResponse, given);
    }),
    answers(extended.LeReadMaximumAdvertisingDataLength, () => ({ length: MAX_DATA })),
    answers(extended.LeReadNumberOfSupportedAdvertisingSets, () => ({ sets: SETS })),
    performs(extended.LeRemoveAdvertisingSet, ({ set: id }) => {
      allow(!setOf(id).active);
      sets.remove(id);
    }),
    performs(extended.LeClearAdvertisingSets, () => {
      session.claim("extended");
      allow(!sets.active);
      sets.clear();
    }),
    enableCommand(session, setOf),
  ];
}

function enableCommand(session: Session, setOf: (id: number) => AdvertisingSet): Handler {
  return performs(extended.LeSetExtendedAdvertisingEnable, ({ enable, sets }) => {
    session.claim("extended");
    if (enable === "off" && sets.length === 0) {
      session.advertising.stopAll();
      return;
    }
    demand(sets.length > 0 && new Set(sets.map(({ set }) => set)).size === sets.length);
    const chosen = sets.map((each) => ({ ...each, set: setOf(each.set) }));
    if (enable === "off") {
      for (const { set } of chosen) set.stop();
      return;
    }
    for (const { set, duration, maxEvents } of chosen) checkStart(session, set, duration, maxEvents);
    session.afterAnswer(() => {
      for (const { set, duration, maxEvents } of chosen) set.start(duration * DURATION_MS, maxEvents);
    });
  });
}

/** 7.8.56 */
function checkStart(session: Session, set: AdvertisingSet, duration: number, maxEvents: number): void {
  const { parameters } = set;
  allow(!set.dataPending);
  // A scannable extended set has nothing to say without a scan response.
  allow(parameters.legacy || !parameters.scannable || set.scanResponse.length > 0);
  if (parameters.highDuty) demand(duration <= 128 && maxEvents === 0);
  const room = parameters.legacy ? LEGACY_DATA : parameters.connectable ? CONNECTABLE_DATA : MAX_DATA;
  if (set.data.length > room) throw new Refusal(Status.PacketTooLong);
  if (parameters.connectable) checkConnectable(session);
  set.checkAddress();
}

function checkedParameters(session: Session, given: SetParameters): AdvertisingParameters {
  const { properties } = given;
  const { connectable, scannable, directed, highDutyCycle: highDuty, legacy, anonymous } = properties;
  checkOwnAddressType(session, given.ownAddressType);
  if (legacy) {
    demand(LEGACY_PROPERTIES.has(bitsOf(properties) & 0x1f) && !anonymous);
    demand(given.primaryPhy === "1M");
  } else {
    demand(!(connectable && scannable) && !highDuty);
    demand(!(anonymous && (connectable || scannable)));
  }
  demand(!highDuty || (directed && connectable));
  demand(given.primaryPhy !== "2M");
  within(given.intervalMin, 0x20, 0xff_ffff);
  within(given.intervalMax, given.intervalMin, 0xff_ffff);
  demand(bitsOf(given.channels) !== 0);
  demand(legacy || given.sid <= 0x0f);
  demand(given.txPower === 127 || (given.txPower >= -127 && given.txPower <= 20));
  return {
    legacy,
    connectable,
    scannable,
    directed,
    highDuty,
    anonymous,
    includeTxPower: properties.includeTxPower,
    intervalMinMs: given.intervalMin * UNIT_MS,
    intervalMaxMs: given.intervalMax * UNIT_MS,
    channels: bitsOf(given.channels),
    ownAddressType: given.ownAddressType,
    peer: { type: given.peerAddressType, octets: given.peerAddress },
    filter: given.filter,
    primaryPhy: phyNumbers[given.primaryPhy],
    secondaryPhy: legacy ? 0 : phyNumbers[given.secondaryPhy],
    sid: legacy ? 0xff : given.sid,
    txPower: given.txPower === 127 ? 0 : Math.min(given.txPower, 8),
    scanRequestNotification: given.scanRequestNotification === "on",
  };
}

/** Data that comes in one piece or in several (7.8.54). */
function assembled(set: AdvertisingSet, before: Bytes, { operation, data }: DataParameters): Bytes {
  switch (operation) {
    case "unchanged":
      allow(set.active && before.length > 0 && !set.parameters.legacy);
      demand(data.length === 0);
      return before;
    case "complete":
      set.dataPending = false;
      return checkedLength(set, data);
    case "first":
      demand(!set.parameters.legacy && data.length > 0);
      allow(!set.active);
      set.dataPending = true;
      return data;
    case "intermediate":
    case "last":
      demand(!set.parameters.legacy && data.length > 0);
      allow(!set.active && set.dataPending);
      set.dataPending = operation !== "last";
      return checkedLength(set, concat(before, data));
  }
}

function checkedLength(set: AdvertisingSet, data: Bytes): Bytes {
  demand(data.length <= (set.parameters.legacy ? LEGACY_DATA : MAX_DATA));
  return data;
}
