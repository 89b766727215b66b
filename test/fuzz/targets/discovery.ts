import { AttBearer } from "../../../hci/att/bearer.ts";
import { concat } from "../../../hci/codec/bytes.ts";
import { GattClient } from "../../../hci/gatt/client.ts";
import type { AttributeTable } from "../../../hci/gatt/table.ts";
import type { Channel } from "../../../hci/l2cap/channel.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { mutate, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

/** The most requests that one discovery may cost, whatever the server says: one cap for each of its four sweeps and for the reads. */
const MOST_REQUESTS = 5 * 4096 + 16;
const NOT_FOUND = 0x0a;

const u16 = (value: number): readonly number[] => [value & 0xff, (value >> 8) & 0xff];

/** How a server answers discovery; one per case, so that long lies get far. */
interface Manner {
  /** Of 100 answers, how many are mutated, and how many are refused. */
  readonly mutated: number;
  readonly refused: number;
  /** Handles between what one answer tells and the next. */
  readonly stride: number;
  readonly last: number;
  /** The one kind of attribute that is everywhere, up to the last handle; undefined: all kinds, up to `last`. */
  readonly endless: Endless | undefined;
}

/** Services, includes, characteristics and, with 0, descriptors. */
type Endless = 0x2800 | 0x2802 | 0x2803 | 0;

/** Entries of a Read By Type answer that fit into the MTU that we ask for; more are cut by the client's own. */
const room = (value: number): number => Math.floor((517 - 2) / (value + 2));

function notFound(request: Uint8Array): Bytes {
  return concat([0x01, request[0] ?? 0, request[1] ?? 0, request[2] ?? 0, NOT_FOUND]);
}

/** An answer that goes on from where the client asks, as a server with attributes everywhere would give it. */
function answerTo(random: Random, request: Uint8Array, manner: Manner): Bytes {
  const [opcode = 0] = request;
  const start = (request[1] ?? 0) | ((request[2] ?? 0) << 8);
  if (opcode === 0x02) return Uint8Array.of(0x03, ...u16(random.pick([23, 64, 517])));
  if (opcode === 0x0a) {
    const length = manner.endless === undefined ? random.pick([2, 16, 16, 3]) : 16;
    return concat([0x0b], plausible(random, length));
  }
  const type = opcode === 0x04 ? 0 : (request[5] ?? 0) | ((request[6] ?? 0) << 8);
  if (type === 0x2800 && manner.endless !== undefined && manner.endless !== type) {
    return start > 1 ? notFound(request) : Uint8Array.of(0x11, 6, 1, 0, 0xff, 0xff, 0x0f, 0x18);
  }
  if (start > manner.last || (manner.endless ?? type) !== type) return notFound(request);
  const count = manner.endless === 0x2802 ? 80 : 1 + random.below(3);
  const handles = Array.from({ length: count }, (_, i) => start + i * manner.stride).filter(
    (handle) => handle + manner.stride <= 0x1_0000,
  );
  if (handles.length === 0) return notFound(request);
  switch (opcode) {
    case 0x10:
      return concat([0x11, 6], ...handles.map((h) => [...u16(h), ...u16(h + manner.stride - 1), 0x0f, 0x18]));
    case 0x04:
      return concat([0x05, 1], ...handles.map((h) => [...u16(h), ...u16(random.pick([0x2902, 0x2901]))]));
    case 0x08:
      if (type === 0x2b2a)
        return concat([0x09, 18], u16(start), new Uint8Array(16).fill(random.below(20) === 0 ? 1 : 2));
      if (type === 0x2802) {
        const long = random.below(2) === 0;
        const body = [1, 0, 9, 0, ...(long ? [] : [0x0f, 0x18])];
        return concat(
          [0x09, body.length + 2],
          ...handles.slice(0, room(body.length)).map((h) => [...u16(h), ...body]),
        );
      }
      return concat([0x09, 7], ...handles.map((h) => [...u16(h), 0x1a, ...u16(h + 1), 0xf1, 0xff]));
    default:
      return notFound(request);
  }
}

class HostileServer implements Channel {
  onPdu: (pdu: Uint8Array) => void = () => {};
  onClosed: (reason: Error) => void = () => {};
  answers = 0;
  readonly #random: Random;
  readonly #manner: Manner;

  constructor(random: Random, manner: Manner) {
    this.#random = random;
    this.#manner = manner;
  }

  async send(request: Uint8Array): Promise<void> {
    this.answers++;
    const random = this.#random;
    const luck = random.below(100);
    let answer = luck < this.#manner.refused ? notFound(request) : answerTo(random, request, this.#manner);
    if (random.below(100) < this.#manner.mutated) answer = mutate(random, answer);
    await Promise.resolve();
    this.onPdu(answer);
  }
}

function checkTable({ services }: AttributeTable): void {
  let before = 0;
  for (const { start, end, characteristics } of services) {
    must(start > before && end >= start && end <= 0xffff, "services overlap or go backwards");
    before = end;
    let inside = start - 1;
    for (const { declaration, handle, end: last, descriptors } of characteristics) {
      must(declaration > inside && handle > declaration && last >= handle, "a characteristic goes backwards");
      must(last <= end, "a characteristic reaches out of its service");
      inside = last;
      let previous = handle;
      for (const descriptor of descriptors) {
        must(descriptor.handle > previous && descriptor.handle <= last, "a descriptor is out of place");
        previous = descriptor.handle;
      }
    }
  }
}

/** Discovery of a server that lies: it ends, in bounded requests, with an error by name or with a table that is one. */
export const discovery: Target = {
  name: "discovery",
  share: 120,
  async run(random) {
    const clock = new ManualClock();
    const endless = random.below(400) === 0 ? random.pick<Endless>([0x2800, 0x2802, 0x2803, 0]) : undefined;
    const manner: Manner =
      endless === undefined
        ? {
            mutated: random.pick([0, 2, 20, 60]),
            refused: random.pick([0, 5, 30]),
            stride: random.pick([1, 2, 3, 8]),
            last: random.pick([4, 30, 60]),
            endless,
          }
        : { mutated: 0, refused: 0, stride: random.pick([1, 2]), last: 0xffff, endless };
    const server = new HostileServer(random, manner);
    const bearer = new AttBearer(server, clock);
    if (endless !== undefined) bearer.mtu = 517;
    const client = new GattClient(bearer, {});
    const outcome: { table?: AttributeTable; error?: unknown } = {};
    const ended = client.discover().then(
      (table) => void (outcome.table = table),
      (error: unknown) => void (outcome.error = error),
    );
    // A malformed or stray answer leaves the client waiting: time ends that.
    for (let waits = 0; Object.keys(outcome).length === 0 && waits < 10_000; waits++) {
      const before = server.answers;
      await settle();
      if (server.answers === before && Object.keys(outcome).length === 0) await clock.advance(31_000);
    }
    must(Object.keys(outcome).length > 0, "discovery did not end");
    await ended;
    must(server.answers <= MOST_REQUESTS, `discovery took ${server.answers} requests`);
    if (outcome.table !== undefined) checkTable(outcome.table);
    else {
      const name = outcome.error instanceof Error ? outcome.error.name : String(outcome.error);
      const known = ["GattProtocolError", "AttError", "DecodeError", "AttTimeout", "BearerClosed"];
      must(known.includes(name), `discovery failed with ${String(outcome.error)}`);
    }
    channelEnds(server);
    must(clock.pending === 0, "a timer was left behind");
    return server.answers;
  },
};

function channelEnds(server: HostileServer): void {
  server.onClosed(new Error("The link ended"));
}
