import type { Bytes } from "../ports.ts";

/** What authentication stage 1 hands to stage 2 (2.3.5.6.2 to 2.3.5.6.4), in the symbols of the specification. */
export interface Stage1 {
  readonly na: Bytes;
  readonly nb: Bytes;
  readonly ra: Bytes;
  readonly rb: Bytes;
  readonly authenticated: boolean;
}

/** ra and rb where the method has none. */
export const ZERO: Bytes = new Uint8Array(16);
