import { HciError } from "../host/hci-error.ts";
import { LinkClosedError } from "../host/link.ts";
import type { Verdict } from "./verdict.ts";

/** There is no bond with this peer, so there is no key to encrypt with. */
export class NotBondedError extends Error {
  override readonly name = "NotBondedError";

  constructor() {
    super("Cannot secure the link: there is no bond with this device");
  }
}

/**
 * The stored key did not secure the link, which has ended. The bond is as it was; what the failure says about it is
 * `verdict`. Nothing may be paired without a person, and never on the same link.
 */
export class BondFailedError extends Error {
  override readonly name = "BondFailedError";
  readonly verdict: Verdict;

  constructor(verdict: Verdict, options: { readonly cause: unknown }) {
    const why = options.cause instanceof Error ? options.cause.message : "the stored key failed";
    super(`Cannot secure the link: ${why}`, options);
    this.verdict = verdict;
  }
}

/** The link is encrypted, but its key is worth less than the policy asks for. Attributes stay closed. */
export class WeakBondError extends Error {
  override readonly name = "WeakBondError";

  constructor() {
    super("Cannot use the link: its key is weaker than the policy demands");
  }
}

/** Attributes were asked for before the link was ready for them. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

/** The code of Vol 1 Part F behind an error; undefined where there is none. */
export function codeOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof HciError) return at.status;
    if (at instanceof LinkClosedError) return at.reason;
  }
  return undefined;
}
