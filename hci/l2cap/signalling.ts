import type { ConnectionParameters } from "../codec/connection-parameters.ts";
import { areValidParameters } from "../codec/connection-parameters.ts";
import { DecodeError } from "../codec/error.ts";
import type { Body } from "../codec/pdu.ts";
import { decodePdu, encodePdu } from "../codec/pdu.ts";
import type { Clock } from "../ports.ts";
import type { Channel } from "./channel.ts";
import {
  CommandReject,
  ConnectionParameterUpdateRequest,
  ConnectionParameterUpdateResponse,
} from "./signalling-pdus.ts";

/** MTU of the signalling channel on LE (4). */
export const SIGNALLING_MTU = 23;
const HEADER = 4;

/** RTX (Vol 3 Part A 6.2.1): the typical value; on LE it is not renewed. */
export const RESPONSE_TIMEOUT_MS = 30_000;

/** Answers not yet taken by the controller. A peer that asks without listening gets no more. */
const MAX_ANSWERS = 8;

/** The peer did not understand our signalling command. */
export class CommandRejectedError extends Error {
  override readonly name = "CommandRejectedError";
}

interface Waiting {
  readonly identifier: number;
  readonly resolve: (accepted: boolean) => void;
  readonly reject: (error: Error) => void;
  readonly stop: () => void;
}

/** Response codes we never cause, or no longer wait for. A response is never answered, least of all with a reject. */
const responses = new Set([0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a]);

/** The LE signalling channel of one link. It offers nothing but connection parameters, and says so to everything else. */
export class Signalling {
  /** Central only: whether the peripheral may have these parameters. They are in their valid ranges. */
  onParameterRequest: ((request: ConnectionParameters) => boolean) | undefined;
  /** Central only: an accepted request, after its response went out. Must not throw. */
  onParametersAccepted: (request: ConnectionParameters) => void = () => {};
  readonly #channel: Channel;
  readonly #role: "central" | "peripheral";
  readonly #clock: Clock;
  readonly #onFault: () => void;
  #waiting: Waiting | undefined;
  #identifier = 0;
  #answers = 0;

  /** `onFault` counts a command that cannot even be rejected. */
  constructor(channel: Channel, role: "central" | "peripheral", clock: Clock, onFault: () => void) {
    this.#channel = channel;
    this.#role = role;
    this.#clock = clock;
    this.#onFault = onFault;
    channel.onPdu = (pdu) => this.#receive(pdu);
    channel.onClosed = (reason) => this.#finish()?.reject(reason);
  }

  /**
   * Peripheral only: asks for other parameters; resolves with the central's decision. Rejects with CommandRejectedError,
   * after 30 s, or when the link ends. One at a time.
   */
  requestParameters(request: ConnectionParameters): Promise<boolean> {
    if (this.#role !== "peripheral")
      return Promise.reject(new Error("Cannot ask for parameters: only a peripheral asks"));
    if (this.#waiting !== undefined)
      return Promise.reject(new Error("Cannot ask for parameters: a request is under way"));
    this.#identifier = (this.#identifier % 0xff) + 1;
    const identifier = this.#identifier;
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(RESPONSE_TIMEOUT_MS, () => {
        this.#finish()?.reject(
          new Error(`Cannot ask for parameters: no answer for ${RESPONSE_TIMEOUT_MS} ms`),
        );
      });
      this.#waiting = { identifier, resolve, reject, stop };
      const body = { identifier, length: 8, ...request };
      this.#channel.send(encodePdu(ConnectionParameterUpdateRequest, body)).catch((error: unknown) => {
        this.#finish()?.reject(error instanceof Error ? error : new Error("Cannot send", { cause: error }));
      });
    });
  }

  #receive(pdu: Uint8Array): void {
    const [code, identifier, low = 0, high = 0] = pdu;
    if (code === undefined || identifier === undefined || identifier === 0 || pdu.length < HEADER) {
      this.#onFault();
      return;
    }
    if ((low | (high << 8)) !== pdu.length - HEADER) {
      if (!isResponse(code)) this.#reject(identifier);
      this.#onFault();
      return;
    }
    try {
      this.#handle(code, identifier, pdu);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      if (!isResponse(code)) this.#reject(identifier);
      this.#onFault();
    }
  }

  #handle(code: number, identifier: number, pdu: Uint8Array): void {
    if (code === CommandReject.opcode) {
      decodePdu(CommandReject, pdu);
      this.#finish(identifier)?.reject(
        new CommandRejectedError("Cannot ask for parameters: the peer does not know how"),
      );
    } else if (code === ConnectionParameterUpdateResponse.opcode) {
      const { result } = decodePdu(ConnectionParameterUpdateResponse, pdu);
      this.#finish(identifier)?.resolve(result === "accepted");
    } else if (code === ConnectionParameterUpdateRequest.opcode && this.#role === "central") {
      this.#decide(decodePdu(ConnectionParameterUpdateRequest, pdu));
    } else if (!isResponse(code)) {
      this.#reject(identifier);
    }
  }

  #decide(request: Body<typeof ConnectionParameterUpdateRequest>): void {
    const accepted = areValidParameters(request) && this.onParameterRequest?.(request) === true;
    const { identifier } = request;
    const result = accepted ? "accepted" : "rejected";
    this.#answer(encodePdu(ConnectionParameterUpdateResponse, { identifier, length: 2, result }));
    if (accepted) this.onParametersAccepted(request);
  }

  #reject(identifier: number): void {
    const body = { identifier, length: 2, reason: "notUnderstood", data: new Uint8Array(0) } as const;
    this.#answer(encodePdu(CommandReject, body));
  }

  #answer(pdu: Uint8Array): void {
    if (this.#answers >= MAX_ANSWERS) return;
    this.#answers++;
    const taken = (): void => void this.#answers--;
    this.#channel.send(pdu).then(taken, taken); // if the link ended, nobody waits for the answer
  }

  #finish(identifier?: number): Waiting | undefined {
    const waiting = this.#waiting;
    if (waiting === undefined || (identifier !== undefined && identifier !== waiting.identifier))
      return undefined;
    this.#waiting = undefined;
    waiting.stop();
    return waiting;
  }
}

function isResponse(code: number): boolean {
  return code === CommandReject.opcode || responses.has(code);
}
