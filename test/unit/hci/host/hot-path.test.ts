import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../../../hci/codec/bytes.ts";
import { decode } from "../../../../hci/codec/codec.ts";
import { DecodeError } from "../../../../hci/codec/error.ts";
import type { EventBody } from "../../../../hci/codec/event.ts";
import { decodeEvent, encodeEvent } from "../../../../hci/codec/event.ts";
import {
  AclData,
  aclBoundary,
  aclBroadcast,
  aclHandle,
  aclLengthFits,
  newAclPacket,
} from "../../../../hci/host/acl.ts";
import { AdvertisingReports, ExtendedAdvertisingReports } from "../../../../hci/host/advertising-reports.ts";
import {
  AdvertisingEventType,
  LeAdvertisingReport,
  LeExtendedAdvertisingReport,
} from "../../../../hci/host/events.ts";
import { Random } from "../../../support/random.ts";

type Legacy = EventBody<typeof LeAdvertisingReport>;
type Extended = EventBody<typeof LeExtendedAdvertisingReport>;

const legacyNames = Object.keys(AdvertisingEventType);
const typeNames = new Map([
  [0, "public"],
  [1, "random"],
  [2, "publicIdentity"],
  [3, "randomIdentity"],
  [0xff, "anonymous"],
]);

function readLegacy(packet: Uint8Array): unknown {
  const cursor = new AdvertisingReports();
  if (!cursor.open(packet)) return undefined;
  const reports: unknown[] = [];
  while (cursor.next()) {
    reports.push({
      type: legacyNames[cursor.type],
      addressType: typeNames.get(cursor.addressType),
      address: toHex(cursor.address),
      key: cursor.addressKey,
      data: toHex(cursor.data),
      rssi: cursor.rssi,
    });
  }
  return reports;
}

function legacyAsDeclared(packet: Uint8Array): unknown {
  try {
    return decodeEvent(LeAdvertisingReport, packet).reports.map((report) => ({
      type: report.type,
      addressType: report.addressType,
      address: toHex(report.address),
      key: Number.parseInt(toHex(report.address), 16),
      data: toHex(report.data),
      rssi: report.rssi,
    }));
  } catch (error) {
    assert(error instanceof DecodeError);
    return undefined;
  }
}

const phys = ["none", "1M", "2M", "coded", "codedS2"];

function readExtended(packet: Uint8Array): unknown {
  const cursor = new ExtendedAdvertisingReports();
  if (!cursor.open(packet)) return undefined;
  const reports: unknown[] = [];
  while (cursor.next()) {
    reports.push({
      type: cursor.type,
      addressType: typeNames.get(cursor.addressType),
      address: toHex(cursor.address),
      primaryPhy: phys[cursor.primaryPhy],
      secondaryPhy: phys[cursor.secondaryPhy],
      sid: cursor.sid,
      txPower: cursor.txPower,
      rssi: cursor.rssi,
      data: toHex(cursor.data),
    });
  }
  return reports;
}

function extendedAsDeclared(packet: Uint8Array): unknown {
  try {
    return decodeEvent(LeExtendedAdvertisingReport, packet).reports.map((report) => ({
      type: report.type,
      addressType: report.addressType,
      address: toHex(report.address),
      primaryPhy: report.primaryPhy,
      secondaryPhy: report.secondaryPhy,
      sid: report.sid,
      txPower: report.txPower,
      rssi: report.rssi,
      data: toHex(report.data),
    }));
  } catch (error) {
    assert(error instanceof DecodeError);
    return undefined;
  }
}

const legacy: Legacy = {
  reports: [
    {
      type: "connectableUndirected",
      addressType: "public",
      address: Uint8Array.of(0xc0, 1, 2, 3, 4, 5),
      data: Uint8Array.of(2, 1, 6),
      rssi: -60,
    },
    {
      type: "scanResponse",
      addressType: "randomIdentity",
      address: new Uint8Array(6),
      data: new Uint8Array(0),
      rssi: 127,
    },
  ],
};

const extended: Extended = {
  reports: [
    {
      type: 0x13,
      addressType: "anonymous",
      address: Uint8Array.of(0xc0, 1, 2, 3, 4, 5),
      primaryPhy: "1M",
      secondaryPhy: "2M",
      sid: 5,
      txPower: -3,
      rssi: -128,
      periodicInterval: 0x1234,
      directAddressType: "unresolved",
      directAddress: new Uint8Array(6).fill(7),
      data: new Uint8Array(200).fill(9),
    },
    {
      type: 0,
      addressType: "random",
      address: new Uint8Array(6).fill(0xff),
      primaryPhy: "coded",
      secondaryPhy: "none",
      sid: 0xff,
      txPower: 127,
      rssi: 127,
      periodicInterval: 0,
      directAddressType: "public",
      directAddress: new Uint8Array(6),
      data: new Uint8Array(0),
    },
  ],
};

/** The event itself, cut at every octet, one octet longer, and with many random octets changed. */
function* variants(event: Uint8Array): Generator<Uint8Array> {
  yield event;
  for (let length = 4; length < event.length; length++) yield event.slice(0, length);
  yield Uint8Array.of(...event, 0);
  const random = new Random(0x5eed);
  for (let i = 0; i < 20_000; i++) {
    const changed = event.slice();
    for (let n = random.below(3); n >= 0; n--)
      changed[3 + random.below(changed.length - 3)] = random.below(256);
    yield changed;
  }
}

describe("advertising reports read without objects agree with the declaration", () => {
  test("legacy", () => {
    const event = encodeEvent(LeAdvertisingReport, legacy);
    assert.notEqual(readLegacy(event), undefined);
    for (const packet of variants(event)) {
      assert.deepEqual(readLegacy(packet), legacyAsDeclared(packet), toHex(packet));
    }
  });

  test("extended", () => {
    const event = encodeEvent(LeExtendedAdvertisingReport, extended);
    assert.notEqual(readExtended(event), undefined);
    for (const packet of variants(event)) {
      assert.deepEqual(readExtended(packet), extendedAsDeclared(packet), toHex(packet));
    }
  });

  test("an event without a report count is refused by both", () => {
    const packet = Uint8Array.of(0x3e, 0x01, 0x02);
    assert.equal(readLegacy(packet), undefined);
    assert.equal(legacyAsDeclared(packet), undefined);
  });
});

test("ACL headers read without objects agree with the declaration", () => {
  const random = new Random(0xac1);
  for (let i = 0; i < 5000; i++) {
    const packet = Uint8Array.from({ length: 4 + random.below(40) }, () => random.below(256));
    if (random.below(2) === 0) {
      packet[2] = packet.length - 4;
      packet[3] = 0;
    }
    const { header, length, data } = decode(AclData, packet);
    assert.equal(aclHandle(packet), header & 0xfff);
    assert.equal(aclBoundary(packet), (header >> 12) & 3);
    assert.equal(aclBroadcast(packet), header >> 14);
    assert.equal(aclLengthFits(packet), length === data.length);
  }
  const written = decode(AclData, newAclPacket(0xe45, 0b01, 300));
  assert.deepEqual(written, { header: 0x1e45, length: 300, data: new Uint8Array(300) });
});
