/**
 * Firmware files of Realtek chips, as `btrtl.c` of the Linux kernel reads them. Two forms: `Realtech` holds one patch for
 * each version of a chip, `RTBTCore` holds sections that are put together for one version of it. The file is a person's
 * and hostile until every length in it was held against the octets that are there.
 */
import { concat, equal } from "../codec/bytes.ts";
import { DecodeError } from "../codec/error.ts";
import { Reader } from "../codec/reader.ts";
import type { Bytes } from "../ports.ts";
import { damaged, FirmwareError } from "./error.ts";

/** LMP subversion of a chip without firmware: with firmware it says something else. */
export const REALTEK_ROM = 0x8761;
/** Company identifier. */
export const REALTEK = 0x005d;

/** Which chip a file is for, by the number in its tail, and the HCI revision of that chip without firmware. */
const PROJECTS: ReadonlyMap<number, { readonly chip: string; readonly hciRevision: number }> = new Map([
  [14, { chip: "RTL8761B", hciRevision: 0x000b }],
  [51, { chip: "RTL8761C", hciRevision: 0x000e }],
]);

const text = (name: string): Uint8Array => Uint8Array.from(name, (letter) => letter.charCodeAt(0));
const SIGNATURES = { patches: text("Realtech"), sections: text("RTBTCore") } as const;
const EXTENSION = Uint8Array.of(0x51, 0x04, 0xfd, 0x77);
const CONFIG = Uint8Array.of(0x55, 0xab, 0x23, 0x87);
/** Signature, and at least one instruction of three octets: cut off before sections are read. */
const TAIL = EXTENSION.length + 3;
const MAX_FILE = 512 * 1024;
const MAX_CONFIG = 4 * 1024;

export interface RealtekFirmware {
  readonly family: "realtek";
  readonly chip: string;
  /** HCI revision of the chip it is for. */
  readonly hciRevision: number;
  readonly form: keyof typeof SIGNATURES;
  readonly file: Bytes;
}

/** Checks all that can be checked without the chip. Throws FirmwareError. */
export function parseRealtek(file: Uint8Array): RealtekFirmware {
  if (file.length > MAX_FILE) throw new FirmwareError("too-large", "Cannot use this file: it is too large");
  const form = formOf(file);
  if (form === undefined)
    throw new FirmwareError("unknown-file", "Cannot use this file: not a Realtek firmware");
  if (file.length < 20 + TAIL || !equal(file.subarray(file.length - EXTENSION.length), EXTENSION))
    throw damaged("its end is missing");
  const project = projectOf(file);
  const target = PROJECTS.get(project);
  if (target === undefined)
    throw new FirmwareError(
      "wrong-chip",
      `Cannot use this file: it is for another chip (project ${project})`,
    );
  const firmware = { family: "realtek", form, file: Uint8Array.from(file), ...target } as const;
  checked(() => (form === "patches" ? patchesIn(firmware.file) : sectionsIn(firmware.file)));
  return firmware;
}

/** What is sent to a chip of this version. `keyId`: what the chip demands of security headers. Throws FirmwareError. */
export function realtekImage(
  { form, file, chip }: RealtekFirmware,
  romVersion: number,
  keyId: number,
  config: Uint8Array = new Uint8Array(0),
): Bytes {
  const wanted = romVersion + 1;
  const image = form === "patches" ? patchFor(file, wanted) : sectionsFor(file, wanted, keyId);
  if (image.length === 0)
    throw new FirmwareError(
      "wrong-chip",
      `Cannot use this file: it has nothing for ${chip} version ${romVersion}`,
    );
  return concat(image, config);
}

/** The settings file beside it. Throws FirmwareError. */
export function checkRealtekConfig(config: Uint8Array): void {
  if (config.length > MAX_CONFIG)
    throw new FirmwareError("too-large", "Cannot use this configuration: too large");
  if (!equal(config.subarray(0, CONFIG.length), CONFIG))
    throw new FirmwareError("unknown-file", "Cannot use this file: not a Realtek configuration");
  const length = (config[4] ?? 0) | ((config[5] ?? 0) << 8);
  if (config.length !== length + 6) throw damaged("its configuration is cut short");
}

/** The last one carries bit 7; after 0x7F the count goes on with 1. The last may be empty, as the driver sends it. */
export function* realtekFragments(image: Uint8Array): Generator<{ index: number; fragment: Bytes }> {
  const FRAGMENT = 252;
  const count = Math.floor(image.length / FRAGMENT) + 1;
  for (let i = 0, index = 0; i < count; i++) {
    const isLast = i === count - 1;
    const fragment = Uint8Array.from(image.subarray(i * FRAGMENT, (i + 1) * FRAGMENT));
    yield { index: isLast ? index | 0x80 : index, fragment };
    index = index === 0x7f ? 1 : index + 1;
  }
}

