/** Firmware files of the right form with no firmware in them, and the chips that would take them. */
import { concat } from "../../hci/codec/bytes.ts";
import type { Bytes } from "../../hci/ports.ts";
import { loopback } from "../../hci/transport/loopback.ts";
import type { Transport } from "../../hci/transport/transport.ts";

const letters = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
export const u16 = (value: number): Bytes => Uint8Array.of(value & 0xff, value >> 8);
export const u32 = (value: number): Bytes => concat(u16(value & 0xffff), u16(value >>> 16));
export const filled = (length: number, seed: number): Bytes =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);

/** Tail of a file: one instruction that names the project, and the signature. */
const tail = (project: number): Bytes => Uint8Array.of(project, 1, 0, 0x51, 0x04, 0xfd, 0x77);

/** `Realtech`: patches by chip id. */
export function patchFile(patches: readonly (readonly [chip: number, octets: Bytes])[], project = 14): Bytes {
  const start = 14 + 8 * patches.length;
  const offsets = patches.map((_, i) =>
    patches.slice(0, i).reduce((sum, [, octets]) => sum + octets.length, start),
  );
  return concat(
    letters("Realtech"),
    Uint8Array.of(0xa1, 0xa2, 0xa3, 0xa4),
    u16(patches.length),
    ...patches.map(([chip]) => u16(chip)),
    ...patches.map(([, octets]) => u16(octets.length)),
    ...offsets.map(u32),
    ...patches.map(([, octets]) => octets),
    tail(project),
  );
}

export interface TestPart {
  readonly chip: number;
  readonly priority: number;
  readonly key?: number;
  readonly octets: Bytes;
}

/** `RTBTCore`: sections by opcode. */
export function sectionFile(
  sections: readonly (readonly [opcode: number, parts: readonly TestPart[]])[],
  project = 51,
): Bytes {
  const whole = sections.map(([opcode, parts]) => {
    const body = concat(
      u16(parts.length),
      u16(0),
      ...parts.map(({ chip, priority, key = 0, octets }) =>
        concat(Uint8Array.of(chip, priority, key, 0), u32(octets.length), octets),
      ),
    );
    return concat(u32(opcode), u32(body.length), body);
  });
  return concat(letters("RTBTCore"), filled(8, 3), u32(sections.length), ...whole, tail(project));
}

export function configFile(octets: Bytes): Bytes {
  return concat(Uint8Array.of(0x55, 0xab, 0x23, 0x87), u16(octets.length), octets);
}

export function hcdFile(writes: readonly Bytes[]): Bytes {
  const record = (opcode: number, parameters: Bytes): Bytes =>
    concat(u16(opcode), Uint8Array.of(parameters.length), parameters);
  return concat(
    ...writes.map((octets, i) => record(0xfc4c, concat(u32(0x0021_0000 + i), octets))),
    record(0xfc4e, Uint8Array.of(0xff, 0xff, 0xff, 0xff)),
  );
}

export interface ChipOptions {
  readonly company: number;
  readonly hciRevision: number;
  readonly lmpSubversion: number;
  /** What it says after it was loaded. */
  readonly loaded: { readonly hciRevision: number; readonly lmpSubversion: number };
  readonly romVersion?: number;
  readonly keyId?: number;
}

export const RTL8761BU: ChipOptions = {
  company: 0x5d,
  hciRevision: 0x0b,
  lmpSubversion: 0x8761,
  loaded: { hciRevision: 0xdfc6, lmpSubversion: 0xd922 },
  romVersion: 1,
};
export const RTL8761CU: ChipOptions = { ...RTL8761BU, hciRevision: 0x0e, keyId: 0 };
export const BCM20702: ChipOptions = {
  company: 0x0f,
  hciRevision: 0x1000,
  lmpSubversion: 0x410e,
  loaded: { hciRevision: 0x15bb, lmpSubversion: 0x410e },
};

/** Answers the commands of a loader as a chip with a ROM does, and keeps what was written. */
export class ScriptedChip {
  readonly host: Transport;
  /** Opcodes in order. */
  readonly heard: number[] = [];
  readonly indices: number[] = [];
  written: Bytes = new Uint8Array(0);
  launched = false;
  /** The write, counted from 1, that is answered with this status instead. */
  refuses: { readonly at: number; readonly status: number } | undefined;
  /** The write after which it is pulled out, or falls silent. */
  ends: { readonly at: number; readonly how: "unplugged" | "silent" } | undefined;
  /** It says yes to everything and stays as it is. */
  ignores = false;
  readonly #options: ChipOptions;
  readonly #transport: Transport;
  #writes = 0;
  #running = false;

  constructor(options: ChipOptions) {
    const ends = loopback();
    this.#options = options;
    this.host = ends.host;
    this.#transport = ends.controller;
    ends.controller.onPacket = ({ bytes }) => this.#command(bytes);
  }

  #command(bytes: Uint8Array): void {
    const opcode = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    const parameters = bytes.slice(3);
    this.heard.push(opcode);
    switch (opcode) {
      case 0x0c03:
        this.#running = this.launched && !this.ignores;
        return this.#complete(opcode, 0);
      case 0x1001:
        return this.#version();
      case 0xfc6d:
        return this.#complete(opcode, 0, Uint8Array.of(this.#options.romVersion ?? 0));
      case 0xfc61:
        return this.#complete(opcode, 0, u16(this.#options.keyId ?? 0));
      case 0xfc2e:
        return this.#complete(opcode, 0);
      case 0xfc20:
        this.indices.push(parameters[0] ?? 0);
        this.launched ||= ((parameters[0] ?? 0) & 0x80) !== 0;
        return this.#write(opcode, parameters.slice(1), parameters.slice(0, 1));
      case 0xfc4c:
        return this.#write(opcode, parameters.slice(4));
      case 0xfc4e:
        this.launched = true;
        return this.#complete(opcode, 0);
      default:
        return this.#complete(opcode, 0x01);
    }
  }

  #write(opcode: number, octets: Uint8Array, answer: Uint8Array = new Uint8Array(0)): void {
    this.#writes++;
    if (this.ends?.at === this.#writes) {
      if (this.ends.how === "unplugged") void this.#transport.close();
      return;
    }
    const status = this.refuses?.at === this.#writes ? this.refuses.status : 0;
    if (status === 0) this.written = concat(this.written, octets);
    this.#complete(opcode, status, status === 0 ? answer : undefined);
  }

  #version(): void {
    const { company, hciRevision, lmpSubversion, loaded } = this.#options;
    const now = this.#running ? loaded : { hciRevision, lmpSubversion };
    const returns = [[0x0a], u16(now.hciRevision), [0x0a], u16(company), u16(now.lmpSubversion)];
    this.#complete(0x1001, 0, concat(...returns));
  }

  #complete(opcode: number, status: number, returns: Uint8Array = new Uint8Array(0)): void {
    const parameters = concat([1], u16(opcode), [status], returns);
    this.#transport.send({ type: "event", bytes: concat([0x0e, parameters.length], parameters) });
  }
}
