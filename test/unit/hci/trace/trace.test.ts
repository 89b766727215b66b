import assert from "node:assert/strict";
import { describe as group, test } from "node:test";
import { concat, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { encodeCommand } from "../../../../hci/codec/command.ts";
import { encodeEvent } from "../../../../hci/codec/event.ts";
import { newAclPacket } from "../../../../hci/host/acl.ts";
import { LeAddDeviceToResolvingList } from "../../../../hci/host/commands/le-privacy.ts";
import { LeSetScanEnable } from "../../../../hci/host/commands/le-scanning.ts";
import {
  LeEnableEncryption,
  LeEncrypt,
  LeLongTermKeyRequestReply,
  LeRand,
} from "../../../../hci/host/commands/le-security.ts";
import {
  CommandComplete,
  events,
  LeConnectionComplete,
  LeGenerateDhKeyComplete,
} from "../../../../hci/host/events.ts";
import { commandsByOpcode } from "../../../../hci/host/supported.ts";
import { btsnoop, btsnoopFileName } from "../../../../hci/trace/btsnoop.ts";
import { describe } from "../../../../hci/trace/describe.ts";
import { Redactor } from "../../../../hci/trace/redact.ts";
import { Trace, traced } from "../../../../hci/trace/trace.ts";
import { loopback } from "../../../../hci/transport/loopback.ts";
import type { Packet } from "../../../../hci/transport/packet.ts";
import { ManualClock, settle } from "../../../support/manual-clock.ts";
import { Random } from "../../../support/random.ts";

const SECRET = fromHex("5ec7e75ec7e75ec7e75ec7e75ec7e75e");
const command = (bytes: Uint8Array): Packet => ({ type: "command", bytes });
const event = (bytes: Uint8Array): Packet => ({ type: "event", bytes });

function acl(boundary: number, octets: Uint8Array): Packet {
  const bytes = newAclPacket(0x40, boundary, octets.length);
  bytes.set(octets, 4);
  return { type: "acl", bytes };
}

const frame = (channel: number, payload: Uint8Array): Uint8Array<ArrayBuffer> =>
  concat([payload.length, 0, channel, 0], payload);

function hasSecret(octets: Uint8Array): boolean {
  const hex = toHex(octets);
  return hex.includes(toHex(SECRET)) || hex.includes(toHex(SECRET.toReversed()));
}

const peer = { peerAddressType: "public", peerAddress: new Uint8Array(6) } as const;
const withSecrets: readonly (readonly [name: string, packet: Packet])[] = [
  [
    "LE Enable Encryption",
    command(
      encodeCommand(LeEnableEncryption, {
        handle: 0x40,
        rand: new Uint8Array(8),
        ediv: 0,
        longTermKey: SECRET,
      }),
    ),
  ],
  [
    "LE Long Term Key Request Reply",
    command(encodeCommand(LeLongTermKeyRequestReply, { handle: 0x40, longTermKey: SECRET })),
  ],
  ["LE Encrypt", command(encodeCommand(LeEncrypt, { key: SECRET, plaintext: new Uint8Array(16) }))],
  [
    "the peer's IRK",
    command(
      encodeCommand(LeAddDeviceToResolvingList, { ...peer, peerIrk: SECRET, localIrk: new Uint8Array(16) }),
    ),
  ],
  [
    "our IRK",
    command(
      encodeCommand(LeAddDeviceToResolvingList, { ...peer, peerIrk: new Uint8Array(16), localIrk: SECRET }),
    ),
  ],
  ["the DHKey", event(encodeEvent(LeGenerateDhKeyComplete, { status: 0, dhKey: concat(SECRET, SECRET) }))],
  [
    "the answer of LE Encrypt",
    event(
      encodeEvent(CommandComplete, { credits: 1, opcode: LeEncrypt.opcode, returns: concat([0], SECRET) }),
    ),
  ],
  [
    "the answer of LE Rand",
    event(encodeEvent(CommandComplete, { credits: 1, opcode: LeRand.opcode, returns: concat([0], SECRET) })),
  ],
  ...[0x04, 0x06, 0x08, 0x0a].map(
    (opcode) => [`SMP 0x0${opcode.toString(16)}`, acl(0b10, frame(6, concat([opcode], SECRET)))] as const,
  ),
];

group("keys and passkeys", () => {
  for (const [name, packet] of withSecrets) {
    test(`${name} is blanked at capture, in both directions, and the length stays`, () => {
      for (const direction of ["sent", "received"] as const) {
        const redacted = new Redactor().redact(packet, direction);
        assert(hasSecret(packet.bytes), "the packet itself is not touched");
        assert(!hasSecret(redacted));
        assert.equal(redacted.length, packet.bytes.length);
        assert(!describe(packet, direction).includes("5ec7"));
      }
    });
  }

  test("are blanked however the frame is cut", () => {
    const whole = frame(6, concat([0x06], SECRET));
    for (let first = 1; first < whole.length; first++) {
      for (const second of [1, 3, whole.length]) {
        const redactor = new Redactor();
        const pieces = [
          whole.subarray(0, first),
          whole.subarray(first, first + second),
          whole.subarray(first + second),
        ];
        const seen = pieces.map((piece, i) =>
          redactor.redact(acl(i === 0 ? 0b10 : 0b01, piece), "received").subarray(4),
        );
        assert.equal(
          toHex(concat(...seen)),
          toHex(concat(frame(6, concat([0x06], new Uint8Array(16))))),
          `cut at ${first}`,
        );
      }
    }
  });

  test("are blanked where the start of the frame was not seen", () => {
    assert(!hasSecret(new Redactor().redact(acl(0b01, SECRET), "received")));
  });

  test("of one direction do not confuse the other", () => {
    const redactor = new Redactor();
    const whole = frame(6, concat([0x06], SECRET));
    redactor.redact(acl(0b10, whole.subarray(0, 5)), "received");
    redactor.redact(acl(0b10, frame(4, fromHex("0a0300"))), "sent");
    assert(!hasSecret(redactor.redact(acl(0b01, whole.subarray(5)), "received")));
  });

  test("in a command of another length than declared are blanked with everything else", () => {
    const odd = concat(fromHex("192015"), new Uint8Array(5), SECRET);
    assert(!hasSecret(new Redactor().redact(command(odd), "sent")));
  });

  test("what is no secret stays", () => {
    for (const packet of [
      acl(0b10, frame(6, concat([0x03], SECRET))),
      acl(0b10, frame(4, concat([0x0b], SECRET))),
      command(encodeCommand(LeSetScanEnable, { enable: "on", filterDuplicates: "off" })),
    ]) {
      assert.deepEqual(new Redactor().redact(packet, "sent"), Uint8Array.from(packet.bytes));
    }
  });
});

group("a trace", () => {
  const options = () => ({ clock: new ManualClock(), unixMs: Date.UTC(2026, 0, 1) });

  test("records what passes and changes nothing of it", async () => {
    const { host, controller } = loopback();
    const trace = new Trace(options());
    const wrapped = traced(host, trace);
    const heard: string[] = [];
    wrapped.onPacket = ({ bytes }) => heard.push(toHex(bytes));
    controller.onPacket = ({ bytes }) => heard.push(toHex(bytes));
    const ends: unknown[] = [];
    wrapped.onClosed = (error) => ends.push(error);
    wrapped.send(command(fromHex("030c00")));
    controller.send(event(fromHex("0e0401030c00")));
    await settle();
    await wrapped.close();
    assert.deepEqual(heard.toSorted(), ["030c00", "0e0401030c00"]);
    assert.deepEqual(ends, [undefined]);
    assert.deepEqual(
      trace.records.map(({ direction, type, bytes }) => [direction, type, toHex(bytes)]),
      [
        ["sent", "command", "030c00"],
        ["received", "event", "0e0401030c00"],
      ],
    );
  });

  test("keeps its own copy", () => {
    const trace = new Trace(options());
    const bytes = fromHex("030c00");
    trace.record(command(bytes), "sent");
    bytes.fill(0);
    assert.equal(toHex(trace.records[0]?.bytes ?? new Uint8Array(0)), "030c00");
  });

  test("holds no secret unless it is a full one", () => {
    for (const full of [false, true]) {
      const trace = new Trace({ ...options(), full });
      for (const [, packet] of withSecrets) trace.record(packet, "sent");
      assert.equal(
        trace.records.some(({ bytes }) => hasSecret(bytes)),
        full,
      );
      assert.equal(hasSecret(btsnoop(trace)), full);
      assert.equal(btsnoopFileName(trace).includes("WITH-KEYS"), full);
    }
  });

  test("pushes out the oldest by number and by octets, and counts them", () => {
    const trace = new Trace({ ...options(), maxRecords: 10 });
    for (let i = 0; i < 1000; i++) trace.record(command(Uint8Array.of(i, i >> 8, 0)), "sent");
    assert.equal(trace.records.length, 10);
    assert.equal(trace.dropped, 990);
    assert.equal(trace.records[0]?.bytes[0], 990 & 0xff);
    const small = new Trace({ ...options(), maxOctets: 100 });
    for (let i = 0; i < 50; i++) small.record(command(new Uint8Array(30)), "sent");
    assert.equal(small.records.length, 3);
    small.clear();
    assert.deepEqual([small.records.length, small.dropped], [0, 0]);
  });

  test("exports btsnoop with H4 packets, flags, drops and microseconds since the year 0", async () => {
    const clock = new ManualClock();
    const trace = new Trace({ clock, unixMs: Date.UTC(2026, 0, 1), maxRecords: 2 });
    trace.record(command(fromHex("030c00")), "sent");
    await clock.advance(1500);
    trace.record(event(fromHex("0e0401030c00")), "received");
    trace.record(acl(0b00, fromHex("01")), "sent");
    const file = btsnoop(trace);
    const view = new DataView(file.buffer);
    assert.equal(toHex(file.subarray(0, 16)), "6274736e6f6f700000000001000003ea");
    assert.deepEqual(
      [view.getUint32(16), view.getUint32(20), view.getUint32(24), view.getUint32(28)],
      [7, 7, 0b11, 1],
    );
    const year0 = BigInt(Date.UTC(2026, 0, 1) + 1500) * 1000n + 0x00dcddb30f2f8000n;
    assert.equal(view.getBigUint64(32), year0);
    assert.equal(toHex(file.subarray(40, 47)), "040e0401030c00");
    assert.equal(view.getUint32(47 + 8), 0b00);
  });
});

group("one line per packet", () => {
  const line = (packet: Packet): string => describe(packet, "sent");

  test("names commands, events and their answers as the specification does", () => {
    assert.equal(
      line(command(encodeCommand(LeSetScanEnable, { enable: "on", filterDuplicates: "off" }))),
      "> LE Set Scan Enable enable=on filterDuplicates=off",
    );
    assert.equal(
      describe(event(fromHex("0e0c01011000 0d01000dffff0100")), "received"),
      "< Command Complete Read Local Version Information credits=1 status=Success hciVersion=13 hciSubversion=1 lmpVersion=13 companyIdentifier=65535 lmpSubversion=1",
    );
    assert.equal(
      describe(event(fromHex("0f040c011920")), "received"),
      '< Command Status LE Enable Encryption status="Command Disallowed" credits=1',
    );
    assert.equal(
      describe(event(fromHex("0504004000 13")), "received"),
      "< Disconnection Complete status=Success handle=64 reason=19",
    );
  });

  test("names the PDUs of ATT, SMP and signalling", () => {
    assert.equal(line(acl(0b00, frame(4, fromHex("0a0300")))), "> 0x040 ATT ATT_READ_REQ handle=3");
    assert.match(
      line(acl(0b00, frame(6, fromHex("0b05")))),
      /^> 0x040 SMP Security Request authReq=\{bonding mitm\}$/,
    );
    assert.match(
      line(acl(0b00, frame(5, fromHex("130102000000")))),
      /L2CAP_CONNECTION_PARAMETER_UPDATE_RSP .*result=accepted/,
    );
  });

  test("says what is malformed, unknown, cut or not ours", () => {
    assert.match(line(acl(0b00, frame(4, fromHex("0a03")))), /ATT_READ_REQ MALFORMED 0a03/);
    assert.match(line(command(fromHex("34120101"))), /Command 0x1234 01/);
    assert.match(line(event(fromHex("990100"))), /Event 0x99 00/);
    assert.match(line(event(fromHex("05020040"))), /Disconnection Complete MALFORMED/);
    assert.match(
      line(acl(0b00, frame(4, fromHex("0b0102030405")).subarray(0, 7))),
      /ATT_READ_RSP \(3 of 6 octets\) 0102/,
    );
    assert.match(line(acl(0b01, fromHex("0102"))), /…/);
    assert.match(line(acl(0b00, fromHex("01"))), /start of a frame/);
    assert.match(line(acl(0b00, frame(0x40, fromHex("aabb")))), /channel 0x40 aabb/);
    assert.match(line({ type: "iso", bytes: fromHex("41000000") }), /^> iso/);
  });

  test("has something to say about every declared command and event, and about nonsense", () => {
    const random = new Random(0xde5c);
    for (const { opcode, name } of commandsByOpcode.values()) {
      for (let length = 0; length < 70; length++) {
        const bytes = concat([opcode & 0xff, opcode >> 8, length], random.octets(length));
        assert(line(command(bytes)).includes(name));
      }
    }
    for (const { code, subevent, name } of events) {
      for (let length = 0; length < 70; length++) {
        const head = subevent === undefined ? [code, length] : [code, length + 1, subevent];
        assert(line(event(concat(head, random.octets(length)))).includes(name));
      }
    }
    for (let i = 0; i < 5000; i++) {
      const type = random.pick(["command", "event", "acl", "synchronous", "iso"] as const);
      assert(line({ type, bytes: random.octets(random.below(40)) }).startsWith("> "));
    }
    assert.equal(LeConnectionComplete.subevent, 1);
  });
});
