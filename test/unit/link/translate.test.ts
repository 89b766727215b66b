import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceError } from "../../../src/link/failure.ts";
import type { Failure, Operation } from "../../../src/link/failure.ts";
import { deviceError, translate, TRANSLATIONS } from "../../../src/link/web-bluetooth/translate.ts";

/** Every exception of Chromium's Web Bluetooth that we know: name, whole text, operation, what it stands for. */
const ROWS: readonly (readonly [string, string, Operation, Failure])[] = [
  [
    "NotFoundError",
    "User cancelled the requestDevice() chooser.",
    "choose",
    { kind: "cancelled", by: "chooser" },
  ],
  ["NotFoundError", "Bluetooth adapter not available.", "choose", { kind: "adapter", state: "missing" }],
  ["NotFoundError", "Bluetooth Low Energy not available.", "choose", { kind: "adapter", state: "too-old" }],
  [
    "NotFoundError",
    "Web Bluetooth API globally disabled.",
    "choose",
    { kind: "blocked", by: "site-setting" },
  ],
  [
    "NotFoundError",
    "User or their enterprise policy has disabled Web Bluetooth.",
    "choose",
    { kind: "blocked", by: "site-setting" },
  ],
  [
    "NotFoundError",
    "User denied the browser permission to scan for Bluetooth devices.",
    "choose",
    { kind: "blocked", by: "system-permission" },
  ],
  [
    "NotFoundError",
    "Web Bluetooth is not supported on this platform. For a list of supported platforms see: https://goo.gl/J6ASzs",
    "choose",
    { kind: "api-missing", why: "browser" },
  ],
  ["NotFoundError", "User selected a device that doesn't exist anymore.", "choose", { kind: "device-gone" }],
  ["NotFoundError", "No Services found in device.", "discover", { kind: "not-found", what: "service" }],
  [
    "NotFoundError",
    "No Services matching UUID 0000180f-0000-1000-8000-00805f9b34fb found in Device.",
    "discover",
    { kind: "not-found", what: "service" },
  ],
  [
    "NotFoundError",
    "No Characteristics found in service.",
    "discover",
    { kind: "not-found", what: "characteristic" },
  ],
  [
    "NotFoundError",
    "No Descriptors found in Characteristic.",
    "discover",
    { kind: "not-found", what: "descriptor" },
  ],
  ["NotFoundError", "Does not exist.", "connect", { kind: "device-gone" }],
  [
    "SecurityError",
    "Must be handling a user gesture to show a permission request.",
    "choose",
    { kind: "needs-gesture" },
  ],
  [
    "SecurityError",
    "Origin is not allowed to access the service. Tip: Add the service UUID to 'optionalServices'",
    "discover",
    { kind: "service-not-allowed", why: "not-requested" },
  ],
  [
    "SecurityError",
    "Origin is not allowed to access any service. Tip: Add the service UUID to 'optionalServices'",
    "discover",
    { kind: "service-not-allowed", why: "not-requested" },
  ],
  [
    "SecurityError",
    "readValue() called on blocklisted object marked exclude-reads. https://goo.gl/4NeimX",
    "read",
    { kind: "service-not-allowed", why: "blocklisted" },
  ],
  [
    "SecurityError",
    "requestDevice() called with a filter containing a blocklisted UUID or manufacturer data.",
    "choose",
    { kind: "service-not-allowed", why: "blocklisted" },
  ],
  ["SecurityError", "GATT operation not authorized.", "connect", { kind: "permission-lost" }],
  [
    "SecurityError",
    "GATT operation not authorized.",
    "read",
    { kind: "access-refused", why: "not-authorized", ambiguous: false },
  ],
  [
    "SecurityError",
    'Access to the feature "bluetooth" is disallowed by permissions policy.',
    "choose",
    { kind: "blocked", by: "permissions-policy" },
  ],
  [
    "NetworkError",
    "Authentication failed.",
    "read",
    { kind: "pairing-failed", reason: "authentication-failed" },
  ],
  ["NetworkError", "Authentication canceled.", "read", { kind: "pairing-failed", reason: "os-canceled" }],
  [
    "NetworkError",
    "Authentication rejected.",
    "read",
    { kind: "pairing-failed", reason: "declined-by-peer" },
  ],
  ["NetworkError", "Authentication timeout.", "read", { kind: "pairing-failed", reason: "os-timeout" }],
  [
    "NetworkError",
    "GATT Error: Not paired.",
    "write",
    { kind: "access-refused", why: "not-paired", ambiguous: false },
  ],
  [
    "NetworkError",
    "Connection Error: Connection attempt failed.",
    "connect",
    { kind: "unreachable", detail: "attempt-failed" },
  ],
  [
    "NetworkError",
    "Unknown error when connecting to the device.",
    "connect",
    { kind: "unreachable", detail: "unknown" },
  ],
  [
    "NetworkError",
    "Connection failed for unknown reason.",
    "connect",
    { kind: "unreachable", detail: "unknown" },
  ],
  ["NetworkError", "Connection already in progress.", "connect", { kind: "busy", what: "connect" }],
  ["NetworkError", "GATT operation already in progress.", "read", { kind: "busy", what: "operation" }],
  [
    "NetworkError",
    "Bluetooth Device is no longer in range.",
    "connect",
    { kind: "unreachable", detail: "out-of-range" },
  ],
  [
    "NetworkError",
    "GATT Server is disconnected. Cannot retrieve services. (Re)connect first with `device.gatt.connect`.",
    "discover",
    { kind: "link-lost", during: "discover" },
  ],
  ["NetworkError", "Unsupported device.", "connect", { kind: "not-supported", what: "device" }],
  [
    "InvalidStateError",
    "Characteristic with UUID 00002a19-0000-1000-8000-00805f9b34fb is no longer valid. Remember to retrieve it again.",
    "read",
    { kind: "stale-handle" },
  ],
  ["InvalidStateError", "GATT Service no longer exists.", "discover", { kind: "stale-handle" }],
  ["InvalidStateError", "GATT Characteristic no longer exists.", "write", { kind: "stale-handle" }],
  ["InvalidStateError", "GATT Descriptor no longer exists.", "read", { kind: "stale-handle" }],
  ["InvalidStateError", "Connection Error: Not ready.", "connect", { kind: "adapter", state: "off" }],
  ["InvalidStateError", "Connection Error: Already connected.", "connect", { kind: "busy", what: "connect" }],
  ["InvalidStateError", "Connection Error: Already exists.", "connect", { kind: "busy", what: "connect" }],
  [
    "InvalidStateError",
    "Connection Error: Not connected.",
    "connect",
    { kind: "link-lost", during: "connect" },
  ],
  [
    "InvalidStateError",
    "Connection Error: Non-authentication timeout.",
    "connect",
    { kind: "unreachable", detail: "attempt-failed" },
  ],
  [
    "InvalidStateError",
    "User canceled the permission prompt.",
    "choose",
    { kind: "cancelled", by: "chooser" },
  ],
  [
    "NotSupportedError",
    "GATT operation not permitted.",
    "read",
    { kind: "access-refused", why: "not-permitted", ambiguous: false },
  ],
  [
    "NotSupportedError",
    "GATT Error: Not supported.",
    "subscribe",
    { kind: "not-supported", what: "operation" },
  ],
  ["NotSupportedError", "GATT operation failed for unknown reason.", "read", { kind: "att-error" }],
  ["NotSupportedError", "GATT Error Unknown.", "read", { kind: "att-error" }],
  ["NotSupportedError", "GATT Error: Unknown GattErrorCode.", "read", { kind: "att-error" }],
  ["InvalidModificationError", "GATT Error: invalid attribute length.", "write", { kind: "invalid-length" }],
  ["InvalidModificationError", "Value can't exceed 512 bytes.", "write", { kind: "invalid-length" }],
  ["UnknownError", "Connection Error: An internal error has occurred.", "connect", { kind: "system-error" }],
];

