import type { Failure, PairingReason } from "../failure.ts";

/** Whose code it is. ATT, HCI and SMP are the specification's own; the others are stacks and systems. */
export type Stack =
  | "att"
  | "hci"
  | "smp"
  | "nimble"
  | "bluedroid"
  | "btstack"
  | "bluez"
  | "core-bluetooth"
  | "winrt"
  | "web-bluetooth";

/** What a code says about a bond that was proven before. `if-encrypting`: suspect as the answer to an encryption. */
export type BondVerdict = "keep" | "suspect" | "if-encrypting" | "none";

export interface ForeignEntry {
  /** Null where the stack has names only. */
  readonly code: number | null;
  /** As its specification or header writes it. */
  readonly name: string;
  /** Other spellings that people paste. */
  readonly also: readonly string[];
  readonly failure: Failure;
  readonly bond: BondVerdict;
}

export function entry(
  code: number | null,
  name: string,
  failure: Failure,
  bond: BondVerdict = "keep",
  ...also: string[]
): ForeignEntry {
  return { code, name, also, failure, bond };
}

export const pairing = (reason: PairingReason): Failure => ({ kind: "pairing-failed", reason });

export const LINK_LOST: Failure = { kind: "link-lost", during: "idle" };
export const NOT_REACHED: Failure = { kind: "unreachable", detail: "attempt-failed" };
export const NOT_REACHED_WHY: Failure = { kind: "unreachable", detail: "unknown" };
export const BUSY: Failure = { kind: "busy", what: "operation" };
export const BUSY_CONNECT: Failure = { kind: "busy", what: "connect" };
export const SYSTEM_ERROR: Failure = { kind: "system-error" };
export const ADAPTER_OFF: Failure = { kind: "adapter", state: "off" };
export const NOT_PAIRED: Failure = { kind: "access-refused", why: "not-paired", ambiguous: false };
export const NOT_PERMITTED: Failure = { kind: "access-refused", why: "not-permitted", ambiguous: false };
export const NOT_AUTHORIZED: Failure = { kind: "access-refused", why: "not-authorized", ambiguous: false };
export const KEY_TOO_SHORT: Failure = { kind: "access-refused", why: "key-size", ambiguous: false };
export const NO_KEY: Failure = { kind: "key-refused", reason: "key-missing" };
export const WRONG_KEY: Failure = { kind: "key-refused", reason: "key-mismatch" };
export const NOT_ENCRYPTED: Failure = { kind: "key-refused", reason: "encryption-refused" };
export const CANCELLED: Failure = { kind: "cancelled", by: "caller" };
