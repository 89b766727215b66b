/** A look back at what passed, bounded, without keys; beside it a full capture where a person asked for one. */
import { ACL_HEADER, aclBoundary, Boundary } from "../../../hci/host/acl.ts";
import { ChannelId } from "../../../hci/l2cap/fixed-channel.ts";
import type { Clock } from "../../../hci/ports.ts";
import { btsnoop, btsnoopFileName } from "../../../hci/trace/btsnoop.ts";
import { describe } from "../../../hci/trace/describe.ts";
import type { Direction } from "../../../hci/trace/redact.ts";
import { Trace, traced } from "../../../hci/trace/trace.ts";
import type { TraceRecord } from "../../../hci/trace/trace.ts";
import type { Packet } from "../../../hci/transport/packet.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import type { TraceFile, TraceLayer, TraceLine, TraceSource } from "../trace.ts";
import type { AdapterPort } from "./ports.ts";

export interface RecorderOptions {
  readonly clock: Clock;
  /** The wall clock, milliseconds since 1970. */
  now(): number;
  /** Default 2 MiB and 20 000 packets. */
  readonly maxOctets?: number;
  readonly maxRecords?: number;
}

/** A scan fills any memory in no time; a pairing is a few hundred packets. */
const MAX_OCTETS = 2 * 1024 * 1024;
const MAX_RECORDS = 20_000;
/** A person who forgets to end it must not fill the memory. */
const FULL = { maxOctets: 8 * 1024 * 1024, maxRecords: 100_000 } as const;

export class TraceRecorder implements TraceSource {
  readonly #options: RecorderOptions;
  readonly #trace: Trace;
  #full: Trace | undefined;
  readonly #lines = new WeakMap<TraceRecord, TraceLine>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { maxOctets = MAX_OCTETS, maxRecords = MAX_RECORDS } = options;
    this.#trace = new Trace({ clock: options.clock, unixMs: options.now(), maxOctets, maxRecords });
  }

  /** The same port; what passes through what it opens is recorded. */
  around(port: AdapterPort): AdapterPort {
    return {
      open: async (signal) => {
        const opened = await port.open(signal);
        return { ...opened, transport: this.traced(opened.transport) };
      },
    };
  }

  traced(transport: Transport): Transport {
    return traced(transport, { record: (packet, direction) => this.#record(packet, direction) });
  }

  get dropped(): number {
    return this.#trace.dropped;
  }

  lines(): readonly TraceLine[] {
    const { records, dropped } = this.#trace;
    return records.map((record, index) => this.#lineOf(record, dropped + index));
  }

  file(): TraceFile {
    return { name: btsnoopFileName(this.#trace), bytes: btsnoop(this.#trace) };
  }

  clear(): void {
    this.#trace.clear();
  }

  get full(): boolean {
    return this.#full !== undefined;
  }

  beginFull(): void {
    this.#full = new Trace({
      clock: this.#options.clock,
      unixMs: this.#options.now(),
      full: true,
      ...FULL,
    });
  }

  endFull(): TraceFile {
    const full = this.#full;
    if (full === undefined) throw new Error("Cannot end a full capture: none was begun");
    this.#full = undefined;
    const file = { name: btsnoopFileName(full), bytes: btsnoop(full) };
    for (const { bytes } of full.records) bytes.fill(0);
    return file;
  }

  #record(packet: Packet, direction: Direction): void {
    this.#trace.record(packet, direction);
    this.#full?.record(packet, direction);
  }

  #lineOf(record: TraceRecord, number: number): TraceLine {
    const known = this.#lines.get(record);
    if (known !== undefined) return known;
    let words: string | undefined;
    const line: TraceLine = {
      number,
      at: record.unixMs,
      direction: record.direction,
      layer: layerOf(record),
      octets: record.bytes.length,
      text() {
        words ??= describe(record, record.direction);
        return words;
      },
    };
    this.#lines.set(record, line);
    return line;
  }
}

const LE_META = 0x3e;
/** Advertising Report, Directed, Extended. */
const ADVERTISING: ReadonlySet<number | undefined> = new Set([0x02, 0x0b, 0x0d]);
const CHANNELS: ReadonlyMap<number, TraceLayer> = new Map([
  [ChannelId.attribute, "ATT"],
  [ChannelId.signalling, "L2CAP"],
  [ChannelId.securityManager, "SMP"],
]);

function layerOf({ type, bytes }: TraceRecord): TraceLayer {
  if (type === "command") return "command";
  if (type === "event") return bytes[0] === LE_META && ADVERTISING.has(bytes[2]) ? "advertising" : "event";
  if (type !== "acl" || aclBoundary(bytes) === Boundary.continuing) return "data";
  return CHANNELS.get((bytes[ACL_HEADER + 2] ?? 0) | ((bytes[ACL_HEADER + 3] ?? 0) << 8)) ?? "data";
}
