import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { EncodeError } from "../../../../hci/codec/error.ts";
import { uuidOf } from "../../../../hci/codec/uuid.ts";
import {
  adStructures,
  buildAdvertisingData,
  parseAdvertisingData,
} from "../../../../hci/gap/advertising-data.ts";
import { Duplicates } from "../../../../hci/gap/duplicates.ts";
import { ExtendedData, MAX_EXTENDED_DATA } from "../../../../hci/gap/extended-data.ts";
import type { TextPort } from "../../../../hci/ports.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { Random } from "../../../support/random.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const text: TextPort = {
  decode: (utf8) => decoder.decode(utf8),
  encode: (string) => Uint8Array.from(encoder.encode(string)),
};
const parse = (data: Uint8Array) => parseAdvertisingData(data, text);
const named = (name: Uint8Array): Uint8Array<ArrayBuffer> => concat([name.length + 1, 0x09], name);

describe("advertising data", () => {
  test("of a heart-rate sensor", () => {
    const fields = parse(fromHex("020106 03030d18 0b0948656172742052617465 020af4 0319 4003"));
    assert.deepEqual(fields.flags, {
      limitedDiscoverable: false,
      generalDiscoverable: true,
      brEdrNotSupported: true,
    });
    assert.deepEqual(fields.services, [uuidOf(0x180d)]);
    assert.equal(fields.name, "Heart Rate");
    assert.equal(fields.txPower, -12);
    assert.equal(fields.appearance, 0x0340);
  });

  test("keeps data of services and of manufacturers apart by their number", () => {
    const fields = parse(fromHex("05160f180102 05ff4c000203 1121 9ecadc240ee5a9e093f3a3b50100406e"));
    assert.deepEqual(
      [...fields.serviceData].map(([uuid, data]) => [uuid, toHex(data)]),
      [
        [uuidOf(0x180f), "0102"],
        ["6e400001-b5a3-f393-e0a9-e50e24dcca9e", ""],
      ],
    );
    assert.deepEqual(
      [...fields.manufacturerData].map(([company, data]) => [company, toHex(data)]),
      [[0x4c, "0203"]],
    );
  });

  test("a length of 0 ends the list", () => {
    assert.deepEqual(adStructures(fromHex("020106 00 0409414243")), [{ type: 1, data: fromHex("06") }]);
  });

  test("a length beyond the rest cuts the list off there, for every length octet", () => {
    const data = fromHex("020106 0409414243");
    for (let length = 0; length < 256; length++) {
      const changed = data.slice();
      changed[3] = length;
      const fields = parse(changed);
      assert.equal(fields.flags?.generalDiscoverable, true);
      assert.equal(fields.name !== undefined, length >= 1 && length <= 4, `length ${length}`);
    }
  });

  test("structures too short for their type are skipped", () => {
    const fields = parse(fromHex("0101 010a 0219ff 02ff4c 020300 02160d 0320aabb"));
    assert.deepEqual(fields, { services: [], serviceData: new Map(), manufacturerData: new Map() });
  });

  test("half a UUID at the end of a list is dropped, a repeated one is told once", () => {
    assert.deepEqual(parse(fromHex("06030d180d180f 0303 0d18")).services, [uuidOf(0x180d)]);
  });

  test("a complete name wins over a shortened one, whichever comes first", () => {
    for (const hex of ["0308 4142 0409414243", "0409414243 0308 4142"]) {
      const fields = parse(fromHex(hex));
      assert.equal(fields.name, "ABC");
      assert.equal(fields.nameComplete, true);
    }
  });

  test("random octets never throw", () => {
    const random = new Random(0xad);
    for (let i = 0; i < 20_000; i++) parse(random.octets(random.below(64)));
  });
});

describe("names from the air", () => {
  const nameOf = (utf8: Uint8Array): string | undefined => parse(named(utf8)).name;

  test("lose control characters and everything that turns the direction of text", () => {
    const hostile = "\u202Eevil\u2066\u0007\n\u200F\u061C\uFEFF\u0000 name\u2028";
    assert.equal(nameOf(encoder.encode(hostile)), "evil name");
  });

  test("keep markup as the text that it is", () => {
    assert.equal(nameOf(encoder.encode("<img src=x onerror>")), "<img src=x onerror>");
  });

  test("keep letters of every script, and joined signs", () => {
    for (const name of ["Łódź", "心率", "קצב", "👩‍⚕️"]) assert.equal(nameOf(encoder.encode(name)), name);
  });

  test("that are broken UTF-8 show it", () => {
    assert.equal(nameOf(fromHex("41ff42")), "A\uFFFDB");
  });

  test("end after 248 octets", () => {
    assert.equal(nameOf(new Uint8Array(253).fill(0x41))?.length, 248);
  });
});