for (const [name, text, operation, failure] of ROWS) {
  test(`${name} "${text.slice(0, 60)}" from ${operation} is ${failure.kind}`, () => {
    const context = { operation, linux: false };
    assert.deepEqual(translate(new DOMException(text, name), context), failure);
    const prefixed = `Failed to execute '${operation}' on 'BluetoothThing': ${text}`;
    assert.deepEqual(translate(new DOMException(prefixed, name), context), failure);
  });
}

test("every row of the table is reached by some known text", () => {
  const reached = (row: (typeof TRANSLATIONS)[number]): boolean =>
    row.name === "TypeError" || ROWS.some(([name, text]) => name === row.name && text.includes(row.text));
  assert.deepEqual(
    TRANSLATIONS.filter((row) => !reached(row)),
    [],
  );
});

test("on Linux 'not permitted' may also mean that the device is not paired", () => {
  const error = new DOMException("GATT operation not permitted.", "NotSupportedError");
  assert.deepEqual(translate(error, { operation: "read", linux: true }), {
    kind: "access-refused",
    why: "not-permitted",
    ambiguous: true,
  });
});

test("a TypeError is our own mistake and keeps its text", () => {
  const error = new TypeError("Failed to execute 'requestDevice' on 'Bluetooth': required member filters");
  assert.deepEqual(translate(error, { operation: "choose", linux: false }), {
    kind: "usage",
    text: "Failed to execute 'requestDevice' on 'Bluetooth': required member filters",
  });
});

test("a text that nobody knows stays unknown, with name and text", () => {
  const error = new DOMException("The moon is in the wrong house.", "NetworkError");
  assert.deepEqual(translate(error, { operation: "read", linux: false }), {
    kind: "unknown",
    name: "NetworkError",
    text: "The moon is in the wrong house.",
  });
});

test("a known text under another name stays unknown: the name decides first", () => {
  const error = new DOMException("Authentication failed.", "SecurityError");
  assert.equal(translate(error, { operation: "read", linux: false }).kind, "unknown");
});

test("what is no error at all is unknown too, and long texts are cut", () => {
  const context = { operation: "read", linux: false } as const;
  assert.deepEqual(translate("boom", context), { kind: "unknown", name: "Error", text: "boom" });
  assert.deepEqual(translate(undefined, context), { kind: "unknown", name: "Error", text: "undefined" });
  const long = translate(new Error("x".repeat(10_000)), context);
  assert.equal(long.kind === "unknown" ? long.text.length : 0, 500);
});

test("a DeviceError passes unchanged; anything else becomes the cause of one", () => {
  const context = { operation: "read", linux: false } as const;
  const original = new DeviceError({ kind: "stale-handle" });
  assert.equal(deviceError(original, context), original);
  const cause = new DOMException("Authentication failed.", "NetworkError");
  assert.equal(deviceError(cause, context).cause, cause);
});
