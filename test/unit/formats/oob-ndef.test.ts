/** All of an NFC tag: the code in it is found and read; what is hostile in it is named and never quoted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, toHex } from "../../../hci/codec/bytes.ts";
import { MAX_NDEF_RECORDS } from "../../../src/formats/ndef.ts";
import { MAX_OOB_TEXT, type OobProblem, parseOobCode } from "../../../src/formats/oob-code.ts";
import {
  CLASSIC_OOB,
  type NdefParts,
  carrier,
  handoverSelect,
  leOob,
  ndefMessage,
} from "../../support/ndef.ts";

const CONFIRM = "000102030405060708090a0b0c0d0e0f";
const RANDOM = "f0e0d0c0b0a090807060504030201000";
const BLOCK = Buffer.from(`081b4d7e113bc6c001021c001122${CONFIRM}1123${RANDOM}`, "hex");
const turned = (hex: string): string => Buffer.from(hex, "hex").reverse().toString("hex");
const READ = { peerId: "random-c0c63b117e4d", confirm: turned(CONFIRM), random: turned(RANDOM) };

const uri: NdefParts = { tnf: 1, type: "U", payload: [4, 0x61, 0x2e, 0x65, 0x75] };
const app: NdefParts = { tnf: 4, type: "android.com:pkg", payload: [0x61, 0x2e, 0x62] };
const classic: NdefParts = { tnf: 2, type: CLASSIC_OOB, id: "1", payload: [8, 0, 1, 2, 3, 4, 5, 6] };
const other = Buffer.from(BLOCK.map((octet, i) => (i > 13 && i < 30 ? octet ^ 1 : octet)));

function code(message: Uint8Array) {
  const parsed = parseOobCode(toHex(message));
  assert(parsed.kind === "code", JSON.stringify(parsed));
  const { peerId, confirm, random } = parsed.code;
  return { peerId, confirm: toHex(confirm), random: toHex(random) };
}

function problem(message: Uint8Array): OobProblem {
  const parsed = parseOobCode(toHex(message));
  assert(parsed.kind === "problem");
  const told = JSON.stringify(parsed.problem);
  for (const secret of [CONFIRM, RANDOM]) assert.ok(!told.includes(secret.slice(4, 12)), told);
  return parsed.problem;
}

test("The octets of a tag as they stand: one short record, then the same with a long length and an ID", () => {
  const type = Buffer.from("application/vnd.bluetooth.le.oob").toString("hex");
  const block = BLOCK.toString("hex");
  const short = `d220${(BLOCK.length).toString(16)}${type}${block}`;
  const long = `ca20000000${BLOCK.length.toString(16)}01${type}30${block}`;
  for (const hex of [short, long]) assert.deepEqual(code(Buffer.from(hex, "hex")), READ);
  assert.equal(short, toHex(ndefMessage(leOob(BLOCK))));
  assert.equal(long, toHex(ndefMessage(leOob(BLOCK, { id: "0", long: true }))));
});

test("A Handover Select message as its specification draws it", () => {
  // Hs 1.5, one carrier that is active, its data in the record "0", no auxiliary data.
  const select = "91020a487315d10204616301013000";
  const type = Buffer.from("application/vnd.bluetooth.le.oob").toString("hex");
  const message = Buffer.from(
    `${select}5a20${BLOCK.length.toString(16)}01${type}30${BLOCK.toString("hex")}`,
    "hex",
  );
  assert.deepEqual(code(message), READ);
  assert.deepEqual(
    message,
    Buffer.from(ndefMessage(handoverSelect([carrier("0")]), leOob(BLOCK, { id: "0" }))),
  );
});

const TAGS: readonly (readonly [string, readonly NdefParts[]])[] = [
  ["among others", [uri, app, leOob(BLOCK), app]],
  ["names of media types have no case", [leOob(BLOCK, { type: "Application/VND.Bluetooth.LE.oob" })]],
  [
    "an empty record and an unknown format before it",
    [
      { tnf: 0, type: "", payload: [] },
      { tnf: 5, type: "", payload: [1] },
      { tnf: 7, type: "x", payload: [1] },
      leOob(BLOCK),
    ],
  ],
  [
    "a carrier for classic Bluetooth beside it",
    [handoverSelect([carrier("1"), carrier("ble", ["x", ""])]), classic, leOob(BLOCK, { id: "ble" })],
  ],
  [
    "carriers choose one of two",
    [handoverSelect([carrier("b")]), leOob(other, { id: "a" }), leOob(BLOCK, { id: "b" })],
  ],
  ["two carriers, one record", [handoverSelect([carrier("b"), carrier("b")]), leOob(BLOCK, { id: "b" })]],
  [
    "Handover Select behind another record, long",
    [
      uri,
      handoverSelect([uri, carrier("b", [], { long: true })], { long: true, id: "hs" }),
      leOob(BLOCK, { id: "b" }),
    ],
  ],
];

for (const [name, records] of TAGS)
  test(`Read: ${name}`, () => assert.deepEqual(code(ndefMessage(...records)), READ));

test("What is in the record is read as strictly as without it", () => {
  assert.deepEqual(problem(ndefMessage(leOob(BLOCK.subarray(0, -1)))), { kind: "cut-off" });
  assert.deepEqual(problem(ndefMessage(leOob([]))), {
    kind: "missing",
    values: ["confirmation", "random"],
    oldKey: false,
  });
  assert.deepEqual(problem(ndefMessage(leOob([0x02, 0x1c, 0x01]))), { kind: "central-only" });
  assert.deepEqual(problem(ndefMessage(leOob(Buffer.concat([BLOCK, Buffer.from([2, 0x1c, 0])])))), {
    kind: "twice",
    item: "role",
  });
});

const ndef = (fault: object, inside = false) => ({ kind: "ndef", inside, fault });
const hs = (payload: ArrayLike<number>) =>
  ndefMessage({ tnf: 1, type: "Hs", payload }, leOob(BLOCK, { id: "0" }));
const ac = (payload: readonly number[]) =>
  hs(concat([0x15], ndefMessage({ tnf: 1, type: "ac", payload: Uint8Array.from(payload) })));
const message = ndefMessage(uri, leOob(BLOCK));
const flagged = (at: number, mask: number): Uint8Array =>
  message.map((octet, i) => (i === at ? octet ^ mask : octet));
const second = ndefMessage(uri).length;

const WRONG: readonly (readonly [string, Uint8Array, object])[] = [
  ["one octet", Uint8Array.of(0xd2), ndef({ kind: "cut-off", record: 1 })],
  ["no payload length", Uint8Array.of(0xd2, 0x20), ndef({ kind: "cut-off", record: 1 })],
  ["half of a long payload length", Uint8Array.of(0xc2, 0x01, 0, 0, 0), ndef({ kind: "cut-off", record: 1 })],
  ["no ID length", Uint8Array.of(0xda, 0x00, 0x00), ndef({ kind: "cut-off", record: 1 })],
  ["a type longer than the rest", Uint8Array.of(0xd2, 0xff, 0, 0x61), ndef({ kind: "cut-off", record: 1 })],
  ["an ID longer than the rest", Uint8Array.of(0xda, 1, 0, 0xff, 0x61), ndef({ kind: "cut-off", record: 1 })],
  ["4 GiB", Uint8Array.of(0xc2, 1, 0xff, 0xff, 0xff, 0xff, 0x61), ndef({ kind: "cut-off", record: 1 })],
  ["2 GiB", Uint8Array.of(0xc2, 1, 0x80, 0, 0, 0, 0x61), ndef({ kind: "cut-off", record: 1 })],
  ["the last octet is missing", message.subarray(0, -1), ndef({ kind: "cut-off", record: 2 })],
  ["an octet more", concat(message, [0]), ndef({ kind: "after-end", octets: 1 })],
  [
    "another message behind it",
    concat(message, message),
    ndef({ kind: "after-end", octets: message.length }),
  ],
  ["chunked", flagged(second, 0x20), ndef({ kind: "chunked", record: 2 })],
  ["chunked from the first", flagged(0, 0x20), ndef({ kind: "chunked", record: 1 })],
  [
    "a later piece",
    ndefMessage(uri, { tnf: 6, type: "", payload: [1] }),
    ndef({ kind: "chunked", record: 2 }),
  ],
  ["a second beginning", flagged(second, 0x80), ndef({ kind: "begin", record: 2 })],
  ["no end", flagged(second, 0x40), ndef({ kind: "no-end" })],
  ["an end too early", flagged(0, 0x40), ndef({ kind: "after-end", octets: message.length - second })],
  [
    "an empty record that is none",
    ndefMessage({ tnf: 0, type: "", payload: [1] }),
    ndef({ kind: "type", record: 1 }),
  ],
  [
    "an unknown type with one",
    ndefMessage({ tnf: 5, type: "x", payload: [] }),
    ndef({ kind: "type", record: 1 }),
  ],
  [
    "a media type without one",
    ndefMessage({ tnf: 2, type: "", payload: [] }),
    ndef({ kind: "type", record: 1 }),
  ],
  [
    "too many records",
    ndefMessage(...Array.from({ length: MAX_NDEF_RECORDS + 1 }, () => uri)),
    ndef({ kind: "too-many", most: MAX_NDEF_RECORDS }),
  ],
  ["nothing for Bluetooth", ndefMessage(uri, app), { kind: "no-code", handover: false, classic: false }],
  [
    "an empty tag",
    ndefMessage({ tnf: 0, type: "", payload: [] }),
    { kind: "no-code", handover: false, classic: false },
  ],
  [
    "the type as an external one",
    ndefMessage(leOob(BLOCK, { tnf: 4 })),
    { kind: "no-code", handover: false, classic: false },
  ],
  ["classic alone", ndefMessage(classic), { kind: "no-code", handover: false, classic: true }],
  [
    "a carrier for classic alone",
    ndefMessage(handoverSelect([carrier("1")]), classic),
    { kind: "no-code", handover: true, classic: true },
  ],
  ["two codes", ndefMessage(leOob(BLOCK), leOob(other)), { kind: "several-codes" }],
  [
    "two carriers with codes",
    ndefMessage(
      handoverSelect([carrier("a"), carrier("b")]),
      leOob(BLOCK, { id: "a" }),
      leOob(other, { id: "b" }),
    ),
    { kind: "several-codes" },
  ],
  ["no carrier leads to it", hs([0x15]), { kind: "no-code", handover: true, classic: false }],
  [
    "two selections",
    ndefMessage(handoverSelect([carrier("0")]), handoverSelect([carrier("0")]), leOob(BLOCK, { id: "0" })),
    { kind: "handover", fault: "twice" },
  ],
  ["no version", hs([]), { kind: "handover", fault: "version" }],
  ["version 2", hs([0x20]), { kind: "handover", fault: "version" }],
  ["a selection that is no message", hs([0x15, 0x11]), ndef({ kind: "begin", record: 1 }, true)],
  ["a selection that is cut off", hs([0x15, 0xd1, 2, 4, 0x61]), ndef({ kind: "cut-off", record: 1 }, true)],
  [
    "a carrier in pieces",
    hs(concat([0x15], ndefMessage(carrier("0", [], { flags: 0x20 })))),
    ndef({ kind: "chunked", record: 1 }, true),
  ],
  ["a carrier of nothing", ac([]), { kind: "handover", fault: "carrier" }],
  ["a carrier without a count", ac([1, 1, 0x30]), { kind: "handover", fault: "carrier" }],
  ["a reference longer than the carrier", ac([1, 9, 0x30, 0]), { kind: "handover", fault: "carrier" }],
  [
    "fewer auxiliary references than counted",
    ac([1, 1, 0x30, 255, 0]),
    { kind: "handover", fault: "carrier" },
  ],
  [
    "an auxiliary reference that is cut off",
    ac([1, 1, 0x30, 1, 2, 0x61]),
    { kind: "handover", fault: "carrier" },
  ],
  ["octets behind the carrier", ac([1, 1, 0x30, 0, 0]), { kind: "handover", fault: "carrier" }],
  ["a carrier that leads nowhere", ac([1, 1, 0x31, 0]), { kind: "handover", fault: "lost" }],
  [
    "a reference of no octets is to no record",
    ndefMessage(handoverSelect([carrier("")]), leOob(BLOCK)),
    { kind: "handover", fault: "lost" },
  ],
  [
    "a carrier that leads to two",
    ndefMessage(handoverSelect([carrier("0")]), leOob(BLOCK, { id: "0" }), leOob(other, { id: "0" })),
    { kind: "handover", fault: "ambiguous" },
  ],
];

for (const [name, octets, expected] of WRONG)
  test(`Refused: ${name}`, () => assert.deepEqual(problem(octets), expected));

test("Every cut and every changed octet of a tag ends in a code or a problem; a cut never in a code", () => {
  const whole = ndefMessage(
    handoverSelect([carrier("1"), carrier("0")]),
    classic,
    leOob(BLOCK, { id: "0", long: true }),
  );
  for (let at = 1; at < whole.length; at++) {
    problem(whole.subarray(0, at));
    for (let value = 0; value < 256; value++)
      parseOobCode(toHex(whole.map((octet, i) => (i === at ? value : octet))));
  }
});

test("All of the largest common tag is short enough, with a separator behind each octet", () => {
  const room = 888 - ndefMessage(leOob(BLOCK)).length;
  const filler: NdefParts = { tnf: 4, type: "a.b:c", payload: new Uint8Array(room - 11), long: true };
  const full = ndefMessage(leOob(BLOCK), filler);
  const text = toHex(full).replaceAll(/(..)/g, "$1:");
  assert.equal(full.length, 888);
  assert.ok(text.length <= MAX_OOB_TEXT);
  assert.equal(parseOobCode(text).kind, "code");
});
