/** What WebUSB and Web Serial throw, by name first and text second. Unknown stays unknown, with its text. */
import { DeviceError, type Failure } from "../../failure.ts";

type Row = readonly [name: string, text: string, failure: Failure];

const LOST: Failure = { kind: "adapter", state: "lost" };
const HELD: Failure = { kind: "adapter", state: "held" };
const GESTURE: Failure = { kind: "needs-gesture" };
const PROTECTED: Failure = { kind: "not-supported", what: "device" };
const DENIED: Failure = { kind: "blocked", by: "system-permission" };
const POLICY: Failure = { kind: "blocked", by: "permissions-policy" };
const CLOSED: Failure = { kind: "cancelled", by: "chooser" };

/** The first row whose name is the error's, and whose text is in its message. */
const ROWS: readonly Row[] = [
  ["NotFoundError", "No device selected", CLOSED],
  ["NotFoundError", "No port selected", CLOSED],
  ["NotFoundError", "disconnected", LOST],
  ["NotFoundError", "", { kind: "adapter", state: "missing" }],
  ["SecurityError", "protected class", PROTECTED],
  ["SecurityError", "transfer was not allowed", PROTECTED],
  ["SecurityError", "user gesture", GESTURE],
  ["SecurityError", "permissions policy", POLICY],
  ["SecurityError", "Access denied", DENIED],
  ["SecurityError", "", DENIED],
  ["NetworkError", "Unable to claim interface", HELD],
  ["NetworkError", "Failed to open serial port", HELD],
  ["NetworkError", "", LOST],
  ["BreakError", "", LOST],
  ["FramingError", "", LOST],
  ["ParityError", "", LOST],
  ["BufferOverrunError", "", LOST],
  ["AbortError", "", LOST],
  ["InvalidStateError", "already open", HELD],
  ["InvalidStateError", "", { kind: "system-error" }],
];

export function portFailure(error: unknown): Failure {
  if (error instanceof DeviceError) return error.failure;
  const name = error instanceof Error ? error.name : "Error";
  const text = error instanceof Error ? error.message : String(error);
  const row = ROWS.find(([rowName, part]) => rowName === name && text.includes(part));
  return row?.[2] ?? { kind: "unknown", name, text: text.slice(0, 500) };
}

export function portError(cause: unknown): DeviceError {
  return cause instanceof DeviceError ? cause : new DeviceError(portFailure(cause), { cause });
}
