/** Vendor commands that load firmware. Not in the specification: as the drivers of the Linux kernel use them. */
import { command } from "../codec/command.ts";
import type { Command } from "../codec/command.ts";
import { u16, u8 } from "../codec/integers.ts";
import { octets, rest } from "../codec/octets.ts";

const VENDOR = 0x3f;

/** 0xFC6D: which mask of the chip this is. */
export const RealtekReadRomVersion = command(
  "Realtek Read ROM Version",
  VENDOR,
  0x006d,
  {},
  { romVersion: u8 },
);
/** 0xFC61: two octets of a register; the five octets of its name go with the kind of access. */
export const RealtekReadRegister = command(
  "Realtek Read Register",
  VENDOR,
  0x0061,
  { register: octets(5) },
  { value: u16 },
);
/** 0xFC20: one fragment; the answer names the index that was taken. */
export const RealtekDownload = command(
  "Realtek Download",
  VENDOR,
  0x0020,
  { index: u8, fragment: rest },
  { index: u8 },
);

/** 0xFC2E: makes the chip ready to be written. */
export const BroadcomDownloadMinidriver = command("Broadcom Download Minidriver", VENDOR, 0x002e, {});
/** 0xFC4C: address, and what is written there. */
export const BROADCOM_WRITE_RAM = 0xfc4c;
/** 0xFC4E: starts what was written. */
export const BROADCOM_LAUNCH_RAM = 0xfc4e;

/** One command of a list whose octets are already those of the file. */
export function rawCommand(opcode: number): Command<{ readonly parameters: typeof rest }> {
  const declared = { parameters: rest };
  return command(`Vendor 0x${opcode.toString(16)}`, opcode >> 10, opcode & 0x03ff, declared, {
    more: rest,
  });
}
