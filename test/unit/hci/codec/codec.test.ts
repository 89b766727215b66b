import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, equal, fromHex, part, reversed, SHORT, toHex } from "../../../../hci/codec/bytes.ts";
import type { Codec } from "../../../../hci/codec/codec.ts";
import { decode, encode } from "../../../../hci/codec/codec.ts";
import { DecodeError, EncodeError } from "../../../../hci/codec/error.ts";
import { i8, u16, u24, u32, u64, u8 } from "../../../../hci/codec/integers.ts";
import { counted, listOf } from "../../../../hci/codec/list.ts";
import { number, octets, padded, rest, sized } from "../../../../hci/codec/octets.ts";
import type { Body } from "../../../../hci/codec/pdu.ts";
import { decodePdu, encodePdu, pdu } from "../../../../hci/codec/pdu.ts";
import { bitset, flags, oneOf } from "../../../../hci/codec/sets.ts";
import { struct } from "../../../../hci/codec/struct.ts";
import { uuid128, uuid16, uuidOf } from "../../../../hci/codec/uuid.ts";

function roundTrip<T>(codec: Codec<T>, value: T, wire: string): void {
  assert.equal(toHex(encode(codec, value)), wire);
  assert.deepEqual(decode(codec, fromHex(wire)), value);
  if (codec.size !== undefined) assert.equal(codec.size * 2, wire.length);
}

test("a part of some octets is the same whether it is a copy or a view", () => {
  const all = Uint8Array.from({ length: 300 }, (_, i) => i);
  for (const length of [0, 1, SHORT, SHORT + 1, 200]) {
    assert.deepEqual(part(all, 7, 7 + length), all.slice(7, 7 + length));
    assert.deepEqual(part(all, 300 - length), all.slice(300 - length));
    assert.equal(part(all, 7, 7 + length).buffer === all.buffer, length > SHORT);
  }
});

describe("integers", () => {
  test("are sent least significant octet first", () => {
    roundTrip(u8, 0xfe, "fe");
    roundTrip(u16, 0x1234, "3412");
    roundTrip(u24, 0xfedcba, "badcfe");
    roundTrip(u32, 0xfedcba98, "98badcfe");
    roundTrip(u64, 0xfedcba9876543210n, "1032547698badcfe");
  });

  test("with a sign cover -128 to 127", () => {
    roundTrip(i8, -128, "80");
    roundTrip(i8, -1, "ff");
    roundTrip(i8, 127, "7f");
    for (const value of [128, -129, 0.5, Number.NaN]) assert.throws(() => encode(i8, value), EncodeError);
  });

  test("out of range do not encode", () => {
    for (const [codec, limit] of [
      [u8, 2 ** 8],
      [u16, 2 ** 16],
      [u24, 2 ** 24],
      [u32, 2 ** 32],
    ] as const) {
      for (const value of [limit, -1, 1.5, Number.NaN])
        assert.throws(() => encode(codec, value), EncodeError);
    }
    assert.throws(() => encode(u64, 1n << 64n), EncodeError);
    assert.throws(() => encode(u64, -1n), EncodeError);
  });

  test("cut short do not decode", () => {
    for (const codec of [u8, u16, u24, u32, u64, i8] as readonly Codec<unknown>[]) {
      for (let length = 0; length < (codec.size ?? 0); length++) {
        assert.throws(() => decode(codec, new Uint8Array(length)), DecodeError);
      }
    }
  });
});

describe("octets", () => {
  test("keep the order on the air", () => roundTrip(octets(3), fromHex("010203"), "010203"));

  test("a number is reversed, so that memory looks like the specification", () => {
    roundTrip(number(48), fromHex("aabbccddeeff"), "ffeeddccbbaa");
    const value = fromHex("00112233445566778899aabbccddeeff");
    roundTrip(number(128), value, toHex(reversed(value)));
  });

  test("a read value is a copy: a transport may use its buffer again", () => {
    const wire = fromHex("0102030405060708");
    const { head, tail } = decode(struct({ head: octets(4), tail: rest }), wire);
    wire.fill(0);
    assert.equal(toHex(concat(head, tail)), "0102030405060708");
  });

  test("of the wrong count do not encode", () => {
    assert.throws(() => encode(octets(2), fromHex("010203")), EncodeError);
    assert.throws(() => encode(number(64), fromHex("01")), EncodeError);
  });

  test("after their count", () => {
    roundTrip(sized(u8), fromHex("0102"), "020102");
    assert.throws(() => decode(sized(u8), fromHex("0301")), DecodeError);
  });

  test("in a field of constant width are filled up with zeros", () => {
    roundTrip(padded(4), fromHex("0102"), "0201020000");
    assert.throws(() => decode(padded(4), fromHex("0501020000")), DecodeError);
    assert.throws(() => encode(padded(1), fromHex("0102")), EncodeError);
  });
});

