import { equal } from "../../../hci/codec/bytes.ts";
import { DecodeError } from "../../../hci/codec/error.ts";
import type { EventBody, HciEvent } from "../../../hci/codec/event.ts";
import { decodeEvent, encodeEvent } from "../../../hci/codec/event.ts";
import type { Fields, Struct } from "../../../hci/codec/struct.ts";
import { AdvertisingReports, ExtendedAdvertisingReports } from "../../../hci/host/advertising-reports.ts";
import { LeAdvertisingReport, LeExtendedAdvertisingReport } from "../../../hci/host/events.ts";
import type { Random } from "../../support/random.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

type Legacy = EventBody<typeof LeAdvertisingReport>["reports"][number];
type Extended = EventBody<typeof LeExtendedAdvertisingReport>["reports"][number];

function legacyReport(random: Random): Legacy {
  return {
    type: random.pick(["connectableUndirected", "connectableDirected", "scanResponse"]),
    addressType: random.pick(["public", "random", "randomIdentity"]),
    address: random.octets(6),
    data: plausible(random, random.below(32)),
    rssi: random.below(256) - 128,
  };
}

function extendedReport(random: Random): Extended {
  return {
    type: random.below(0x80),
    addressType: random.pick(["public", "random", "publicIdentity", "anonymous"]),
    address: random.octets(6),
    primaryPhy: random.pick(["1M", "coded"]),
    secondaryPhy: random.pick(["none", "1M", "2M", "coded"]),
    sid: random.below(256),
    txPower: random.below(256) - 128,
    rssi: random.below(256) - 128,
    periodicInterval: random.below(0x1_0000),
    directAddressType: random.pick(["public", "random", "unresolved"]),
    directAddress: random.octets(6),
    data: plausible(random, random.below(random.pick([10, 60]))),
  };
}

function decoded<F extends Fields>(event: HciEvent<F>, packet: Uint8Array): Struct<F> | undefined {
  try {
    return decodeEvent(event, packet);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

interface Seen {
  readonly address: Uint8Array;
  readonly data: Uint8Array;
  readonly rssi: number;
}

function agree(
  reports: readonly Seen[] | undefined,
  cursor: Seen & { next(): boolean },
  opened: boolean,
): void {
  must(opened === (reports !== undefined), "the cursor and the declaration accept different events");
  for (const report of reports ?? []) {
    must(cursor.next(), "the cursor has too few reports");
    must(equal(cursor.address, report.address), "addresses differ");
    must(equal(cursor.data, report.data), "data differs");
    must(cursor.rssi === report.rssi, "RSSI differs");
  }
  must(!opened || !cursor.next(), "the cursor has too many reports");
}

const legacyCursor = new AdvertisingReports();
const extendedCursor = new ExtendedAdvertisingReports();

/** Advertising reports: the reader of the hot path takes exactly what the declaration takes, and reads the same. */
export const reports: Target = {
  name: "reports",
  share: 120,
  run(random) {
    const extended = random.below(2) === 0;
    const count = random.below(4);
    const event = extended
      ? encodeEvent(LeExtendedAdvertisingReport, {
          reports: Array.from({ length: Math.min(count, 2) }, () => extendedReport(random)),
        })
      : encodeEvent(LeAdvertisingReport, {
          reports: Array.from({ length: count }, () => legacyReport(random)),
        });
    const packet = mostlyMutated(random, event);
    if (packet.length < 3) return 1;
    if (extended) {
      const declared = decoded(LeExtendedAdvertisingReport, packet)?.reports;
      agree(declared, extendedCursor, extendedCursor.open(packet));
    } else {
      const declared = decoded(LeAdvertisingReport, packet)?.reports;
      agree(declared, legacyCursor, legacyCursor.open(packet));
    }
    return 1;
  },
};
