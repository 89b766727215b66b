/** Gives an adapter the firmware that a person brought, before a host takes it. */
import { ReadLocalVersionInformation, Reset } from "../host/commands/basic.ts";
import type { Returns } from "../codec/command.ts";
import type { Abort, Clock } from "../ports.ts";
import type { Transport } from "../transport/transport.ts";
import { BROADCOM, parseBroadcom, looksLikeBroadcom } from "./broadcom.ts";
import type { BroadcomFirmware } from "./broadcom.ts";
import { CommandLine } from "./command-line.ts";
import {
  BroadcomDownloadMinidriver,
  rawCommand,
  RealtekDownload,
  RealtekReadRegister,
  RealtekReadRomVersion,
} from "./commands.ts";
import { FirmwareError } from "./error.ts";
import { checkRealtekConfig, parseRealtek, REALTEK, REALTEK_ROM } from "./realtek.ts";
import { realtekFragments, realtekImage } from "./realtek.ts";
import type { RealtekFirmware } from "./realtek.ts";

export type Firmware = RealtekFirmware | BroadcomFirmware;
type Version = Returns<typeof ReadLocalVersionInformation>;

export type FirmwareStep =
  | { readonly step: "identify" }
  | { readonly step: "send"; readonly sent: number; readonly of: number }
  | { readonly step: "restart" };

export interface LoadOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly firmware: Firmware;
  /** Realtek: the settings file that belongs to it. */
  readonly config?: Uint8Array;
  readonly onStep?: (step: FirmwareStep) => void;
  readonly signal?: Abort;
}

/** A register of Realtek chips: which security headers it takes. */
const SECURITY_PROJECT = Uint8Array.of(0x10, 0xa4, 0xad, 0x00, 0xb0);
/** Milliseconds that a Broadcom chip needs before it can be written, and after it was started. */
const MINIDRIVER_MS = 50;
const LAUNCH_MS = 250;
/** Of the HCI revision of a Broadcom chip: the build that runs; without firmware it is 0. */
const BROADCOM_BUILD = 0x0fff;

/** Recognises the file by its head and checks it as far as possible. Throws FirmwareError. */
export function parseFirmware(file: Uint8Array): Firmware {
  return looksLikeBroadcom(file) ? parseBroadcom(file) : parseRealtek(file);
}

/**
 * Resets the adapter, looks what it is, sends the firmware, resets it again and looks whether it was taken. Nothing is
 * written to an adapter that the file is not for, or that has its firmware already. Rejects with FirmwareError; the
 * transport stays open and belongs to the caller.
 */
export async function loadFirmware(options: LoadOptions): Promise<"loaded" | "already-loaded"> {
  const { transport, clock, firmware, config, onStep, signal } = options;
  if (config !== undefined) checkRealtekConfig(config);
  const line = new CommandLine(transport, clock, signal);
  try {
    onStep?.({ step: "identify" });
    await line.run(Reset, {});
    const version = await line.run(ReadLocalVersionInformation, {});
    if (isLoaded(firmware, version)) return "already-loaded";
    refuseOther(firmware, version);
    const report = (sent: number, of: number): void => onStep?.({ step: "send", sent, of });
    if (firmware.family === "realtek") await sendRealtek(line, firmware, config, report);
    else await sendBroadcom(line, firmware, report);
    onStep?.({ step: "restart" });
    await line.run(Reset, {});
    if (!isLoaded(firmware, await line.run(ReadLocalVersionInformation, {})))
      throw new FirmwareError("not-taken", "Cannot go on: the adapter did not take the firmware");
    return "loaded";
  } finally {
    line.release();
  }
}

/** Whether an adapter that was just opened runs from its ROM and cannot do without a file. Resets it. Rejects as above. */
export async function isWithoutFirmware(
  transport: Transport,
  clock: Clock,
  signal?: Abort,
): Promise<boolean> {
  const line = new CommandLine(transport, clock, signal);
  try {
    await line.run(Reset, {});
    const version = await line.run(ReadLocalVersionInformation, {});
    const { companyIdentifier: company } = version;
    if (company !== REALTEK && company !== BROADCOM) return false;
    return !isLoaded({ family: company === REALTEK ? "realtek" : "broadcom" }, version);
  } finally {
    line.release();
  }
}

function isLoaded({ family }: Pick<Firmware, "family">, version: Version): boolean {
  const { companyIdentifier, lmpSubversion, hciSubversion } = version;
  if (family === "realtek") return companyIdentifier === REALTEK && lmpSubversion !== REALTEK_ROM;
  return companyIdentifier === BROADCOM && (hciSubversion & BROADCOM_BUILD) !== 0;
}

function refuseOther(firmware: Firmware, version: Version): void {
  const { companyIdentifier, hciSubversion } = version;
  const fits =
    firmware.family === "realtek"
      ? companyIdentifier === REALTEK && hciSubversion === firmware.hciRevision
      : companyIdentifier === BROADCOM;
  if (!fits) throw new FirmwareError("wrong-chip", "Cannot use this file: it is for another chip");
}

type Report = (sent: number, of: number) => void;

async function sendRealtek(
  line: CommandLine,
  firmware: RealtekFirmware,
  config: Uint8Array | undefined,
  report: Report,
): Promise<void> {
  const { romVersion } = await line.run(RealtekReadRomVersion, {});
  const keyId =
    firmware.form === "sections"
      ? (await line.run(RealtekReadRegister, { register: SECURITY_PROJECT })).value & 0xff
      : 0;
  const fragments = [...realtekFragments(realtekImage(firmware, romVersion, keyId, config))];
  for (const [i, fragment] of fragments.entries()) {
    report(i, fragments.length);
    await line.run(RealtekDownload, fragment);
  }
}

async function sendBroadcom(line: CommandLine, { records }: BroadcomFirmware, report: Report): Promise<void> {
  await line.run(BroadcomDownloadMinidriver, {});
  await line.pause(MINIDRIVER_MS);
  for (const [i, { opcode, parameters }] of records.entries()) {
    report(i, records.length);
    await line.run(rawCommand(opcode), { parameters });
  }
  await line.pause(LAUNCH_MS);
}