function formOf(file: Uint8Array): RealtekFirmware["form"] | undefined {
  const head = file.subarray(0, 8);
  if (equal(head, SIGNATURES.patches)) return "patches";
  return equal(head, SIGNATURES.sections) ? "sections" : undefined;
}

/** Instructions stand before the last four octets and are read backwards: opcode, length, that many octets. */
function projectOf(file: Uint8Array): number {
  const PROJECT = 0;
  const END = 0xff;
  for (let at = file.length - EXTENSION.length; at >= 14 + 3; ) {
    const [data = 0, length = 0, opcode = END] = file.subarray(at - 3, at);
    if (opcode === END) break;
    if (length === 0) throw damaged("its tail is not readable");
    if (opcode === PROJECT && length === 1) return data;
    at -= 3 + length;
  }
  throw damaged("it does not say for which chip it is");
}

/** Where a patch lies in the file. Patches may overlap, so none is copied before it is wanted. */
interface Patch {
  /** ROM version plus one. */
  readonly chip: number;
  readonly offset: number;
  readonly length: number;
}

interface Section {
  /** ROM version plus one. */
  readonly chip: number;
  readonly octets: Bytes;
  readonly priority: number;
  /** Null where any chip takes it. */
  readonly key: number | null;
}

const NAME = 8;
const VERSION = 4;

/** Head of 14 octets; then the chips, the lengths and the offsets, each as a list. */
function patchesIn(file: Bytes): readonly Patch[] {
  const reader = new Reader(file, NAME + VERSION);
  const count = reader.u16();
  if (reader.remaining < 8 * count + TAIL) throw damaged("its list of patches is cut short");
  const list = (read: () => number): readonly number[] => Array.from({ length: count }, read);
  const chips = list(() => reader.u16());
  const lengths = list(() => reader.u16());
  const offsets = list(() => reader.u32());
  return chips.map((chip, i) => {
    const [length = 0, offset = 0] = [lengths[i], offsets[i]];
    if (length < VERSION || offset === 0 || offset + length > file.length)
      throw damaged("a patch is cut short");
    return { chip, offset, length };
  });
}

function patchFor(file: Bytes, wanted: number): Bytes {
  const patch = patchesIn(file).find(({ chip }) => chip === wanted);
  if (patch === undefined) return new Uint8Array(0);
  const end = patch.offset + patch.length - VERSION;
  // The last four octets of a patch are the place for the version of the file.
  return concat(file.subarray(patch.offset, end), file.subarray(NAME, NAME + VERSION));
}

/** Opcodes of sections: 1 code, 2 a header that all take, 3 a header for one key. Others are left out. */
const SECURITY_HEADER = 3;

/** Head of 20 octets; then sections of parts, each with its length. */
function sectionsIn(file: Bytes): readonly Section[] {
  const reader = new Reader(file.subarray(0, file.length - TAIL), NAME + 8);
  const count = reader.u32();
  const found: Section[] = [];
  for (let i = 0; i < count; i++) {
    const opcode = reader.u32();
    const section = new Reader(reader.take(reader.u32()));
    if (opcode < 1 || opcode > SECURITY_HEADER) continue;
    const parts = section.u16();
    section.u16(); // reserved
    for (let part = 0; part < parts; part++) found.push(sectionPart(section, opcode));
  }
  return found;
}

function sectionPart(reader: Reader, opcode: number): Section {
  const chip = reader.u8();
  const priority = reader.u8();
  const key = reader.u8();
  reader.u8(); // reserved
  const octets = reader.take(reader.u32());
  return { chip, priority, key: opcode === SECURITY_HEADER ? key : null, octets };
}

function isOpen({ key }: Section, keyId: number): boolean {
  // A chip without a key takes no security header at all.
  return key === null || (keyId !== 0 && key === keyId);
}

/** By priority; of equal ones the later in the file comes first, as the driver's list has it. */
function sectionsFor(file: Bytes, wanted: number, keyId: number): Bytes {
  const parts = sectionsIn(file)
    .filter((part) => part.chip === wanted && isOpen(part, keyId))
    .toReversed()
    .toSorted((a, b) => a.priority - b.priority);
  return concat(...parts.map(({ octets }) => octets));
}

function checked(read: () => readonly unknown[]): void {
  try {
    if (read().length === 0) throw damaged("it holds nothing");
  } catch (error) {
    if (error instanceof DecodeError) throw damaged("it is cut short");
    throw error;
  }
}
