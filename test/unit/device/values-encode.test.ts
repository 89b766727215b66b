import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeInput, type WriteFormat } from "../../../src/state/values-encode.ts";

function hex(input: string, format: WriteFormat): string {
  const encoded = encodeInput(input, format);
  assert.equal(encoded.kind, "octets", `${input} as ${format}`);
  return encoded.kind === "octets" ? Buffer.from(encoded.bytes).toString("hex") : "";
}

function why(input: string, format: WriteFormat): unknown {
  const encoded = encodeInput(input, format);
  return encoded.kind === "wrong" ? encoded.why : encoded;
}

test("text is written as UTF-8, nothing added", () => {
  assert.equal(hex("é✓", "text"), "c3a9e29c93");
  assert.equal(hex("", "text"), "");
});

test("hex may be typed as people copy it", () => {
  for (const input of ["01AFff", "01 af ff", "01:AF:FF", "0x01, 0xAF, 0xff", "01-af-ff"]) {
    assert.equal(hex(input, "hex"), "01afff", input);
  }
});

test("half an octet and what is no digit are refused by name", () => {
  assert.deepEqual(why("01a", "hex"), { kind: "half-octet", digits: 3 });
  assert.deepEqual(why("01 zz", "hex"), { kind: "not-hex", found: "z" });
  assert.deepEqual(why("🔒", "hex"), { kind: "not-hex", found: "🔒" });
});

test("integers are written least significant octet first", () => {
  assert.equal(hex("258", "u16"), "0201");
  assert.equal(hex("0x01020304", "u32"), "04030201");
  assert.equal(hex("-2", "i16"), "feff");
  assert.equal(hex("18446744073709551615", "u64"), "ffffffffffffffff");
  assert.equal(hex("-9223372036854775808", "i64"), "0000000000000080");
  assert.equal(hex("1, 2 3", "u8"), "010203");
});

test("an integer that does not fit is refused with the range, never cut", () => {
  assert.deepEqual(why("256", "u8"), { kind: "out-of-range", least: "0", most: "255" });
  assert.deepEqual(why("-1", "u8"), { kind: "out-of-range", least: "0", most: "255" });
  assert.deepEqual(why("-129", "i8"), { kind: "out-of-range", least: "-128", most: "127" });
  assert.deepEqual(why("18446744073709551616", "u64"), {
    kind: "out-of-range",
    least: "0",
    most: "18446744073709551615",
  });
});

test("what is no integer is refused", () => {
  assert.deepEqual(why("1.5", "u8"), { kind: "not-integer", found: "1.5" });
  assert.deepEqual(why("1e3", "u16"), { kind: "not-integer", found: "1e3" });
  assert.deepEqual(why("  ", "u8"), { kind: "empty" });
});

test("nothing longer than an attribute value can be is sent", () => {
  assert.equal(hex("a".repeat(512), "text").length, 1024);
  assert.deepEqual(why("a".repeat(513), "text"), { kind: "too-long", octets: 513 });
  assert.deepEqual(why("00".repeat(513), "hex"), { kind: "too-long", octets: 513 });
  assert.deepEqual(why("1 ".repeat(600), "u8"), { kind: "too-long", octets: 513 });
});
