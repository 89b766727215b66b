import { concat } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import { PacketIndicator } from "../transport/packet.ts";
import type { Trace, TraceRecord } from "./trace.ts";

/** btsnoop version 1, datalink 1002: H4 packets (RFC 1761 with Bluetooth's flags). Everything is big-endian. */
const DATALINK_H4 = 1002;
const HEADER = 16;
const RECORD_HEADER = 24;

/** Microseconds from the year 0 to 1970. */
const EPOCH_US = 0x00dc_ddb3_0f2f_8000n;

/** A file that Wireshark and its relatives open. */
export function btsnoop(trace: Trace): Bytes {
  // What was pushed out came before the first record that is left.
  return concat(fileHeader(), ...trace.records.map((record) => btsnoopRecord(record, trace.dropped)));
}

/** A name that says what is inside; a full trace says so loudly. */
export function btsnoopFileName(trace: Trace): string {
  return trace.full ? "bondkeeper-WITH-KEYS.btsnoop" : "bondkeeper.btsnoop";
}

function fileHeader(): Bytes {
  const header = new Uint8Array(HEADER);
  header.set([0x62, 0x74, 0x73, 0x6e, 0x6f, 0x6f, 0x70]); // "btsnoop" and a zero
  const view = new DataView(header.buffer);
  view.setUint32(8, 1);
  view.setUint32(12, DATALINK_H4);
  return header;
}

/** One record: lengths, flags (bit 0: from the controller, bit 1: command or event), drops, time, packet. */
export function btsnoopRecord({ bytes, type, direction, unixMs }: TraceRecord, dropped = 0): Bytes {
  const length = bytes.length + 1;
  const record = new Uint8Array(RECORD_HEADER + length);
  const view = new DataView(record.buffer);
  view.setUint32(0, length);
  view.setUint32(4, length);
  view.setUint32(8, (direction === "received" ? 1 : 0) | (type === "command" || type === "event" ? 2 : 0));
  view.setUint32(12, dropped);
  view.setBigUint64(16, BigInt(Math.round(unixMs * 1000)) + EPOCH_US);
  record[RECORD_HEADER] = PacketIndicator[type];
  record.set(bytes, RECORD_HEADER + 1);
  return record;
}
