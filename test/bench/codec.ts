/** The two hot paths, and H4, beside readers written by hand for just this measurement. */
import { concat } from "../../hci/codec/bytes.ts";
import { decodeEvent, encodeEvent } from "../../hci/codec/event.ts";
import { newAclPacket } from "../../hci/host/acl.ts";
import { AdvertisingReports } from "../../hci/host/advertising-reports.ts";
import { LeAdvertisingReport } from "../../hci/host/events.ts";
import { Reassembly } from "../../hci/host/reassembly.ts";
import { H4Parser } from "../../hci/transport/h4.ts";
import { fromController } from "../../hci/transport/h4-transport.ts";
import type { Section } from "./findings.ts";
import { measuredBy } from "./findings.ts";
import type { Contest, Rival } from "./harness.ts";
import { timed } from "./harness.ts";

/** Enough of them that one sample takes a millisecond or more, few enough that it is rarely interrupted. */
const OPERATIONS = 50_000;

/** What a hot path may cost of what a reader written by hand does. */
const HOT = 1.1;

/** Keeps what is read alive, so that no reader is optimised away. */
let sink = 0;

const EVENTS = Array.from({ length: 64 }, (_, i) =>
  encodeEvent(LeAdvertisingReport, {
    reports: [
      {
        type: "connectableUndirected",
        addressType: "random",
        address: Uint8Array.of(0xc0, i, 2, 3, 4, 5),
        data: Uint8Array.from({ length: 20 + (i % 11) }, (_, j) => j),
        rssi: -40 - (i % 30),
      },
    ],
  }),
);

function rival(name: string, work: (i: number) => void, operations = OPERATIONS, goal?: number): Rival {
  let i = 0;
  return { name, ...(goal !== undefined && { goal }), sample: () => timed(operations, () => work(i++)) };
}

function eventAt(i: number): Uint8Array {
  return EVENTS[i % EVENTS.length] ?? new Uint8Array(0);
}

const cursor = new AdvertisingReports();

function byCursor(i: number): void {
  if (!cursor.open(eventAt(i))) return;
  while (cursor.next()) sink += cursor.type + cursor.addressKey + cursor.dataLength + cursor.rssi;
}

/** Allocates nothing, and gives the same promise: no report of an event that is wrong further on. */
function byHand(i: number): void {
  const bytes = eventAt(i);
  const count = bytes[3] ?? 0;
  let at = 4;
  for (let report = 0; report < count; report++) {
    const length = bytes[at + 8];
    if (length === undefined || (bytes[at] ?? 0xff) > 4 || (bytes[at + 1] ?? 0xff) > 3) return;
    at += 10 + length;
  }
  if (at !== bytes.length) return;
  at = 4;
  for (let report = 0; report < count; report++) {
    const length = bytes[at + 8] ?? 0;
    const low = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8) | ((bytes[at + 4] ?? 0) << 16);
    const high = (bytes[at + 5] ?? 0) | ((bytes[at + 6] ?? 0) << 8) | ((bytes[at + 7] ?? 0) << 16);
    const rssi = ((bytes[at + 9 + length] ?? 0) << 24) >> 24;
    sink += (bytes[at] ?? 0) + high * 0x100_0000 + low + length + rssi;
    at += 10 + length;
  }
}

function byDeclaration(i: number): void {
  for (const { data, rssi } of decodeEvent(LeAdvertisingReport, eventAt(i)).reports)
    sink += data.length + rssi;
}

/** What a straightforward reader makes: an object with copies. */
function byHandWithObjects(i: number): void {
  const bytes = eventAt(i);
  const reports = [];
  let at = 4;
  for (let report = 0; report < (bytes[3] ?? 0); report++) {
    const length = bytes[at + 8] ?? 0;
    reports.push({
      type: bytes[at],
      addressType: bytes[at + 1],
      address: bytes.slice(at + 2, at + 8).reverse(),
      data: bytes.slice(at + 9, at + 9 + length),
      rssi: ((bytes[at + 9 + length] ?? 0) << 24) >> 24,
    });
    at += 10 + length;
  }
  for (const { data, rssi } of reports) sink += data.length + rssi;
}

const PACKET = newAclPacket(0x40, 0b10, 27);
PACKET.set([23, 0, 4, 0, 0x1b], 4);

const reassembly = new Reassembly(
  (channel) => (channel === 4 ? 517 : 0),
  (channel, payload) => {
    sink += channel + payload.length;
  },
  () => {},
);

function frameByHand(): void {
  const packet = PACKET;
  const boundary = ((packet[1] ?? 0) >> 4) & 3;
  const length = (packet[4] ?? 0) | ((packet[5] ?? 0) << 8);
  const channel = (packet[6] ?? 0) | ((packet[7] ?? 0) << 8);
  const limit = channel === 4 ? 517 : 0;
  if (boundary === 2 && length === packet.length - 8 && length <= limit)
    sink += channel + packet.subarray(8).length;
}

/** Ten events in one chunk. */
const CHUNK = concat(...EVENTS.slice(0, 10).flatMap((event) => [[0x04], event]));
const parser = new H4Parser(fromController, ({ bytes }) => {
  sink += bytes.length;
});

function chunkByHand(): void {
  for (let at = 0; at < CHUNK.length; ) {
    if (CHUNK[at] !== 0x04) throw new Error("Cannot go on");
    const end = at + 3 + (CHUNK[at + 2] ?? 0);
    sink += CHUNK.subarray(at + 1, end).length;
    at = end;
  }
}

export const codecContests = (): readonly Contest[] => [
  {
    name: "advertising report, hot path",
    rivals: [rival("cursor", byCursor), rival("written by hand", byHand, OPERATIONS, HOT)],
  },
  {
    name: "advertising report, as objects",
    rivals: [rival("declaration", byDeclaration), rival("written by hand", byHandWithObjects)],
    note: "not on a hot path",
  },
  {
    name: "ACL data, one frame per packet",
    rivals: [
      rival("reassembly", () => reassembly.push(PACKET)),
      rival("written by hand", frameByHand, OPERATIONS, HOT),
    ],
  },
  {
    name: "H4, ten events per chunk",
    rivals: [
      rival("parser", () => parser.push(CHUNK), OPERATIONS / 10),
      rival("written by hand", chunkByHand, OPERATIONS / 10),
    ],
  },
];

export const codec = (): Section => ({
  name: "codec",
  title: "Octets",
  measurements: codecContests().map(measuredBy),
});

/** For whoever doubts that something was read. */
export const read = (): number => sink;
