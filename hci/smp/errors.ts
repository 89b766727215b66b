import type { FailureReason } from "./pdus.ts";
import { FailureReason as codes } from "./pdus.ts";

/** In what the peer offers less than is needed: decided before any key was exchanged. */
export type Weakness = "legacy" | "level" | "key-size";

/** A pairing that one of the two sides failed, with the specification's name for the reason (3.5.5). */
export class PairingError extends Error {
  override readonly name = "PairingError";
  /** Where our own requirements were the reason. */
  readonly weakness: Weakness | undefined;
  readonly reason: FailureReason;
  /** `local`: we found the fault and told the peer; `peer`: it told us. */
  readonly by: "local" | "peer";

  constructor(
    reason: FailureReason,
    by: "local" | "peer",
    why?: string,
    options: ErrorOptions & { readonly weakness?: Weakness | undefined } = {},
  ) {
    const who = by === "local" ? "" : "the peer says ";
    super(`Cannot pair: ${why ?? who + reason}`, options);
    this.reason = reason;
    this.by = by;
    this.weakness = options.weakness;
  }

  /** The code on the air. */
  get code(): number {
    return codes[this.reason];
  }
}

/** 3.4: nothing came within 30 s. No SMP PDU is sent or accepted on this link any more. */
export class PairingTimeout extends Error {
  override readonly name = "PairingTimeout";

  constructor() {
    super("Cannot pair: no answer within 30 s");
  }
}

/** What ends the questions of a pairing that went well. */
export class PairingOver extends Error {
  override readonly name = "PairingOver";

  constructor() {
    super("Cannot go on: the pairing is over");
  }
}

/** A question about a pairing that the peer asked for is over, because a person began one from here. */
export class PairingSuperseded extends Error {
  override readonly name = "PairingSuperseded";

  constructor() {
    super("Cannot go on: a pairing was begun from here");
  }
}

export type Obstacle =
  /** The 30 s rule ended SMP on this link. */
  | "timed-out"
  /** The stored key failed on this link: a new pairing needs a new link and a person. */
  | "stored-key-failed"
  /** There is a bond, and no person said that it may be replaced. */
  | "bond-exists"
  /** Too soon after a failure. */
  | "repeated-attempts"
  /** Something else is going on: a pairing, an encryption. */
  | "busy"
  | "wrong-role"
  | "link-closed";

/** A pairing or encryption that was not begun: nothing was sent. */
export class SecurityBlocked extends Error {
  override readonly name = "SecurityBlocked";
  readonly obstacle: Obstacle;
  /** Milliseconds until it may be tried again; only with `repeated-attempts`. */
  readonly retryAfter: number | undefined;

  constructor(obstacle: Obstacle, retryAfter?: number) {
    super(`Cannot secure the link: ${obstacle}`);
    this.obstacle = obstacle;
    this.retryAfter = retryAfter;
  }
}

/**
 * Encryption with the stored key did not come about. The link is ended, the bond is untouched; `cause` carries what
 * the controller said. What that says about the bond is for the caller to judge.
 */
export class StoredKeyFailed extends Error {
  override readonly name = "StoredKeyFailed";

  constructor(why: string, options?: ErrorOptions) {
    super(`Cannot encrypt with the stored key: ${why}`, options);
  }
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("Cannot go on: stopped", { cause: thrown });
}
