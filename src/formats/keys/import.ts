/**
 * From picked files to bonds that can be looked at before anything is stored. Nothing here counts as proven, and a file
 * that cannot be read is an error, never "no bonds".
 */
import { readAioble } from "./aioble.ts";
import type { PeerTable } from "./attribute-table.ts";
import { readBluez } from "./bluez.ts";
import { readBtstack } from "./btstack.ts";
import { readBumble } from "./bumble.ts";
import { detect } from "./detect.ts";
import { type Finding, Findings } from "./findings.ts";
import { readHabluetooth } from "./habluetooth.ts";
import { checkSizes, type ImportOptions, type KeyFiles, LIMITS } from "./input.ts";
import { lint } from "./lint.ts";
import { readNodeBleHost } from "./node-ble-host.ts";
import { KeyFileError } from "./problem.ts";
import type { Reader } from "./reader.ts";
import type { FormatId, Identity, KeyRecord, OwnIdentity } from "./record.ts";
import { readWindows } from "./windows.ts";
import { readZephyr } from "./zephyr.ts";

/** A device in the file of which no key can be used; why is among the findings. */
export interface RejectedBond {
  readonly local: Identity | null;
  readonly peer: Identity;
  readonly name: string | null;
}

export interface KeyImport {
  readonly format: FormatId;
  /** All of them `unproven`. */
  readonly bonds: readonly KeyRecord[];
  readonly rejected: readonly RejectedBond[];
  readonly identities: readonly OwnIdentity[];
  readonly tables: readonly PeerTable[];
  /** In the order in which they were found; at most some thousands. */
  readonly findings: readonly Finding[];
}

const READERS: Readonly<Record<FormatId, Reader>> = {
  habluetooth: readHabluetooth,
  bluez: readBluez,
  bumble: readBumble,
  aioble: readAioble,
  btstack: readBtstack,
  "node-ble-host": readNodeBleHost,
  windows: readWindows,
  zephyr: readZephyr,
};

/** Reads `files` as `format`, or as what they look like. Throws `KeyFileError`. */
export function importKeys(files: KeyFiles, options: ImportOptions, format?: FormatId): KeyImport {
  checkSizes(files);
  const known = format ?? detect(files);
  const findings = new Findings();
  const read = READERS[known](files, { aes: options.aes, findings });
  if (read.records.length > LIMITS.bonds)
    throw new KeyFileError({ kind: "too-many", what: "bonds", limit: LIMITS.bonds });
  const linted = lint(read.records, { adapters: options.adapters });
  return {
    format: known,
    bonds: linted.records,
    rejected: [...linted.dropped].map(({ local, peer, name }) => ({ local, peer, name })),
    identities: read.identities,
    tables: read.tables,
    findings: [...findings.list, ...linted.findings],
  };
}
