import assert from "node:assert/strict";
import { test } from "node:test";
import { explainForeign } from "../../../src/link/foreign.ts";
import type { Stack } from "../../../src/link/foreign/entry.ts";
import { ATT, HCI, SMP } from "../../../src/link/foreign/specification.ts";
import { BLUEDROID, BLUEDROID_PAIRING, BTSTACK, NIMBLE } from "../../../src/link/foreign/stacks.ts";
import { BLUEZ, CORE_BLUETOOTH, WINRT_PAIRING, WINRT_STATUS } from "../../../src/link/foreign/systems.ts";
import { TRANSLATIONS } from "../../../src/link/web-bluetooth/translate.ts";

/** Every reading as "stack code kind reason". */
function read(text: string, hint?: Stack): string[] {
  return explainForeign(text, hint).map(({ stack, code, failure }) =>
    [
      stack,
      code ?? "-",
      failure.kind,
      ..."reason why".split(" ").flatMap((field) => (field in failure ? [Reflect.get(failure, field)] : [])),
    ].join(" "),
  );
}

const PASTED: readonly (readonly [string, readonly string[]])[] = [
  // The same refusal in the words of eight stacks.
  [
    "5",
    [
      "att 0x05 access-refused not-paired",
      "hci 0x05 key-refused encryption-refused",
      "smp 0x05 pairing-failed not-supported-by-peer",
    ],
  ],
  ["ATT error 0x05", ["att 0x05 access-refused not-paired"]],
  ["261", ["nimble 0x105 access-refused not-paired"]],
  ["0x105", ["nimble 0x105 access-refused not-paired"]],
  ["Insufficient Authentication", ["att 0x05 access-refused not-paired"]],
  ["ATT_ERROR_INSUFFICIENT_AUTHENTICATION", ["att 0x05 access-refused not-paired"]],
  ["GATT_INSUF_AUTHENTICATION (5)", ["att 0x05 access-refused not-paired"]],
  ["HRESULT(0x80650005)", ["winrt 0x80650005 access-refused not-paired"]],
  ["onCharacteristicRead status=5", ["att 0x05 access-refused not-paired"]],

  ["271", ["nimble 0x10F access-refused not-paired"]],
  ["att status 0x0F", ["att 0x0F access-refused not-paired"]],
  ["att error 8", ["att 0x08 access-refused not-authorized"]],
  ["att error 0x0c", ["att 0x0C access-refused key-size"]],
  ["Insufficient Encryption Key Size", ["att 0x0C access-refused key-size"]],
  ["CBATTErrorDomain Code=15 “Encryption is insufficient.”", ["att 0x0F access-refused not-paired"]],

  ["btstack: 5", ["att 0x05 access-refused not-paired", "hci 0x05 key-refused encryption-refused"]],
  ["BTstack att status 0x70", ["btstack 0x70 key-refused key-missing"]],

  ["HCI 0x06", ["hci 0x06 key-refused key-missing"]],
  ["disconnect reason 0x3d", ["hci 0x3D key-refused key-mismatch"]],
  ["disconnected, reason 62", ["hci 0x3E unreachable"]],
  ["rc=531", ["nimble 0x213 link-lost"]],
  ["nimble status 1285", ["nimble 0x505 pairing-failed not-supported-by-peer"]],
  ["SMP failed, reason 0x09", ["smp 0x09 pairing-failed repeated-attempts"]],
  ["Pairing failed: 4", ["smp 0x04 pairing-failed confirm-failed"]],

  ["status=133", ["bluedroid 0x85 unreachable", "att 0x85 att-error"]],
  ["android gatt 137", ["bluedroid 0x89 pairing-failed authentication-failed", "att 0x89 att-error"]],
  ["onConnectionStateChange status=22", ["hci 0x16 link-lost"]],
  ["onConnectionStateChange status=8", ["hci 0x08 link-lost"]],
  ["onConnectionStateChange status=19", ["hci 0x13 link-lost"]],
  ["ESP_AUTH_SMP auth fail reason 97", ["bluedroid 0x61 key-refused encryption-refused"]],

  ["org.bluez.Error.AuthenticationFailed", ["bluez - pairing-failed authentication-failed"]],
  ["org.bluez.Error.AuthenticationCanceled", ["bluez - pairing-failed os-canceled"]],
  ["[org.bluez.Error.NotPermitted] Not paired", ["bluez - access-refused not-permitted"]],
  ["[org.bluez.Error.Failed] le-connection-abort-by-local", ["bluez - unreachable", "bluez - att-error"]],

  ["CBErrorDomain Code=14", ["core-bluetooth 14 key-refused key-missing"]],
  ["Peer removed pairing information", ["core-bluetooth 14 key-refused key-missing"]],
  ["CBErrorDomain Code=6", ["core-bluetooth 6 unreachable"]],
  ["GattCommunicationStatus.Unreachable", ["winrt 1 unreachable"]],
  ["DevicePairingResultStatus: ProtectionLevelCouldNotBeMet", ["winrt 11 pairing-failed auth-requirements"]],

  ["NetworkError: Authentication canceled.", ["web-bluetooth - pairing-failed os-canceled"]],
  ["DOMException: GATT operation not authorized.", ["web-bluetooth - access-refused not-authorized"]],
  [
    "Uncaught (in promise) NotFoundError: Failed to execute 'requestDevice' on 'Bluetooth': User cancelled the requestDevice() chooser.",
    ["web-bluetooth - cancelled"],
  ],
];

