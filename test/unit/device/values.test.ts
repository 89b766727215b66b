import assert from "node:assert/strict";
import { test } from "node:test";
import { float32of11073, sfloat } from "../../../src/state/values-float.ts";
import { decodeKnown } from "../../../src/state/values-known.ts";
import { looksLikeText, plainText, textParts } from "../../../src/state/values-text.ts";
import { readings, summary } from "../../../src/state/values.ts";

const uuid = (short: number): string =>
  `0000${short.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;
const octets = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));

/** `Name: text unit` per field. */
function shown(short: number, hex: string): readonly string[] {
  const known = decodeKnown(uuid(short), octets(hex));
  assert.equal(known.kind, "decoded");
  return known.kind === "decoded"
    ? known.fields.map(({ name, text, unit }) => `${name}: ${text}${unit === null ? "" : ` ${unit}`}`)
    : [];
}

test("a battery level is a percentage", () => {
  assert.deepEqual(shown(0x2a19, "57"), ["Level: 87 %"]);
});

test("a heart rate of 8 bits with contact, energy and two beats", () => {
  assert.deepEqual(shown(0x2a37, "1e 48 6400 0004 9a03"), [
    "Heart rate: 72 bpm",
    "Sensor contact: yes",
    "Energy used: 100 kJ",
    "Beat to beat: 1000, 900 ms",
  ]);
});

test("a heart rate of 16 bits says nothing about contact when the sensor has none", () => {
  assert.deepEqual(shown(0x2a37, "01 2c01"), ["Heart rate: 300 bpm"]);
});

test("an odd octet after the beats is reported, not swallowed", () => {
  const known = decodeKnown(uuid(0x2a37), octets("10 48 0004 ff"));
  assert.equal(known.kind === "decoded" && known.rest, "ff");
});

test("temperatures keep the precision the thermometer sent", () => {
  assert.deepEqual(shown(0x2a1c, "00 420e00fe"), ["Temperature: 36.50 °C"]);
  assert.deepEqual(shown(0x2a1c, "05 d60300ff 02"), ["Temperature: 98.2 °F", "Site: body"]);
  assert.deepEqual(shown(0x2a6e, "18fc"), ["Temperature: -10.00 °C"]);
  assert.deepEqual(shown(0x2a6e, "0080"), ["Temperature: not known"]);
});

test("the current time, its weekday and why it was set", () => {
  assert.deepEqual(shown(0x2a2b, "ea07 0c 1f 17 3b 3b 04 80 01"), [
    "Date and time: 2026-12-31 23:59:59",
    "Day: Thursday",
    "Fraction of a second: 0.500 s",
    "Why the clock changed: set by hand",
  ]);
});

test("a time that cannot be is shown and said to be none", () => {
  assert.deepEqual(shown(0x2a08, "0000 0d 00 19 00 00"), [
    "Date and time: ????-13-?? 25:00:00 (no such time)",
  ]);
});

test("a PnP id names who gave the vendor id, and versions are binary coded", () => {
  assert.deepEqual(shown(0x2a50, "02 7404 2100 1302"), [
    "Vendor id from: USB Implementers Forum",
    "Vendor: 0x0474",
    "Product: 0x0021",
    "Version: 2.1.3",
  ]);
});

test("an appearance is a category and a subcategory", () => {
  assert.deepEqual(shown(0x2a01, "4103"), ["Category: Heart rate sensor", "Subcategory: 1"]);
  assert.deepEqual(shown(0x2a01, "c0ff"), ["Category: category 1023"]);
});

test("blood pressure in both units, with pulse", () => {
  assert.deepEqual(shown(0x2a35, "04 7800 5000 5d00 4800"), [
    "Systolic: 120 mmHg",
    "Diastolic: 80 mmHg",
    "Mean arterial pressure: 93 mmHg",
    "Pulse: 72 bpm",
  ]);
});

test("a device name in a string loses its closing zeros and nothing else", () => {
  assert.deepEqual(shown(0x2a29, "41434d45 0000"), ["Manufacturer: ACME"]);
});

test("a hostile string is made harmless inside a known field", () => {
  assert.deepEqual(shown(0x2a24, "41 e280ae 42 ff"), ["Model: A<U+202E>B<ff>"]);
});

test("a database hash is printed most significant octet first", () => {
  assert.deepEqual(shown(0x2b2a, "000102030405060708090a0b0c0d0e0f"), [
    "Hash: 0f0e0d0c0b0a09080706050403020100",
  ]);
});

test("SFLOAT: sign, exponent and every special value (ISO/IEEE 11073-20601)", () => {
  assert.deepEqual(sfloat(0xf4d2), { text: "123.4", number: 123.4 });
  assert.deepEqual(sfloat(0xffff), { text: "-0.1", number: -0.1 });
  assert.deepEqual(sfloat(0x1005), { text: "50", number: 50 });
  for (const raw of [0x07fe, 0x07ff, 0x0800, 0x0801, 0x0802]) assert.equal(sfloat(raw).number, null);
  assert.equal(sfloat(0x0802).text, "−infinity");
  assert.equal(sfloat(0x07fd).number, 2045);
  assert.equal(sfloat(0x0803).number, -2045);
});

test("FLOAT: sign, exponent and every special value", () => {
  assert.deepEqual(float32of11073(0xff00016c), { text: "36.4", number: 36.4 });
  assert.deepEqual(float32of11073(0xfefffff6), { text: "-0.10", number: -0.1 });
  for (let raw = 0x007ffffe; raw <= 0x00800002; raw++) assert.equal(float32of11073(raw).number, null);
  assert.equal(float32of11073(0x80000001).text, "1e-128");
});

test("UTF-8: what is no UTF-8 is marked where it stands", () => {
  assert.deepEqual(textParts(octets("c3a9 ff fe 41")), [
    { kind: "text", text: "é" },
    { kind: "invalid", hex: "ff fe" },
    { kind: "text", text: "A" },
  ]);
});

test("UTF-8: overlong forms, surrogates and cut characters are invalid", () => {
  for (const hex of ["c080", "e08080", "eda080", "f4908080", "e282", "80"]) {
    assert.deepEqual(
      textParts(octets(hex)).map((part) => part.kind),
      ["invalid"],
      hex,
    );
  }
});

test("controls and direction marks are named instead of acted on; joiners of emoji stay", () => {
  assert.equal(plainText(textParts(octets("41 00 e280ae 0a"))), "A<U+0000><U+202E><U+000A>");
  const family = new TextEncoder().encode("👩‍👧");
  assert.deepEqual(textParts(family), [{ kind: "text", text: "👩‍👧" }]);
});

test("text is recognised with its closing zeros, numbers are not taken for text", () => {
  assert.equal(looksLikeText(octets("3432 0d0a 00")), true);
  assert.equal(looksLikeText(octets("00")), false);
  assert.equal(looksLikeText(octets("41 01")), false);
  assert.equal(looksLikeText(octets("")), false);
});

test("a value of four octets is read as every number it can be", () => {
  const value = readings(uuid(0xfff1), octets("0000c0ff"));
  assert.deepEqual(
    value.numbers.map(({ format, text }) => `${format} ${text}`),
    ["u32 4290772992", "i32 -4194304", "medfloat -419430.4", "float32 not a number"],
  );
});

test("eight octets keep every digit", () => {
  const [unsigned, signed] = readings(uuid(0xfff1), octets("ffffffffffffffff")).numbers;
  assert.equal(unsigned?.text, "18446744073709551615");
  assert.equal(signed?.text, "-1");
});

test("nine octets are no number, and none is made up", () => {
  assert.deepEqual(readings(uuid(0xfff1), new Uint8Array(9)).numbers, []);
});

test("too few octets for the assigned format are said to be too few, and all other readings stay", () => {
  const value = readings(uuid(0x2a37), octets("01 48"));
  assert.deepEqual(value.known, { kind: "too-short", octets: 2 });
  assert.equal(value.numbers.length > 0, true);
  assert.equal(summary(value), "01 48");
});

test("an empty value is empty, not zero", () => {
  assert.equal(summary(readings(uuid(0x2a19), new Uint8Array())), "empty");
});

test("no octets of any known characteristic make decoding throw", () => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  for (let short = 0x2a00; short <= 0x2b40; short++) {
    for (let round = 0; round < 20; round++) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 24) }, () => Math.floor(random() * 256));
      const value = readings(uuid(short), bytes);
      assert.equal(typeof summary(value), "string");
      if (value.known.kind !== "decoded") continue;
      for (const field of value.known.fields) {
        assert.equal(
          field.number === null || Number.isFinite(field.number),
          true,
          `${short.toString(16)} ${field.name}`,
        );
      }
    }
  }
});
