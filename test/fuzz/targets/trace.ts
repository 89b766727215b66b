import { concat, toHex } from "../../../hci/codec/bytes.ts";
import { events } from "../../../hci/host/events.ts";
import { commandsByOpcode } from "../../../hci/host/supported.ts";
import { LeEnableEncryption, LeLongTermKeyRequestReply } from "../../../hci/host/commands/le-security.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { describe } from "../../../hci/trace/describe.ts";
import type { Direction } from "../../../hci/trace/redact.ts";
import { Redactor } from "../../../hci/trace/redact.ts";
import type { Packet } from "../../../hci/transport/packet.ts";
import type { Random } from "../../support/random.ts";
import { hostileFrame } from "../frames.ts";
import { mostlyMutated, pieces, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const COMMANDS = [...commandsByOpcode.values()];
/** SMP PDUs whose value is a secret, or gives one away. */
const SECRET_PDUS = [0x04, 0x06, 0x08, 0x0a] as const;

function somePacket(random: Random): Packet {
  switch (random.below(3)) {
    case 0: {
      const command = COMMANDS[random.below(COMMANDS.length)] ?? LeEnableEncryption;
      const parameters = plausible(random, command.parameters.size ?? random.below(30));
      const header = [command.opcode & 0xff, command.opcode >> 8, parameters.length];
      return { type: "command", bytes: mostlyMutated(random, concat(header, parameters)) };
    }
    case 1: {
      const event = events[random.below(events.length)];
      const parameters = plausible(random, event?.parameters.size ?? random.below(30));
      const body = event?.subevent === undefined ? parameters : concat([event.subevent], parameters);
      return { type: "event", bytes: mostlyMutated(random, concat([event?.code ?? 0, body.length], body)) };
    }
    default: {
      const { channel, payload } = hostileFrame(random);
      const frame = concat([payload.length & 0xff, payload.length >> 8, channel, 0], payload);
      return { type: "acl", bytes: mostlyMutated(random, acl(random.pick([0, 1, 2, 3]), frame)) };
    }
  }
}

function acl(boundary: number, octets: Uint8Array): Bytes {
  return concat([0x40, boundary << 4, octets.length & 0xff, octets.length >> 8], octets);
}

/** Packets that carry a secret, in any cut. */
function secretPackets(random: Random, secret: Bytes): readonly Packet[] {
  if (random.below(3) === 0) {
    const reply = random.below(2) === 0;
    const { opcode } = reply ? LeLongTermKeyRequestReply : LeEnableEncryption;
    const before = reply ? [0x40, 0] : [0x40, 0, ...random.octets(10)];
    const bytes = concat([opcode & 0xff, opcode >> 8, before.length + 16], before, secret);
    return [{ type: "command", bytes }];
  }
  const pdu = concat([random.pick(SECRET_PDUS)], secret);
  const frame = concat([pdu.length, 0, 6, 0], pdu);
  return pieces(random, frame).map((piece, i) => ({ type: "acl", bytes: acl(i === 0 ? 2 : 1, piece) }));
}

/** Eight octets in a row are recognised; fewer are found in anything. */
function shows(octets: Uint8Array | string, secret: Bytes): boolean {
  const hex = typeof octets === "string" ? octets : toHex(octets);
  return Array.from({ length: 9 }, (_, from) => toHex(secret.subarray(from, from + 8))).some((part) =>
    hex.includes(part),
  );
}

/** The trace: it describes anything, changes no length, and shows no secret however the packets are cut. */
export const trace: Target = {
  name: "trace",
  share: 60,
  run(random) {
    const redactor = new Redactor();
    const direction: Direction = random.pick<Direction>(["sent", "received"]);
    const count = 1 + random.below(4);
    for (let i = 0; i < count; i++) {
      const packet = somePacket(random);
      must(describe(packet, direction).length > 0, "a packet is described by nothing");
      must(redactor.redact(packet, direction).length === packet.bytes.length, "a length changed");
    }
    const secret = random.octets(16);
    for (const packet of secretPackets(random, secret)) {
      must(!shows(redactor.redact(packet, direction), secret), "a secret is left in the trace");
      must(!shows(describe(packet, direction), secret), "a secret is left in a description");
    }
    return count + 1;
  },
};
