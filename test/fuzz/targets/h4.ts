import { concat, equal } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { H4Parser, h4Frame } from "../../../hci/transport/h4.ts";
import { fromController, fromHost } from "../../../hci/transport/h4-transport.ts";
import type { Packet, PacketType } from "../../../hci/transport/packet.ts";
import { headerLength, payloadLength } from "../../../hci/transport/packet.ts";
import { TransportError } from "../../../hci/transport/transport.ts";
import type { Random } from "../../support/random.ts";
import { mutate, pieces } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

function packetOf(random: Random, type: PacketType): Packet {
  const length = random.below(random.pick([3, 40, 300]));
  const bytes = random.octets(headerLength[type] + (type === "acl" ? length : length & 0xff));
  const payload = bytes.length - headerLength[type];
  if (type === "acl" || type === "iso") {
    bytes[2] = payload;
    bytes[3] = payload >> 8;
  } else {
    bytes[type === "event" ? 1 : 2] = payload;
  }
  return { type, bytes };
}

interface Parsed {
  readonly packets: readonly Packet[];
  readonly failed: boolean;
}

function parse(allowed: readonly PacketType[], chunks: readonly Bytes[], resynchronise = false): Parsed {
  const packets: Packet[] = [];
  const parser = new H4Parser(allowed, ({ type, bytes }) => packets.push({ type, bytes: bytes.slice() }));
  if (resynchronise) parser.resynchronise();
  try {
    for (const chunk of chunks) parser.push(chunk);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { packets, failed: true };
  }
  return { packets, failed: false };
}

function same(a: readonly Packet[], b: readonly Packet[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ type, bytes }, i) => type === b[i]?.type && equal(bytes, b[i]?.bytes ?? []))
  );
}

const RESET_ANSWER = Uint8Array.of(0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x00);

/** Framing: the cuts change nothing, packets are whole, and what comes out went in, octet for octet. */
export const h4: Target = {
  name: "h4",
  share: 120,
  run(random) {
    const allowed = random.pick([fromController, fromHost]);
    const types = random.pick([allowed, [...fromController, ...fromHost]]);
    const sent = Array.from({ length: 1 + random.below(5) }, () =>
      packetOf(random, types[random.below(types.length)] ?? "acl"),
    );
    const clean = concat(...sent.map(h4Frame));
    const stream = random.below(3) === 0 ? clean : mutate(random, clean);
    const chunks = pieces(random, stream);
    const whole = parse(allowed, [stream]);
    const cut = parse(allowed, chunks);
    must(same(whole.packets, cut.packets), "other cuts gave other packets");
    must(whole.failed === cut.failed, "other cuts failed otherwise");
    for (const { type, bytes } of whole.packets) {
      must(allowed.includes(type), `a ${type} packet came through`);
      must(bytes.length === headerLength[type] + payloadLength(type, bytes), "a packet is not whole");
    }
    const framed = concat(...whole.packets.map(h4Frame));
    must(equal(framed, stream.subarray(0, framed.length)), "packets are not what was sent");

    const rubbish = random.octets(random.below(20)).map((octet) => octet & 0xef);
    const late = parse(allowed, pieces(random, concat(rubbish, RESET_ANSWER, clean)), true);
    if (allowed === fromController) {
      const expected = parse(allowed, [concat(RESET_ANSWER, clean)]);
      must(same(late.packets, expected.packets), "the stream was not found again after Reset");
    }
    return chunks.length;
  },
};
