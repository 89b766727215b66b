import type { Bytes } from "../ports.ts";
import type { Codec } from "./codec.ts";
import { decode } from "./codec.ts";
import { EncodeError } from "./error.ts";
import { named } from "./pdu.ts";
import type { Fields, Struct } from "./struct.ts";
import { struct } from "./struct.ts";
import { Writer } from "./writer.ts";

/** One HCI command, and what Command Complete returns for it after the status (Vol 4 Part E 7). */
export interface Command<P extends Fields = Fields, R extends Fields = Fields> {
  readonly name: string;
  /** Group in the upper 6 bits, command in the lower 10. */
  readonly opcode: number;
  readonly parameters: Codec<Struct<P>>;
  readonly returns: Codec<Struct<R>>;
  /** Whether the controller answers with Command Complete or only with Command Status. */
  readonly answer: "complete" | "status";
}

export type Parameters<C> = C extends Command<infer P> ? Struct<P> : never;
export type Returns<C> = C extends Command<Fields, infer R> ? Struct<R> : never;

/** OpCode Group Fields. */
export const LINK_CONTROL = 0x01;
export const CONTROLLER = 0x03;
export const INFORMATIONAL = 0x04;
export const STATUS_PARAMETERS = 0x05;
export const LE = 0x08;

/** A command that Command Complete answers. Without `returns` it gives back no more than the status. */
export function command<const P extends Fields, const R extends Fields = {}>(
  name: string,
  group: number,
  code: number,
  parameters: P,
  returns?: R,
): Command<P, R>;
export function command(
  name: string,
  group: number,
  code: number,
  parameters: Fields,
  returns: Fields = {},
): Command {
  return {
    name,
    opcode: (group << 10) | code,
    parameters: struct(parameters),
    returns: struct(returns),
    answer: "complete",
  };
}

/** A command that Command Status answers; its outcome arrives later as an event of its own. */
export function statusCommand<const P extends Fields>(
  name: string,
  group: number,
  code: number,
  parameters: P,
): Command<P, {}> {
  return { ...command(name, group, code, parameters), answer: "status" };
}

/** The HCI packet without its type octet: opcode, length, parameters. */
export function encodeCommand<P extends Fields, R extends Fields>(
  declaration: Command<P, R>,
  parameters: Struct<P>,
): Bytes {
  const writer = new Writer(3 + (declaration.parameters.size ?? 32));
  writer.u16(declaration.opcode);
  writer.u8(0);
  declaration.parameters.write(writer, parameters);
  const length = writer.length - 3;
  if (length > 255) throw new EncodeError(`Cannot write ${declaration.name}: ${length} octets of parameters`);
  writer.patch(2, length);
  return writer.finish();
}

/** The parameters of a whole command packet whose opcode and length octet the caller has looked at. */
export function decodeCommand<P extends Fields, R extends Fields>(
  declaration: Command<P, R>,
  packet: Uint8Array,
): Struct<P> {
  try {
    return decode(declaration.parameters, packet, 3);
  } catch (cause) {
    throw named(declaration.name, cause);
  }
}
