/** Just enough of the WebAssembly binary format (Core Specification 5) to write one function that works on v128. */

export type ValueType = "i32" | "v128";

const TYPE_CODE = { i32: 0x7f, v128: 0x7b } as const satisfies Record<ValueType, number>;
const EMPTY_BLOCK = 0x40;
/** `\0asm`, version 1. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** LEB128 without sign (5.2.2). */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  const rest = Math.floor(value / 128);
  return rest === 0 ? [low] : [low | 0x80, ...unsigned(rest)];
}

/** LEB128 with sign, as constants are written. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const over = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return over ? [low] : [low | 0x80, ...signed(rest)];
}

function list(entries: readonly (readonly number[])[]): number[] {
  return [...unsigned(entries.length), ...entries.flat()];
}

function section(id: number, contents: readonly number[]): number[] {
  return [id, ...unsigned(contents.length), ...contents];
}

function text(value: string): number[] {
  return list(Array.from(value, (letter) => [letter.charCodeAt(0)]));
}

/** What stands on the stack after some instructions; made by the functions of `FunctionBody`. */
export type Instructions = readonly number[];

/** A local variable. */
export interface Local {
  readonly index: number;
  readonly get: Instructions;
}

/** The body of the only function of a module; instructions are appended in order. */
export class FunctionBody {
  readonly #parameters: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #code: number[] = [];

  constructor(...parameters: readonly ValueType[]) {
    this.#parameters = parameters;
  }

  parameter(index: number): Local {
    return { index, get: [0x20, ...unsigned(index)] };
  }

  local(type: ValueType): Local {
    return this.parameter(this.#parameters.length + this.#locals.push(type) - 1);
  }

  set(local: Local, value: Instructions): void {
    this.#append(value, [0x21, ...unsigned(local.index)]);
  }

  /** Stores 16 octets at `address` + `offset`. */
  store(address: Instructions, offset: number, value: Instructions): void {
    this.#append(address, value, [0xfd, 0x0b, 4, ...unsigned(offset)]);
  }

  /** Repeats what `body` appends while `condition`, checked after it, is not zero. */
  repeat(body: () => void, condition: () => Instructions): void {
    this.#append([0x03, EMPTY_BLOCK]);
    body();
    this.#append(condition(), [0x0d, 0, 0x0b]);
  }

  /** The module: memory comes in as `env.memory`, the function goes out as `run`. */
  module(): Uint8Array<ArrayBuffer> {
    const types = this.#parameters.map((type) => [TYPE_CODE[type]]);
    const locals = this.#locals.map((type) => [1, TYPE_CODE[type]]);
    const body = [...list(locals), ...this.#code, 0x0b];
    return Uint8Array.from([
      ...HEADER,
      ...section(1, list([[0x60, ...list(types), 0]])),
      ...section(2, list([[...text("env"), ...text("memory"), 0x02, 0x00, 1]])),
      ...section(3, list([[0]])),
      ...section(7, list([[...text("run"), 0x00, 0]])),
      ...section(10, list([[...unsigned(body.length), ...body]])),
    ]);
  }

  // One after the other: spreading tens of thousands of arguments would end at the engine's limit.
  #append(...parts: readonly Instructions[]): void {
    for (const part of parts) for (const octet of part) this.#code.push(octet);
  }
}

export const constant = (value: number): Instructions => [0x41, ...signed(value)];
export const add = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0x6a];
export const sub = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0x6b];
export const times = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0x6c];
export const mask = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0x71];
export const different = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0x47];
/** 16 octets from `address` + `offset`. */
export const load = (address: Instructions, offset: number): Instructions => [
  ...address,
  0xfd,
  0x00,
  4,
  ...unsigned(offset),
];
export const and = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0xfd, 0x4e];
export const or = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0xfd, 0x50];
export const xor = (a: Instructions, b: Instructions): Instructions => [...a, ...b, 0xfd, 0x51];
export const not = (a: Instructions): Instructions => [...a, 0xfd, 0x4d];
