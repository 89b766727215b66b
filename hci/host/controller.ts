import type { Address, Bytes } from "../ports.ts";
import type { AclBuffers } from "./acl-output.ts";
import { hasFeature, supports } from "./supported.ts";

/** What the adapter said about itself after Reset. All of it is a claim. */
export interface ControllerFacts {
  readonly version: {
    readonly hciVersion: number;
    readonly hciSubversion: number;
    readonly lmpVersion: number;
    /** Company identifier of the manufacturer. */
    readonly companyIdentifier: number;
    readonly lmpSubversion: number;
  };
  /** Read Local Supported Commands. */
  readonly commands: Bytes;
  /** LE Read Local Supported Features. */
  readonly features: Bytes;
  /** Undefined where the adapter has none. Some share one factory address. */
  readonly publicAddress: Address | undefined;
  readonly acl: AclBuffers;
  readonly acceptListSize: number;
  readonly resolvingListSize: number;
  /** LE Read Maximum Data Length; 27 octets where the adapter cannot do more. */
  readonly maxDataLength: { readonly txOctets: number; readonly txTime: number };
}

/** The adapter answers, but cannot be used. */
export class AdapterRefusedError extends Error {
  override readonly name = "AdapterRefusedError";
}

export class Controller {
  readonly facts: ControllerFacts;

  constructor(facts: ControllerFacts) {
    this.facts = facts;
  }

  supports(command: { readonly opcode: number }): boolean {
    return supports(this.facts.commands, command);
  }

  /** A bit of `LeFeature`. */
  has(feature: number): boolean {
    return hasFeature(this.facts.features, feature);
  }
}
