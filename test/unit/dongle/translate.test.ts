/** What WebUSB and Web Serial throw, row by row, in the product's words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceError, type Failure } from "../../../src/link/failure.ts";
import { portError, portFailure } from "../../../src/link/hci/transports/translate-port.ts";

const ADAPTER = (state: "held" | "lost" | "missing"): Failure => ({ kind: "adapter", state });
const CHOOSER: Failure = { kind: "cancelled", by: "chooser" };
const PROTECTED: Failure = { kind: "not-supported", what: "device" };

/** As Chromium writes them; calls put their own words before some. */
const ROWS: readonly (readonly [name: string, text: string, failure: Failure])[] = [
  ["NotFoundError", "Failed to execute 'requestDevice' on 'USB': No device selected.", CHOOSER],
  ["NotFoundError", "Failed to execute 'requestPort' on 'Serial': No port selected by the user.", CHOOSER],
  ["NotFoundError", "The device was disconnected.", ADAPTER("lost")],
  [
    "NotFoundError",
    "The interface number provided is not supported by the device in its current configuration.",
    ADAPTER("missing"),
  ],
  ["SecurityError", "The requested interface implements a protected class.", PROTECTED],
  ["SecurityError", "The transfer was not allowed.", PROTECTED],
  [
    "SecurityError",
    "Must be handling a user gesture to show a permission request.",
    { kind: "needs-gesture" },
  ],
  [
    "SecurityError",
    'Access to the feature "usb" is disallowed by permissions policy.',
    { kind: "blocked", by: "permissions-policy" },
  ],
  ["SecurityError", "Access denied.", { kind: "blocked", by: "system-permission" }],
  ["NetworkError", "Unable to claim interface.", ADAPTER("held")],
  ["NetworkError", "Failed to execute 'open' on 'SerialPort': Failed to open serial port.", ADAPTER("held")],
  ["NetworkError", "A transfer error has occurred.", ADAPTER("lost")],
  ["NetworkError", "The device has been lost.", ADAPTER("lost")],
  ["BreakError", "A break was received.", ADAPTER("lost")],
  ["FramingError", "Framing error", ADAPTER("lost")],
  ["ParityError", "Parity error", ADAPTER("lost")],
  ["BufferOverrunError", "Buffer overrun", ADAPTER("lost")],
  ["AbortError", "The transfer was cancelled.", ADAPTER("lost")],
  ["InvalidStateError", "The port is already open.", ADAPTER("held")],
  ["InvalidStateError", "The device must be opened first.", { kind: "system-error" }],
];

test("every exception has its failure, by name first and text second", () => {
  for (const [name, text, failure] of ROWS)
    assert.deepEqual(portFailure(new DOMException(text, name)), failure, `${name}: ${text}`);
});

test("the text of one name says nothing under another", () => {
  const failure = portFailure(new DOMException("No device selected.", "DataError"));
  assert.deepEqual(failure, { kind: "unknown", name: "DataError", text: "No device selected." });
});

test("what nobody knows stays unknown, with a text that has an end", () => {
  assert.deepEqual(portFailure("gone"), { kind: "unknown", name: "Error", text: "gone" });
  const long = portFailure(new DOMException("x".repeat(5_000), "DataError"));
  assert.ok(long.kind === "unknown" && long.text.length === 500);
});

test("a failure of ours passes as it is, and the original is kept as its cause", () => {
  const ours = new DeviceError({ kind: "vault-locked" });
  assert.equal(portError(ours), ours);
  const theirs = new DOMException("Access denied.", "SecurityError");
  assert.equal(portError(theirs).cause, theirs);
});
