/** A code that came over another way than the radio, for the device that was chosen in the scanner. */
import { type OobProblem, parseOobCode } from "../../formats/oob-code.ts";
import { type OutOfBand, wipeOutOfBand } from "../../link/out-of-band.ts";
import type { HeardDevice } from "./heard.ts";

export { MAX_OOB_TEXT } from "../../formats/oob-code.ts";

export type OobRefusal =
  | OobProblem
  /** `peerId`: whose code it is. */
  | { readonly kind: "other-device"; readonly peerId: string };

type Values = Extract<OutOfBand, { readonly kind: "secure-connections" }>;

export type OobReading =
  | { readonly kind: "ready"; readonly outOfBand: Values }
  | { readonly kind: "refused"; readonly refusal: OobRefusal };

/** Never throws. Octets that are given out belong to the caller, who zeroes them. */
export function readOob(text: string, device: Pick<HeardDevice, "address" | "identityId">): OobReading {
  const parsed = parseOobCode(text);
  if (parsed.kind === "problem") return { kind: "refused", refusal: parsed.problem };
  const { peerId, confirm, random } = parsed.code;
  const outOfBand: Values = { kind: "secure-connections", confirm, random };
  if (peerId === null || !isOther(peerId, device)) return { kind: "ready", outOfBand };
  wipeOutOfBand(outOfBand);
  return { kind: "refused", refusal: { kind: "other-device", peerId } };
}

/** Behind a private address that nothing resolves may be anybody: there the code itself proves, or fails. */
function isOther(
  peerId: string,
  { address, identityId }: Pick<HeardDevice, "address" | "identityId">,
): boolean {
  if (peerId === address.id || peerId === identityId) return false;
  return identityId !== undefined || address.kind === "public" || address.kind === "static";
}
