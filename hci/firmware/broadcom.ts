/**
 * Firmware of Broadcom chips: a list of HCI commands that write memory, and one that starts what was written. Nothing
 * else may be in it: a file must not be able to send the adapter what it likes.
 */
import type { Bytes } from "../ports.ts";
import { BROADCOM_LAUNCH_RAM, BROADCOM_WRITE_RAM } from "./commands.ts";
import { damaged, FirmwareError } from "./error.ts";

/** Company identifier. */
export const BROADCOM = 0x000f;
const MAX_FILE = 512 * 1024;
/** Four octets of address in both. */
const ADDRESS = 4;

export interface BroadcomRecord {
  readonly opcode: number;
  readonly parameters: Bytes;
}

export interface BroadcomFirmware {
  readonly family: "broadcom";
  readonly records: readonly BroadcomRecord[];
}

export function looksLikeBroadcom(file: Uint8Array): boolean {
  return ((file[0] ?? 0) | ((file[1] ?? 0) << 8)) === BROADCOM_WRITE_RAM;
}

/** Throws FirmwareError. */
export function parseBroadcom(file: Uint8Array): BroadcomFirmware {
  if (file.length > MAX_FILE) throw new FirmwareError("too-large", "Cannot use this file: it is too large");
  if (!looksLikeBroadcom(file))
    throw new FirmwareError("unknown-file", "Cannot use this file: not a Broadcom firmware");
  const records: BroadcomRecord[] = [];
  for (let at = 0; at < file.length; ) {
    if (records.at(-1)?.opcode === BROADCOM_LAUNCH_RAM) throw damaged("it goes on after its end");
    const [low = 0, high = 0, length] = file.subarray(at, at + 3);
    const end = at + 3 + (length ?? 0);
    if (length === undefined || end > file.length) throw damaged("it is cut short");
    records.push(record(low | (high << 8), Uint8Array.from(file.subarray(at + 3, end))));
    at = end;
  }
  if (records.at(-1)?.opcode !== BROADCOM_LAUNCH_RAM) throw damaged("it is cut short");
  return { family: "broadcom", records };
}

function record(opcode: number, parameters: Bytes): BroadcomRecord {
  const fits =
    (opcode === BROADCOM_WRITE_RAM && parameters.length > ADDRESS) ||
    (opcode === BROADCOM_LAUNCH_RAM && parameters.length === ADDRESS);
  if (!fits) throw damaged(`it holds a command that writes no firmware (0x${opcode.toString(16)})`);
  return { opcode, parameters };
}
