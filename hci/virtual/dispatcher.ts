import { concat } from "../codec/bytes.ts";
import { DecodeError } from "../codec/error.ts";
import { HostNumberOfCompletedPackets, NoOperation, Reset } from "../host/commands/basic.ts";
import { CommandComplete, CommandStatus } from "../host/events.ts";
import type { Bytes } from "../ports.ts";
import type { Handler } from "./commands/handler.ts";
import { commandTable } from "./commands/table.ts";
import type { Core } from "./core.ts";
import type { Random } from "./random.ts";
import { Session } from "./session.ts";
import { Refusal, Status } from "./status.ts";

const HEADER = 3;
/** How long the credit comes after the answer, when the two are separate. */
const LATE_CREDIT_MS = 2;

/** Takes commands, one credit each, and answers every one of them (Vol 4 Part E 4.4). */
export class Dispatcher {
  readonly #core: Core;
  readonly #random: Random;
  #session: Session;
  #table: ReadonlyMap<number, Handler>;
  #credits = 1;

  constructor(core: Core) {
    this.#core = core;
    this.#random = core.random.stream("answers");
    this.#session = new Session(core);
    this.#table = commandTable(this.#session, () => this.#restart());
  }

  get session(): Session {
    return this.#session;
  }

  /** As after power-on: a new session, one credit. */
  restart(): void {
    this.#restart();
    this.#credits = 1;
  }

  receive(packet: Uint8Array): void {
    const opcode = (packet[0] ?? 0) | ((packet[1] ?? 0) << 8);
    const free = opcode === Reset.opcode || opcode === HostNumberOfCompletedPackets.opcode;
    if (!free) {
      if (this.#credits === 0) {
        this.#core.violation("C2", `command 0x${opcode.toString(16)} without a credit`, packet);
        return;
      }
      this.#credits--;
    }
    const handler = this.#table.get(opcode);
    if (handler === undefined) this.#answerUnknown(opcode);
    else this.#run(handler, packet);
  }

  #run(handler: Handler, packet: Uint8Array): void {
    let status: number = Status.Success;
    let returns: Bytes = new Uint8Array(handler.returnsSize);
    try {
      if (packet.length !== HEADER + (packet[2] ?? 0)) throw new Refusal(Status.InvalidParameters);
      returns = handler.run(packet);
    } catch (error) {
      status = statusOf(error);
      this.#session.forgetLater();
    }
    this.#answer(handler, status, returns);
    this.#session.runLater();
  }

  #answer({ opcode, answer }: Handler, status: number, returns: Bytes): void {
    // 7.3.40: no event, unless something was wrong
    if (opcode === HostNumberOfCompletedPackets.opcode && status === Status.Success) return;
    if (answer === "status") this.#commandStatus(opcode, status);
    else this.#commandComplete(opcode, concat([status], returns));
  }

  #answerUnknown(opcode: number): void {
    const way = this.#core.settings.unknownCommandAnswer;
    const complete = way === "either" ? this.#random.chance(0.5) : way === "complete";
    if (complete) this.#commandComplete(opcode, Uint8Array.of(Status.UnknownCommand));
    else this.#commandStatus(opcode, Status.UnknownCommand);
  }

  #commandComplete(opcode: number, returns: Bytes): void {
    this.#core.sendEvent(CommandComplete, { credits: this.#given, opcode, returns }, () => this.#sent());
  }

  #commandStatus(opcode: number, status: number): void {
    this.#core.sendEvent(CommandStatus, { status, credits: this.#given, opcode }, () => this.#sent());
  }

  get #given(): number {
    return this.#core.settings.separateCredits ? 0 : 1;
  }

  /** The answer has left: only now can the host know of its credit. */
  #sent(): void {
    if (!this.#core.settings.separateCredits) {
      this.#credits = 1;
      return;
    }
    const session = this.#session;
    this.#core.clock.after(LATE_CREDIT_MS, () => {
      if (session !== this.#session) return;
      const body = { credits: 1, opcode: NoOperation.opcode, returns: new Uint8Array(0) };
      this.#core.sendEvent(CommandComplete, body, () => {
        this.#credits = 1;
      });
    });
  }

  #restart(): void {
    this.#session.end();
    this.#session = new Session(this.#core);
    this.#table = commandTable(this.#session, () => this.#restart());
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof DecodeError) return Status.InvalidParameters;
  throw error;
}
