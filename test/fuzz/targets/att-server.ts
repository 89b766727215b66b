import { concat, equal, toHex } from "../../../hci/codec/bytes.ts";
import { AttBearer } from "../../../hci/att/bearer.ts";
import type { LinkSecurity } from "../../../hci/att/attribute.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import type { ServiceDefinition } from "../../../hci/gatt/database.ts";
import { GattServer } from "../../../hci/gatt/server.ts";
import type { Channel } from "../../../hci/l2cap/channel.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { cmacOfZeroKey, OPEN_LINK, SECURE_LINK } from "../../support/att-rig.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

/** Stands in values that only an encrypted link may see. */
const SECRET = Uint8Array.of(0x5e, 0xc2, 0xe7, 0x5e, 0xc2, 0xe7);
/** What a server sends; it is never answered. Other odd opcodes are unknown requests. */
const RESPONSES = new Set([0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x17, 0x19, 0x21]);
const CONFIRMATION = 0x1e;
const MULTIPLE_NOTIFICATION = 0x23;
const HANDLE_REQUESTS = [0x0a, 0x12, 0x52, 0xd2] as const;

interface World {
  readonly services: readonly ServiceDefinition[];
  readonly written: Bytes[];
}

function world(): World {
  const written: Bytes[] = [];
  const guarded = { read: () => SECRET, write: (_: unknown, value: Bytes) => void written.push(value) };
  const security = { read: "encrypted", write: "encrypted" } as const;
  return {
    written,
    services: [
      {
        uuid: uuidOf(0xfff0),
        characteristics: [
          { uuid: uuidOf(0xfff1), properties: ["read", "write"], value: Uint8Array.of(1, 2, 3) },
          { uuid: uuidOf(0xfff2), properties: ["read", "write", "notify"], security, value: guarded },
          { uuid: uuidOf(0xfff3), properties: ["read", "write"], value: new Uint8Array(100) },
          {
            uuid: uuidOf(0xfff4),
            properties: ["write", "writeWithoutResponse", "indicate"],
            security: { write: "secure" },
            value: guarded,
          },
        ],
      },
    ],
  };
}

const TYPES = [0x2800, 0x2801, 0x2802, 0x2803, 0x2a00, 0x2b2a, 0xfff1, 0xfff2, 0xfff3] as const;

function requestOf(random: Random): Bytes {
  const u16 = (value: number): readonly number[] => [value & 0xff, value >> 8];
  const handle = (): readonly number[] =>
    u16(random.below(12) === 0 ? random.below(0x1_0000) : random.below(32));
  const range = random.below(3) === 0 ? [...u16(1), ...u16(0xffff)] : [...handle(), ...handle()];
  switch (random.below(12)) {
    case 0:
      return concat([0x02], u16(random.pick([0, 22, 23, 24, 64, 185, 517, 0xffff])));
    case 1:
      return concat([0x04], range);
    case 2:
      return concat([0x06], range, u16(0x2800), u16(random.pick([0x1800, 0x1801, 0xfff0])));
    case 3:
    case 4:
      return concat([random.pick([0x08, 0x10])], range, u16(random.pick(TYPES)));
    case 5:
      return concat([0x0c], handle(), u16(random.pick([0, 1, 22, 100, 512, 0xffff])));
    case 6:
      return concat([random.pick([0x0e, 0x20])], ...Array.from({ length: random.below(5) }, handle));
    case 7:
      return concat(
        [0x16],
        handle(),
        u16(random.pick([0, 3, 100, 511, 0xffff])),
        plausible(random, random.below(18)),
      );
    case 8:
      return Uint8Array.of(0x18, random.pick([0, 1, 2]));
    case 9:
      return Uint8Array.of(random.below(256), ...plausible(random, random.below(22)));
    case 10:
      return Uint8Array.of(0x1e);
    default:
      return concat([random.pick(HANDLE_REQUESTS)], handle(), plausible(random, random.below(20)));
  }
}

function checkAnswer(request: Uint8Array, answers: readonly Uint8Array[], mtu: number): void {
  const [opcode = 0] = request;
  const [answer, ...more] = answers;
  const command = (opcode & 0x40) !== 0;
  const pushed = opcode === 0x1b || opcode === 0x1d;
  const silent = opcode === CONFIRMATION || opcode === MULTIPLE_NOTIFICATION || RESPONSES.has(opcode);
  const dropped = request.length === 0 || request.length > mtu;
  must(more.length === 0, "one request got several answers");
  if (command || silent || dropped) {
    must(answer === undefined, `0x${opcode.toString(16)} was answered`);
  } else if (!pushed) {
    must(answer !== undefined, `request 0x${opcode.toString(16)} was not answered`);
    must(answer.length <= Math.max(mtu, 23), "an answer is longer than the MTU");
    const refused = answer[0] === 0x01;
    must(refused ? answer.length === 5 && answer[1] === opcode : answer[0] === opcode + 1, "a wrong answer");
  }
}

/** A GATT server against a hostile client: every request one answer within the MTU, nothing protected in clear. */
export const attServer: Target = {
  name: "att-server",
  share: 150,
  async run(random) {
    const clock = new ManualClock();
    const { services, written } = world();
    let sent: Uint8Array[] = [];
    const channel: Channel = {
      onPdu: () => {},
      onClosed: () => {},
      send: async (pdu) => void sent.push(pdu),
    };
    const bearer = new AttBearer(channel, clock);
    const server = new GattServer({
      deviceName: Uint8Array.of(0x42),
      services,
      cmac: cmacOfZeroKey,
      clock,
    });
    const link: LinkSecurity = random.below(4) === 0 ? SECURE_LINK : OPEN_LINK;
    const served = server.attach(bearer, { security: () => link });
    const count = 8 + random.below(40);
    for (let i = 0; i < count; i++) {
      const request = mostlyMutated(random, requestOf(random));
      const { mtu } = bearer;
      channel.onPdu(request);
      const pushed = (pdu: Uint8Array): boolean => pdu[0] === 0x1b || pdu[0] === 0x1d;
      checkAnswer(
        request,
        sent.filter((pdu) => !pushed(pdu)),
        Math.max(mtu, bearer.mtu),
      );
      for (const pdu of sent) {
        must(link.encrypted || !toHex(pdu).includes(toHex(SECRET)), "a protected value left in clear");
      }
      must(link.encrypted || written.length === 0, "a protected value was written in clear");
      sent = [];
      if (random.below(16) === 0) {
        void server.notify(uuidOf(0xfff2), SECRET).catch(() => {});
        await settle();
      }
      if (random.below(32) === 0) server.replaceServices(services);
    }
    must(equal(server.hash, server.hash) && server.hash.length === 16, "the database hash is gone");
    server.detach(served, new Error("The link ended"));
    channel.onClosed(new Error("The link ended"));
    await settle();
    must(clock.pending === 0, "a timer was left behind");
    return count;
  },
};
