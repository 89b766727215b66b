/** Codes that came another way: every one that is made is read back; what is hostile is named and never quoted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { seededRandom } from "../../../hci/virtual/random.ts";
import { oobLabel } from "../../../hci/virtual/peripherals/oob-label.ts";
import { MAX_OOB_TEXT, type OobProblem, parseOobCode } from "../../../src/formats/oob-code.ts";

const ADDRESS = "081b4d7e113bc6c001";
const ROLE = "021c00";
const CONFIRM = "000102030405060708090a0b0c0d0e0f";
const RANDOM = "f0e0d0c0b0a090807060504030201000";
const WHOLE = `${ADDRESS}${ROLE}1122${CONFIRM}1123${RANDOM}`;

function problem(text: string): OobProblem {
  const parsed = parseOobCode(text);
  assert(parsed.kind === "problem", text);
  return parsed.problem;
}

function code(text: string) {
  const parsed = parseOobCode(text);
  assert(parsed.kind === "code", JSON.stringify(parsed));
  const { peerId, confirm, random } = parsed.code;
  return { peerId, confirm: toHex(confirm), random: toHex(random) };
}

const turned = (hex: string): string => Buffer.from(hex, "hex").reverse().toString("hex");
const READ = { peerId: "random-c0c63b117e4d", confirm: turned(CONFIRM), random: turned(RANDOM) };

test("The payload of a tag, however its octets are written and in whatever order its entries stand", () => {
  assert.deepEqual(code(WHOLE), READ);
  assert.deepEqual(code(WHOLE.toUpperCase().replaceAll(/(..)(?=.)/g, "$1:")), READ);
  assert.deepEqual(code(WHOLE.replaceAll(/(..)/g, "0x$1, ")), READ);
  assert.deepEqual(code(`\n  ${WHOLE.replaceAll(/(.{32})/g, "$1\r\n")}\n`), READ);
  assert.deepEqual(
    code(`1123${RANDOM}02ff00${ROLE}1122${CONFIRM}020a04${ADDRESS}`),
    READ,
    "unknown ones are skipped",
  );
  assert.equal(code(WHOLE.replace("c001", "c000")).peerId, "public-c0c63b117e4d");
  assert.equal(
    code(WHOLE.replace("c001", "c0ff")).peerId,
    "random-c0c63b117e4d",
    "reserved bits say nothing",
  );
  assert.equal(code(`1122${CONFIRM}1123${RANDOM}`).peerId, null);
  // The order of an address as ndeflib, a library of others for such tags, writes 01:02:03:04:05:06.
  assert.equal(code(`081b06050403020100${ROLE}1122${CONFIRM}1123${RANDOM}`).peerId, "public-010203040506");
});

test("Both values alone, in two lines", () => {
  const read = { ...READ, peerId: null };
  assert.deepEqual(code(`${CONFIRM}\n${RANDOM}`), read);
  assert.deepEqual(code(` 0x${CONFIRM} \r\n\r\n${RANDOM.toUpperCase()}\n`), read);
  assert.equal(
    problem(`${CONFIRM}${RANDOM}`).kind,
    "cut-off",
    "in one line it is a block, and none that is whole",
  );
  assert.equal(problem(`${CONFIRM}00\n${RANDOM}`).kind, "cut-off");
});

test("Whatever a device makes is read back", () => {
  const random = seededRandom(7, "labels").stream("octets");
  for (let i = 0; i < 500; i++) {
    const address: Address = { type: i % 2 === 0 ? "public" : "random", octets: random.octets(6) };
    const values = { confirm: random.octets(16), random: random.octets(16) };
    const label = toHex(oobLabel(address, values, random.octets(i % 30)));
    assert.deepEqual(code(label), {
      peerId: `${address.type}-${toHex(address.octets)}`,
      confirm: toHex(values.confirm),
      random: toHex(values.random),
    });
  }
});

const WRONG: readonly (readonly [text: string, problem: OobProblem])[] = [
  ["", { kind: "empty" }],
  [" \n\t", { kind: "empty" }],
  ["00".repeat(MAX_OOB_TEXT), { kind: "too-long", most: MAX_OOB_TEXT }],
  [" ".repeat(MAX_OOB_TEXT) + WHOLE, { kind: "too-long", most: MAX_OOB_TEXT }],
  ["https://example.org/", { kind: "not-hex" }],
  [`${WHOLE}٣٣`, { kind: "not-hex" }],
  [WHOLE.slice(1), { kind: "half-an-octet" }],
  [WHOLE.slice(2), { kind: "cut-off" }],
  [WHOLE.slice(0, -2), { kind: "cut-off" }],
  [`${WHOLE}00`, { kind: "cut-off" }],
  [`${WHOLE}05`, { kind: "cut-off" }],
  [
    `1022${CONFIRM.slice(2)}1123${RANDOM}`,
    { kind: "length", item: "confirmation", octets: 15, expected: 16 },
  ],
  [`1122${CONFIRM}1223${RANDOM}00`, { kind: "length", item: "random", octets: 17, expected: 16 }],
  [`071b4d7e113bc6c0${ROLE}`, { kind: "length", item: "address", octets: 6, expected: 7 }],
  ["011c", { kind: "length", item: "role", octets: 0, expected: 1 }],
  [`${WHOLE}1123${RANDOM}`, { kind: "twice", item: "random" }],
  [`${WHOLE}${ADDRESS}`, { kind: "twice", item: "address" }],
  [ADDRESS + ROLE, { kind: "missing", values: ["confirmation", "random"], oldKey: false }],
  [`${ADDRESS}1122${CONFIRM}`, { kind: "missing", values: ["random"], oldKey: false }],
  [`${ADDRESS}1123${RANDOM}`, { kind: "missing", values: ["confirmation"], oldKey: false }],
  [`${ADDRESS}1110${CONFIRM}`, { kind: "missing", values: ["confirmation", "random"], oldKey: true }],
  [WHOLE.replace(ROLE, "021c01"), { kind: "central-only" }],
];

for (const [text, expected] of WRONG)
  test(`Refused: ${text.trim().slice(0, 40)} (${text.length}): ${expected.kind}`, () => {
    assert.deepEqual(problem(text), expected);
    assert.ok(!JSON.stringify(problem(text)).includes(CONFIRM.slice(4, 12)), "it is not quoted");
  });

test("Octets at random, and every cut and change of a good code, end in a code or a problem", () => {
  const random = seededRandom(11, "hostile").stream("octets");
  for (let i = 0; i < 3000; i++) parseOobCode(toHex(random.octets(i % 90)));
  for (let at = 0; at < WHOLE.length; at++) {
    assert.equal(parseOobCode(WHOLE.slice(0, at)).kind, "problem");
    for (const digit of "0f") parseOobCode(WHOLE.slice(0, at) + digit + WHOLE.slice(at + 1));
  }
});
