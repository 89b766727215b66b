import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanName, cleanText, MAX_NAME_OCTETS, octetsOf } from "../../../src/storage/text.ts";

test("an ordinary name stays as it is", () => {
  for (const name of ["Polar H10 A1B2C3D4", "Waage Küche", "体重計", "🇩🇪 Thermometer 👩‍🔬", "<img src=x>"]) {
    assert.equal(cleanName(name), name);
  }
});

test("characters that reorder the text around them are taken out", () => {
  assert.equal(cleanName("safe\u202Egnp.exe\u202C\u2066x\u2069\u200E\u200F\u061C"), "safegnp.exex");
});

test("control characters and line breaks cannot leave the name's line", () => {
  assert.equal(cleanName("a\u0000b\u0007c\u001B[31md\u0085e"), "abc[31mde");
  assert.equal(cleanName("first\r\nsecond\tthird\u2028fourth"), "first second third fourth");
});

test("invisible characters do not make two names that look the same", () => {
  assert.equal(cleanName("Ste\u200Bth\u00ADo\uFEFF\u2060\u3164scope\u{E0041}"), "Stethoscope");
});

test("a composed and a decomposed accent are the same name", () => {
  assert.equal(cleanName("Ku\u0308che"), cleanName("Küche"));
});

test("half a surrogate pair is taken out", () => {
  assert.equal(cleanName("a\uD83Db\uDE00c"), "abc");
});

test("only white space is an empty name", () => {
  assert.equal(cleanName(" \t\u00A0\u3000\u200B "), "");
});

test("a name is at most 248 octets, cut between characters", () => {
  const cut = cleanName(`${"ä".repeat(123)}👩‍🔬👩‍🔬`);
  assert.equal(cut, "ä".repeat(123));
  assert.ok(octetsOf(cut) <= MAX_NAME_OCTETS);
  assert.equal(cleanName("x".repeat(300)), "x".repeat(248));
});

test("one endless accented character does not get past the limit", () => {
  assert.ok(octetsOf(cleanName(`e${"\u0301".repeat(100_000)}`)) <= MAX_NAME_OCTETS);
});

test("of a name of two million characters only the first thousand are worked on", (context) => {
  const normalize = context.mock.method(String.prototype, "normalize");
  assert.equal(cleanName("\u202Ea".repeat(1_000_000)), "a".repeat(MAX_NAME_OCTETS));
  const [call] = normalize.mock.calls;
  assert.ok(String(call?.this).length <= 4 * MAX_NAME_OCTETS);
});

test("a name that is almost plain loses what is not", () => {
  for (const unit of ["a", "a ", "  a"]) {
    const cut = unit.repeat(248 / unit.length).slice(0, 247);
    assert.equal(cleanName(`${cut}\u0001`), cut.replaceAll(/ +/gu, " ").trim(), unit);
  }
  assert.equal(cleanName(`${" ".repeat(248)}\u0001`), "");
});

test("notes keep their lines and tabs and lose the rest", () => {
  assert.equal(cleanText("one\r\ntwo\tthree\u0007\u202E\rfour", 1000), "one\ntwo\tthree\nfour");
  assert.equal(octetsOf(cleanText("ü".repeat(5000), 4000)), 4000);
});