for (const [text, expected] of PASTED) {
  test(`"${text.slice(0, 70)}" is read as ${expected[0]}`, () => {
    assert.deepEqual(read(text), expected);
  });
}

test("a hint decides whose number it is", () => {
  assert.deepEqual(read("5", "smp"), ["smp 0x05 pairing-failed not-supported-by-peer"]);
  assert.deepEqual(read("14", "core-bluetooth"), ["core-bluetooth 14 key-refused key-missing"]);
  assert.deepEqual(read("23", "nimble"), ["nimble 0x17 access-refused not-paired"]);
});

test("a stack that has no such number does not hide the others that have", () => {
  assert.deepEqual(read("SMP 261"), ["nimble 0x105 access-refused not-paired"]);
});

test("addresses, UUIDs, times and versions are no error codes", () => {
  for (const text of [
    "AA:BB:05:06:0F:08",
    "0000180f-0000-1000-8000-00805f9b34fb",
    "12:05:06.005",
    "BlueZ 5.66",
    "2026-05-06",
    "/org/bluez/hci0/dev_05",
    "no error at all",
    "",
  ]) {
    assert.deepEqual(read(text), [], text);
  }
});

test("what was found by number only is marked so", () => {
  assert.deepEqual(
    explainForeign("6").map(({ certainty }) => certainty),
    ["number", "number", "number"],
  );
  assert.equal(explainForeign("PIN or Key Missing")[0]?.certainty, "named");
});

test("what a code says about the bond comes with it", () => {
  const verdict = (text: string): string | undefined => explainForeign(text)[0]?.bond;
  assert.equal(verdict("HCI 0x06"), "suspect");
  assert.equal(verdict("HCI 0x08"), "keep");
  assert.equal(verdict("HCI 0x1A"), "if-encrypting");
  assert.equal(verdict("HCI 0x1F"), "none");
  assert.equal(verdict("SMP 0x04"), "keep");
});

test("a hostile text is bounded: its length, its numbers, its readings", () => {
  const many = Array.from({ length: 5_000 }, (_, index) => index).join(" ");
  assert(explainForeign(many).length <= 12);
  assert.equal(explainForeign("org.bluez.Error.".repeat(100_000)).length, 0);
  assert.equal(explainForeign("0x".repeat(100_000)).length, 0);
  assert.equal(explainForeign(`${"<img src=x onerror=alert()>".repeat(10)} ATT error 0x05`)[0]?.code, "0x05");
  const far = `${"<img src=x onerror=alert()>".repeat(10_000)} ATT error 0x05`;
  assert.equal(explainForeign(far).length, 0, "what stands far behind is not looked at");
});

test("nothing of a pasted text comes back", () => {
  const text = "secret-name <img src=x> ATT error 0x05 passkey is hidden";
  assert.doesNotMatch(JSON.stringify(explainForeign(text)), /secret|img|passkey is/);
});

test("no table has a code twice", () => {
  for (const table of [
    ATT,
    HCI,
    SMP,
    NIMBLE,
    BLUEDROID,
    BLUEDROID_PAIRING,
    BTSTACK,
    CORE_BLUETOOTH,
    WINRT_STATUS,
    WINRT_PAIRING,
  ]) {
    const codes = table.map(({ code }) => code);
    assert.equal(new Set(codes).size, codes.length);
  }
});

test("every entry of every table can be found by its number or its name", () => {
  const found = (text: string, name: string, hint?: Stack): boolean =>
    explainForeign(text, hint).some((each) => each.name === name);
  for (const [stack, table] of [
    ["att", ATT],
    ["hci", HCI],
    ["smp", SMP],
    ["nimble", NIMBLE],
    ["bluedroid", [...BLUEDROID, ...BLUEDROID_PAIRING]],
    ["btstack", BTSTACK],
    ["core-bluetooth", CORE_BLUETOOTH],
    ["winrt", WINRT_STATUS],
  ] as const) {
    for (const { code, name } of table) assert(found(String(code), name, stack), `${stack} ${name}`);
  }
  for (const { name } of BLUEZ) assert(found(`org.bluez.Error.${name}: why`, name), name);
  for (const { name } of WINRT_PAIRING) {
    assert(found(`DevicePairingResultStatus.${name}`, name), name);
  }
  for (const { name, text, only } of TRANSLATIONS) {
    if (text !== "" && only === undefined) assert(found(`${name}: ${text}.`, `${name}: ${text}`), text);
  }
});

test("an SMP code has the same reason in every stack that passes it on", () => {
  for (const { code, failure } of SMP) {
    assert(code !== null);
    for (const base of [0x400, 0x500]) {
      assert.deepEqual(NIMBLE.find((each) => each.code === code + base)?.failure, failure);
    }
    const bluedroid = BLUEDROID_PAIRING.find((each) => each.code === code + 77);
    if (code <= 0x0e) assert.deepEqual(bluedroid?.failure, failure);
  }
});

test("words that every error text has are no code of Bluedroid, its own spelling is", () => {
  const stacks = (text: string) => explainForeign(text).map(({ stack }) => stack);
  assert.deepEqual(stacks("NetworkError: GATT Error: Not paired."), ["web-bluetooth"]);
  assert.ok(stacks("status=GATT_ERROR").includes("bluedroid"));
});
