import { ErrorCode, HciError } from "../host/hci-error.ts";
import type { Host } from "../host/host.ts";
import type { Link } from "../host/link.ts";
import type { ConnectionOutcome } from "../host/links.ts";
import type { Abort, Address, Aes128 } from "../ports.ts";
import { sameAddress } from "./address.ts";
import type { ConnectionParameters } from "../codec/connection-parameters.ts";
import type { ConnectTarget, PeerAddress } from "./connect-target.ts";
import { DEFAULT_PARAMETERS, onAir, resolved } from "./connect-target.ts";
import type { Initiator } from "./initiator.ts";
import type { Activity, Radio } from "./radio.ts";
import type { ResolvingList } from "./resolving-list.ts";
import { abortError } from "./resolver.ts";
import { isUsableIrk, resolvesWith } from "./rpa.ts";
import type { Scanner } from "./scanner.ts";

export interface ConnectOptions {
  /** From the call to the link. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: Abort;
  readonly parameters?: ConnectionParameters;
}

/** The peer was not there, or not in time. */
export class ConnectTimeoutError extends Error {
  override readonly name = "ConnectTimeoutError";
}

export interface ConnectorParts {
  readonly host: Host;
  readonly radio: Radio;
  readonly scanner: Scanner;
  readonly initiator: Initiator;
  readonly resolvingList: ResolvingList;
  readonly aes: Aes128;
}

/** 0x3E says that the first packets were lost: again at once, but not for ever. */
const MAX_ATTEMPTS = 4;

/** One call to `connect`, from its place in the queue to its end. */
class Attempt {
  readonly target: ConnectTarget;
  readonly parameters: ConnectionParameters;
  readonly #done = Promise.withResolvers<Link>();
  readonly #release: () => void;
  /** What is being tried on the air, once that is known. */
  peer: PeerAddress | undefined;
  tries = 0;
  over = false;
  onGivenUp: () => void = () => {};

  constructor(host: Host, target: ConnectTarget, options: ConnectOptions) {
    const { timeoutMs = 30_000, signal, parameters = DEFAULT_PARAMETERS } = options;
    this.target = target;
    this.parameters = parameters;
    const abort = (): void => {
      if (signal !== undefined) this.fail(abortError(signal));
    };
    const stopTimer = host.clock.after(timeoutMs, () =>
      this.fail(new ConnectTimeoutError(`Cannot connect: the device did not answer within ${timeoutMs} ms`)),
    );
    signal?.addEventListener("abort", abort, { once: true });
    this.#release = () => {
      stopTimer();
      signal?.removeEventListener("abort", abort);
    };
    if (signal?.aborted === true) abort();
  }

  get link(): Promise<Link> {
    return this.#done.promise;
  }

  succeed(link: Link): void {
    this.#end();
    this.#done.resolve(link);
  }

  fail(error: unknown): void {
    if (this.over) return;
    this.#end();
    this.#done.reject(error instanceof Error ? error : new Error("Cannot connect", { cause: error }));
    this.onGivenUp();
  }

  #end(): void {
    this.over = true;
    this.#release();
  }
}

/** Connects to peers, one after another: a controller makes one attempt at a time. */
export class Connector implements Activity {
  readonly #parts: ConnectorParts;
  #queue: Promise<void> = Promise.resolve();
  #current: Attempt | undefined;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    parts.initiator.onEnded = (outcome) => this.#ended(outcome);
  }

  /**
   * Resolves with a new link as central. Rejects with ConnectTimeoutError, with the signal's reason, with HciError, or
   * with HostClosedError. After a rejection the radio is let go of in the background.
   */
  connect(target: ConnectTarget, options: ConnectOptions = {}): Promise<Link> {
    const attempt = new Attempt(this.#parts.host, target, options);
    const settled = attempt.link.then(
      () => {},
      () => {},
    );
    this.#queue = this.#queue.then(() => this.#execute(attempt, settled));
    return attempt.link;
  }

  get running(): boolean {
    return this.#parts.initiator.active;
  }

  async pause(): Promise<void> {
    await this.#parts.initiator.cancel();
  }

  async resume(): Promise<void> {
    await this.#begin();
  }

  async #execute(attempt: Attempt, settled: Promise<void>): Promise<void> {
    if (attempt.over) return;
    this.#current = attempt;
    try {
      attempt.peer = await this.#locate(attempt, settled);
      if (attempt.peer !== undefined) await this.#initiate(attempt, settled);
    } catch (error) {
      attempt.fail(error);
    } finally {
      this.#current = undefined;
    }
  }

  async #initiate(attempt: Attempt, settled: Promise<void>): Promise<void> {
    const { radio, scanner } = this.#parts;
    attempt.onGivenUp = () => void radio.turn(() => this.pause()).catch(() => {});
    await radio.turn(async () => {
      await scanner.suspend();
      radio.add(this);
      await this.#begin();
    });
    await settled;
    await radio.turn(async () => {
      radio.remove(this);
      await this.pause();
      await scanner.release();
    });
  }

  /** In the radio's turn. */
  async #begin(): Promise<void> {
    const attempt = this.#current;
    const { initiator } = this.#parts;
    if (attempt?.peer === undefined || attempt.over || initiator.active) return;
    try {
      await initiator.begin(attempt.peer, attempt.parameters);
    } catch (error) {
      attempt.fail(error);
    }
  }

  /** Where on the air the target is. Undefined when the attempt ended meanwhile. */
  async #locate({ target }: Attempt, settled: Promise<void>): Promise<PeerAddress | undefined> {
    if ("address" in target) return onAir(target.address);
    const { identity, irk } = target;
    if (this.#parts.resolvingList.has(identity)) return resolved(identity);
    if (irk === null || !isUsableIrk(irk)) return onAir(identity);
    const found = Promise.withResolvers<Address>();
    const { scanner, aes } = this.#parts;
    const scan = await scanner.start(
      { active: false, duplicates: { report: "all" } },
      ({ address, connectable }) => {
        if (address === undefined || !connectable) return;
        if (sameAddress(address, identity) || resolvesWith(aes, irk, address)) found.resolve(address);
      },
    );
    try {
      const address = await Promise.race([found.promise, settled]);
      return address === undefined ? undefined : onAir(address);
    } finally {
      await scan.stop();
    }
  }

  #ended(outcome: ConnectionOutcome): void {
    const attempt = this.#current;
    if ("link" in outcome) {
      if (attempt !== undefined && !attempt.over) attempt.succeed(outcome.link);
      else void outcome.link.disconnect(ErrorCode.remoteUserTerminated); // too late: nobody waits for it
      return;
    }
    if (attempt === undefined || attempt.over) return;
    attempt.tries++;
    if (outcome.status === ErrorCode.failedToEstablish && attempt.tries < MAX_ATTEMPTS) {
      void this.#parts.radio.turn(() => this.#begin()).catch(() => {});
    } else {
      attempt.fail(new HciError(outcome.status, "connect"));
    }
  }
}
