/** Keys that everybody knows. The host stack refuses them on the air; the store refuses them from anywhere. */
import { equal, fromHex, reversed } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import type { Secrets } from "./secrets.ts";

/** A bond has a key that must never be stored. */
export class RefusedKeyError extends Error {
  override readonly name = "RefusedKeyError";
  readonly key: "ltk" | "irk";

  constructor(key: "ltk" | "irk") {
    super(`Cannot store this bond: its ${key.toUpperCase()} is publicly known`);
    this.key = key;
  }
}

const ZERO = new Uint8Array(16);
/** Printed in the specification and shipped in products; see negative.json of the vectors for both. */
const LTK = fromHex("4c68384139f574d836bcf34e9dfb01bf");
const IRK = fromHex("015fe8b456078e2218a67ce1e4ba99a5");

const isAny = (value: Bytes, known: readonly Bytes[]): boolean => known.some((each) => equal(each, value));

/** In either byte order: importers and files do not agree on it. */
export function refuseBlocked({ sc, central, peripheral, irk }: Secrets): void {
  for (const key of [sc, central, peripheral]) {
    if (key !== null && isAny(key.ltk, [ZERO, LTK, reversed(LTK)])) throw new RefusedKeyError("ltk");
  }
  if (irk !== null && isAny(irk, [ZERO, IRK, reversed(IRK)])) throw new RefusedKeyError("irk");
}
