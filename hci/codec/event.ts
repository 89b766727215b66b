import type { Bytes } from "../ports.ts";
import type { Codec } from "./codec.ts";
import { decode } from "./codec.ts";
import { EncodeError } from "./error.ts";
import { named } from "./pdu.ts";
import type { Fields, Struct } from "./struct.ts";
import { struct } from "./struct.ts";
import { Writer } from "./writer.ts";

export const LE_META = 0x3e;

/** One HCI event (Vol 4 Part E 7.7). */
export interface HciEvent<F extends Fields = Fields> {
  readonly name: string;
  readonly code: number;
  /** Of an LE Meta event; undefined for the others. */
  readonly subevent: number | undefined;
  readonly parameters: Codec<Struct<F>>;
}

export type EventBody<E> = E extends HciEvent<infer F> ? Struct<F> : never;

export function event<const F extends Fields>(name: string, code: number, fields: F): HciEvent<F> {
  return { name, code, subevent: undefined, parameters: struct(fields) };
}

export function leEvent<const F extends Fields>(name: string, subevent: number, fields: F): HciEvent<F> {
  return { name, code: LE_META, subevent, parameters: struct(fields) };
}

/** The parameters of a whole event packet (code, length, parameters) of this kind. */
export function decodeEvent<F extends Fields>(declaration: HciEvent<F>, packet: Uint8Array): Struct<F> {
  try {
    return decode(declaration.parameters, packet, declaration.subevent === undefined ? 2 : 3);
  } catch (cause) {
    throw named(declaration.name, cause);
  }
}

/** The HCI packet without its type octet: code, length, subevent of an LE Meta event, parameters. */
export function encodeEvent<F extends Fields>(declaration: HciEvent<F>, body: Struct<F>): Bytes {
  const writer = new Writer(3 + (declaration.parameters.size ?? 32));
  writer.u8(declaration.code);
  writer.u8(0);
  if (declaration.subevent !== undefined) writer.u8(declaration.subevent);
  declaration.parameters.write(writer, body);
  const length = writer.length - 2;
  if (length > 255) throw new EncodeError(`Cannot write ${declaration.name}: ${length} octets of parameters`);
  writer.patch(1, length);
  return writer.finish();
}