describe("closed sets and flags", () => {
  const colour = oneOf({ red: 1, green: 2 });

  test("a value decodes to its name", () => roundTrip(colour, "green", "02"));

  test("a value outside the table does not decode, and says what would have", () => {
    assert.throws(() => decode(colour, fromHex("03")), {
      name: "DecodeError",
      message: "Cannot decode 0x3: not in red, green",
    });
  });

  test("reserved bits are ignored when read and zero when written", () => {
    const codec = flags({ bonding: 0x01, mitm: 0x04 });
    assert.deepEqual(decode(codec, fromHex("fc")), { bonding: false, mitm: true });
    roundTrip(codec, { bonding: true, mitm: true }, "05");
  });

  test("bits over many octets count from the lowest bit of the first", () => {
    roundTrip(
      bitset({ first: 0, ninth: 8, last: 23 }, 3),
      { first: false, ninth: true, last: true },
      "000180",
    );
  });

  test("flags over two octets", () =>
    roundTrip(flags({ high: 0x8000, low: 1 }, u16), { high: true, low: false }, "0080"));
});

describe("lists", () => {
  test("up to the end", () => roundTrip(listOf(u16), [1, 2], "01000200"));
  test("after a count", () => roundTrip(counted(u8, u16), [1, 2], "0201000200"));

  test("with half an item do not decode", () => {
    assert.throws(() => decode(listOf(u16), fromHex("010002")), DecodeError);
    assert.throws(() => decode(counted(u8, u16), fromHex("0301000200")), DecodeError);
  });

  test("of items without octets end instead of running for ever", () => {
    assert.throws(() => decode(listOf(octets(0)), fromHex("01")), DecodeError);
  });
});

describe("a PDU declaration", () => {
  const Sample = pdu("Sample", 0x07, { mode: oneOf({ off: 0, on: 1 }), value: u16 });
  const body: Body<typeof Sample> = { mode: "on", value: 0x0102 };

  test("gives encoding and decoding", () => {
    assert.equal(toHex(encodePdu(Sample, body)), "07010201");
    assert.deepEqual(decodePdu(Sample, fromHex("07010201")), body);
  });

  test("refuses another opcode, every missing octet and every octet too many", () => {
    assert.throws(() => decodePdu(Sample, fromHex("08010201")), {
      message: "Cannot decode Sample: opcode is 0x08",
    });
    for (const wire of ["", "07", "0701", "070102", "0701020100"]) {
      assert.throws(() => decodePdu(Sample, fromHex(wire)), DecodeError);
    }
  });

  test("names itself in the error", () => {
    assert.throws(() => decodePdu(Sample, fromHex("0701020100")), {
      message: "Cannot decode Sample: Cannot decode: 1 octets too many",
    });
  });
});

describe("UUIDs", () => {
  test("short ones are expanded with the Base UUID", () => {
    roundTrip(uuid16, "0000180d-0000-1000-8000-00805f9b34fb", "0d18");
    assert.equal(uuidOf(0x180d), "0000180d-0000-1000-8000-00805f9b34fb");
  });

  test("long ones are reversed on the air", () => {
    roundTrip(uuid128, "6e400001-b5a3-f393-e0a9-e50e24dcca9e", "9ecadc240ee5a9e093f3a3b50100406e");
  });

  test("that are not short do not encode as short, and nonsense not at all", () => {
    assert.throws(() => encode(uuid16, "6e400001-b5a3-f393-e0a9-e50e24dcca9e"), EncodeError);
    assert.throws(() => encode(uuid16, uuidOf(0x1_0000)), EncodeError);
    assert.throws(() => encode(uuid128, "heart_rate"), EncodeError);
  });
});

describe("octet helpers", () => {
  test("equal compares length and content", () => {
    assert(equal(fromHex("0102"), fromHex("0102")));
    assert(!equal(fromHex("0102"), fromHex("0103")));
    assert(!equal(fromHex("01"), fromHex("0100")));
  });

  test("fromHex takes separators and refuses anything else", () => {
    assert.equal(toHex(fromHex("AA:bb-cc dd"), ":"), "aa:bb:cc:dd");
    assert.throws(() => fromHex("abc"), EncodeError);
    assert.throws(() => fromHex("zz"), EncodeError);
  });
});
