/**
 * From bonds to files of another host. The caller has the person's consent and an open vault: such a file lets its
 * holder listen and impersonate. Nothing is written that is not known.
 */
import { printAioble } from "./aioble-print.ts";
import type { PeerTable } from "./attribute-table.ts";
import { printBluez } from "./bluez-print.ts";
import { printBumble } from "./bumble-print.ts";
import { printHabluetooth } from "./habluetooth-print.ts";
import { heldBy, type Unfit } from "./holds.ts";
import { checkSizes, type ImportOptions, type KeyFiles } from "./input.ts";
import type { Printer } from "./print-context.ts";
import { type FormatId, FORMATS, type KeyRecord, type WrittenFormat } from "./record.ts";
import { sameValue } from "../../storage/same.ts";

export interface ExportOptions {
  readonly aes: ImportOptions["aes"];
  /** What lies there already: bonds of other devices, unknown fields and other files in it stay as they are. */
  readonly into?: KeyFiles;
  /** habluetooth: `hci0` where left out. */
  readonly adapterName?: string;
  /** habluetooth: a new file is one for Home Assistant's storage folder. */
  readonly wrapped?: boolean;
  /** BlueZ: attribute tables for devices that the directory has none of. */
  readonly tables?: readonly PeerTable[];
}

/** Fields of a record, or what a format keeps beside it. */
export type LostField =
  | "local"
  | "ownIrk"
  | "irk"
  | "csrkLocal"
  | "csrkRemote"
  | "keySize"
  | "authenticated"
  | "oob"
  | "name"
  | "older-keys"
  | FormatId;

export interface ExportedBond {
  readonly bond: KeyRecord;
  /** What we know and the file does not say afterwards. */
  readonly lost: readonly LostField[];
  /** What the file says although we did not know: a size that the key's octets prove, a level that is not claimed. */
  readonly filled: readonly ("keySize" | "authenticated")[];
}

export interface KeyExport {
  /** All of `into`, with what changed. */
  readonly files: KeyFiles;
  readonly written: readonly ExportedBond[];
  readonly skipped: readonly { readonly bond: KeyRecord; readonly why: Unfit }[];
}

const PRINTERS: Readonly<Record<WrittenFormat, Printer>> = {
  habluetooth: printHabluetooth,
  bluez: printBluez,
  bumble: printBumble,
  aioble: printAioble,
};

/** Throws `KeyFileError` where `into` cannot be read: what is not understood is never overwritten. */
export function exportKeys(
  format: WrittenFormat,
  bonds: readonly KeyRecord[],
  options: ExportOptions,
): KeyExport {
  const { into = new Map<string, string>() } = options;
  if (into.size > 0) checkSizes(into);
  const checked = bonds.map((bond) => ({ bond, held: heldBy(format, bond) }));
  const fit = checked.flatMap(({ bond, held }) => ("unfit" in held ? [] : [{ bond, as: held.record }]));
  const { files, taken } = PRINTERS[format](
    fit.map(({ bond }) => bond),
    {
      aes: options.aes,
      into,
      adapterName: options.adapterName ?? "hci0",
      wrapped: options.wrapped ?? false,
      tables: options.tables ?? [],
    },
  );
  const skipped = checked.flatMap(({ bond, held }) => {
    const why = "unfit" in held ? held.unfit : taken.has(bond) ? ("place-taken" as const) : null;
    return why === null ? [] : [{ bond, why }];
  });
  const written = fit.filter(({ bond }) => !taken.has(bond));
  return { files, written: written.map(({ bond, as }) => difference(format, bond, as)), skipped };
}

const COMPARED = ["ownIrk", "irk", "csrkLocal", "csrkRemote", "name", "keySize", "authenticated"] as const;

function difference(format: WrittenFormat, bond: KeyRecord, held: KeyRecord): ExportedBond {
  const lost: LostField[] = COMPARED.filter(
    (name) => bond[name] !== null && !sameValue(bond[name], held[name]),
  );
  if (bond.local !== null && bond.local.address !== held.local?.address) lost.push("local");
  if (bond.oob === true && held.oob !== true) lost.push("oob");
  if (bond.keys.others.length > held.keys.others.length) lost.push("older-keys");
  lost.push(...FORMATS.filter((other) => other !== format && bond.extra[other] !== undefined));
  const filled = (["keySize", "authenticated"] as const).filter(
    (name) => bond[name] === null && held[name] !== null,
  );
  return { bond, lost, filled };
}
