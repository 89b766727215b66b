import { encode } from "../../codec/codec.ts";
import type { Command } from "../../codec/command.ts";
import { decodeCommand } from "../../codec/command.ts";
import type { Fields, Struct } from "../../codec/struct.ts";
import type { Bytes } from "../../ports.ts";

/** What the controller does on one command. */
export interface Handler {
  readonly opcode: number;
  readonly answer: "complete" | "status";
  /** Octets of the return parameters after the status. */
  readonly returnsSize: number;
  /** Gives the return parameters. Throws DecodeError on wrong parameters and Refusal with a status. */
  run(packet: Uint8Array): Bytes;
}

const NOTHING = new Uint8Array(0);

/** A command that returns parameters. */
export function answers<P extends Fields, R extends Fields>(
  command: Command<P, R>,
  run: (parameters: Struct<P>) => Struct<R>,
): Handler {
  return {
    opcode: command.opcode,
    answer: command.answer,
    returnsSize: command.returns.size ?? 0,
    run: (packet) => encode(command.returns, run(decodeCommand(command, packet))),
  };
}

/** A command that is answered with no more than its status. */
export function performs<P extends Fields>(
  command: Command<P, {}>,
  run: (parameters: Struct<P>) => void,
): Handler {
  return {
    opcode: command.opcode,
    answer: command.answer,
    returnsSize: 0,
    run(packet) {
      run(decodeCommand(command, packet));
      return NOTHING;
    },
  };
}
