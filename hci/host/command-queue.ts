import type { Command } from "../codec/command.ts";
import { encodeCommand } from "../codec/command.ts";
import { decode } from "../codec/codec.ts";
import { DecodeError } from "../codec/error.ts";
import { named } from "../codec/pdu.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Clock } from "../ports.ts";
import { LeAddDeviceToResolvingList } from "./commands/le-privacy.ts";
import { LeEnableEncryption, LeEncrypt, LeLongTermKeyRequestReply } from "./commands/le-security.ts";
import type { Counters } from "./counters.ts";
import { HciError } from "./hci-error.ts";

/** The adapter did not answer in time: it is not usable any more. */
export class CommandTimeoutError extends Error {
  override readonly name = "CommandTimeoutError";
}

/** Longer than any answer a working controller gives; the slow parts of HCI arrive as events of their own. */
export const COMMAND_TIMEOUT_MS = 5000;

/** What waits for credits, at most: an adapter that asks for ever and takes nothing must not fill our memory. */
export const WAITING_LIMIT = 1024;

/** Their packets are blanked as soon as the controller has them. */
const withKeys: ReadonlySet<number> = new Set(
  [LeEncrypt, LeEnableEncryption, LeLongTermKeyRequestReply, LeAddDeviceToResolvingList].map(
    ({ opcode }) => opcode,
  ),
);

interface Entry {
  readonly command: Command;
  readonly packet: Uint8Array;
  /** When it was sent; before that, when it began to wait. */
  since: number;
  readonly resolve: (returns: Struct<Fields>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends commands as the controller gives credits (Vol 4 Part E 4.4) and matches each answer to its command. Two
 * commands of one opcode are never under way together, since their answers could not be told apart.
 */
export class CommandQueue {
  readonly #send: (packet: Uint8Array) => void;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #onTimeout: (error: CommandTimeoutError) => void;
  readonly #waiting: Entry[] = [];
  readonly #sent = new Map<number, Entry>();
  #credits = 1;
  /** When nothing was under way for the last time: from then on those that wait have only the adapter to wait for. */
  #idleSince = 0;
  #closed: Error | undefined;
  #stopTimer: (() => void) | undefined;

  /** `onTimeout` must end the host: without an answer there is no credit to go on with. */
  constructor(
    send: (packet: Uint8Array) => void,
    clock: Clock,
    counters: Counters,
    onTimeout: (error: CommandTimeoutError) => void,
  ) {
    this.#send = send;
    this.#clock = clock;
    this.#counters = counters;
    this.#onTimeout = onTimeout;
  }

  run<P extends Fields, R extends Fields>(command: Command<P, R>, parameters: Struct<P>): Promise<Struct<R>>;
  run(command: Command, parameters: Struct<Fields>): Promise<Struct<Fields>> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.#waiting.length >= WAITING_LIMIT)
      return Promise.reject(new Error(`Cannot run ${command.name}: ${WAITING_LIMIT} commands wait already`));
    const packet = encodeCommand(command, parameters);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, packet, since: this.#clock.now(), resolve, reject });
      this.#pump();
      if (this.#stopTimer === undefined) this.#restartTimer();
    });
  }

  /** Command Complete. `returns` begins with the status. */
  complete(credits: number, opcode: number, returns: Uint8Array): void {
    const entry = this.#answered(credits, opcode);
    if (entry !== undefined) settle(entry, returns);
    this.#progress();
  }

  /** Command Status. Success only says that the command began, which is all that some commands are answered with. */
  status(credits: number, opcode: number, status: number): void {
    const begun = status === 0 && this.#sent.get(opcode)?.command.answer === "complete";
    const entry = this.#answered(credits, begun ? 0 : opcode);
    if (entry !== undefined) settle(entry, Uint8Array.of(status));
    this.#progress();
  }

  /** Every command, sent or waiting, rejects with `error`; so does every later one. */
  close(error: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#stopTimer?.();
    const entries = [...this.#sent.values(), ...this.#waiting.splice(0)];
    this.#sent.clear();
    for (const { reject } of entries) reject(error);
  }

  #answered(credits: number, opcode: number): Entry | undefined {
    this.#credits = credits;
    if (opcode === 0) return undefined;
    const entry = this.#sent.get(opcode);
    if (entry === undefined) {
      this.#counters.unexpectedAnswers++;
      return undefined;
    }
    this.#sent.delete(opcode);
    this.#idleSince = this.#clock.now();
    if (withKeys.has(opcode)) entry.packet.fill(0);
    return entry;
  }

  #progress(): void {
    this.#pump();
    this.#restartTimer();
  }

  #pump(): void {
    while (this.#credits > 0) {
      const next = this.#waiting.findIndex(({ command }) => !this.#sent.has(command.opcode));
      const [entry] = next < 0 ? [] : this.#waiting.splice(next, 1);
      if (entry === undefined) break;
      this.#credits--;
      entry.since = this.#clock.now();
      this.#sent.set(entry.command.opcode, entry);
      this.#send(entry.packet);
    }
  }

  /** For the command under way the longest, or the first that waits: no other answer gives it more time. */
  #restartTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const sent = this.#sent.values().next().value;
    const [waiting] = this.#waiting;
    const { command, since } = sent ?? waiting ?? {};
    if (command === undefined || since === undefined) return;
    const began = sent === undefined ? Math.max(since, this.#idleSince) : since;
    const left = Math.max(0, began + COMMAND_TIMEOUT_MS - this.#clock.now());
    this.#stopTimer = this.#clock.after(left, () =>
      this.#onTimeout(
        new CommandTimeoutError(
          `Cannot run ${command.name}: the adapter gave no answer for ${COMMAND_TIMEOUT_MS} ms`,
        ),
      ),
    );
  }
}

function settle(entry: Entry, returns: Uint8Array): void {
  const { command, resolve, reject } = entry;
  const [status] = returns;
  if (status === undefined) {
    reject(new DecodeError(`Cannot decode the answer to ${command.name}: no status`));
  } else if (status !== 0) {
    reject(new HciError(status, `run ${command.name}`));
  } else {
    try {
      resolve(decode(command.returns, returns, 1));
    } catch (cause) {
      reject(named(`the answer to ${command.name}`, cause));
    }
  }
}