describe("building advertising data", () => {
  test("gives what parsing reads", () => {
    const fields = {
      flags: { limitedDiscoverable: false, generalDiscoverable: true, brEdrNotSupported: true },
      name: "Łock",
      services: [uuidOf(0x1812), "6e400001-b5a3-f393-e0a9-e50e24dcca9e", uuidOf(0x1234_5678)],
      serviceData: new Map([[uuidOf(0x180f), fromHex("64")]]),
      manufacturerData: new Map([[0xffff, fromHex("0102")]]),
      txPower: -4,
      appearance: 0x03c1,
    };
    const { nameComplete, ...parsed } = parse(buildAdvertisingData(fields, text, 200));
    assert.equal(nameComplete, true);
    assert.deepEqual(parsed, fields);
  });

  test("refuses what does not fit", () => {
    assert.throws(() => buildAdvertisingData({ name: "a".repeat(30) }, text), EncodeError);
    assert.equal(buildAdvertisingData({ name: "a".repeat(29) }, text).length, 31);
    assert.throws(() => buildAdvertisingData({ name: "a".repeat(300) }, text, 1650), EncodeError);
  });
});

describe("extended data in several reports", () => {
  test("is put together per advertiser", () => {
    const data = new ExtendedData();
    assert.equal(data.add("a", fromHex("01"), "incomplete"), undefined);
    assert.equal(data.add("b", fromHex("ff"), "incomplete"), undefined);
    assert.equal(data.add("a", fromHex("02"), "incomplete"), undefined);
    assert.deepEqual(data.add("a", fromHex("03"), "complete"), { data: fromHex("010203"), complete: true });
    assert.deepEqual(data.add("b", fromHex(""), "truncated"), { data: fromHex("ff"), complete: false });
    assert.deepEqual(data.add("a", fromHex("04"), "complete"), { data: fromHex("04"), complete: true });
    assert(data.idle);
  });

  test("is bounded in length and in number", () => {
    const data = new ExtendedData();
    let last: unknown;
    for (let i = 0; i < 9; i++) last = data.add("long", new Uint8Array(200), "incomplete");
    assert.deepEqual(last, { data: new Uint8Array(MAX_EXTENDED_DATA), complete: false });
    for (let i = 0; i < 1000; i++) data.add(`flood ${i}`, new Uint8Array(100), "incomplete");
    assert.deepEqual(data.add("flood 0", fromHex("01"), "complete"), { data: fromHex("01"), complete: true });
  });
});

describe("duplicates", () => {
  test("all: every report is told", () => {
    const all = new Duplicates({ report: "all" }, new ManualClock());
    assert(all.isNew(1, fromHex("01")) && all.isNew(1, fromHex("01")));
  });

  test("first: one report per advertiser and kind", () => {
    const first = new Duplicates({ report: "first" }, new ManualClock());
    assert(first.isNew(1, fromHex("01")));
    assert(!first.isNew(1, fromHex("02")));
    assert(first.isNew(2, fromHex("01")));
  });

  test("changed: other data, or the same after a while", async () => {
    const clock = new ManualClock();
    const changed = new Duplicates({ report: "changed", refreshMs: 1000 }, clock);
    assert(changed.isNew(1, fromHex("01")));
    assert(!changed.isNew(1, fromHex("01")));
    assert(changed.isNew(1, fromHex("02")));
    await clock.advance(999);
    assert(!changed.isNew(1, fromHex("02")));
    await clock.advance(1);
    assert(changed.isNew(1, fromHex("02")));
  });

  test("invented addresses do not fill the memory: the oldest are forgotten", () => {
    const first = new Duplicates({ report: "first" }, new ManualClock());
    for (let i = 0; i < 5000; i++) first.isNew(i, fromHex("01"));
    assert(first.isNew(0, fromHex("01")));
    assert(!first.isNew(4999, fromHex("01")));
  });
});
