import type { Bytes } from "../ports.ts";
import type { Codec, ValueOf } from "./codec.ts";
import { decode } from "./codec.ts";
import { DecodeError } from "./error.ts";
import type { Fields, Struct } from "./struct.ts";
import { struct } from "./struct.ts";
import { Writer } from "./writer.ts";

/** One kind of PDU: an opcode octet, then its fields. */
export interface Pdu<F extends Fields = Fields> {
  readonly name: string;
  readonly opcode: number;
  readonly fields: Codec<Struct<F>>;
}

/** What `decodePdu` gives for a declaration. */
export type Body<P extends Pdu> = ValueOf<P["fields"]>;

export function pdu<const F extends Fields>(name: string, opcode: number, fields: F): Pdu<F> {
  return { name, opcode, fields: struct(fields) };
}

/** Throws DecodeError when the opcode is another, when octets are missing and when octets are left over. */
export function decodePdu<P extends Pdu>(declaration: P, bytes: Uint8Array): Body<P>;
export function decodePdu(declaration: Pdu, bytes: Uint8Array): Struct<Fields> {
  if (bytes[0] !== declaration.opcode) {
    throw new DecodeError(`Cannot decode ${declaration.name}: opcode is ${opcodeText(bytes[0])}`);
  }
  try {
    return decode(declaration.fields, bytes, 1);
  } catch (cause) {
    throw named(declaration.name, cause);
  }
}

export function encodePdu<P extends Pdu>(declaration: P, body: Body<P>): Bytes {
  const { size } = declaration.fields;
  const writer = new Writer(size === undefined ? undefined : size + 1);
  writer.u8(declaration.opcode);
  declaration.fields.write(writer, body);
  return writer.finish();
}

/** The same error, with the name of what was being decoded in front. */
export function named(name: string, cause: unknown): unknown {
  return cause instanceof DecodeError
    ? new DecodeError(`Cannot decode ${name}: ${cause.message}`, { cause })
    : cause;
}

function opcodeText(opcode: number | undefined): string {
  return opcode === undefined ? "missing" : `0x${opcode.toString(16).padStart(2, "0")}`;
}
