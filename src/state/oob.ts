/** A code that came over another way than the radio, for a device that was chosen in the scanner or is to be repaired. */
import { type OobProblem, parseOobCode } from "../formats/oob-code.ts";
import { type OutOfBand, wipeOutOfBand } from "../link/out-of-band.ts";
import type { HeardDevice } from "./scan/heard.ts";

export { MAX_OOB_TEXT } from "../formats/oob-code.ts";

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
  return read(text, (peerId) => isOther(peerId, device));
}

/** As `readOob`. `bonded`: `Peer.id` under which the device was bonded; null where its record has none. */
export function readOobForRepair(text: string, bonded: string | null): OobReading {
  return read(text, (peerId) => bonded !== null && isOtherThanBonded(peerId, bonded));
}

function read(text: string, other: (peerId: string) => boolean): OobReading {
  const parsed = parseOobCode(text);
  if (parsed.kind === "problem") return { kind: "refused", refusal: parsed.problem };
  const { peerId, confirm, random } = parsed.code;
  const outOfBand: Values = { kind: "secure-connections", confirm, random };
  if (peerId === null || !other(peerId)) return { kind: "ready", outOfBand };
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

/** A reset may give a device another random address, never another public one: there the code itself proves, or fails. */
function isOtherThanBonded(peerId: string, bonded: string): boolean {
  return peerId !== bonded && (isPublic(peerId) || isPublic(bonded));
}

const isPublic = (peerId: string): boolean => peerId.startsWith("public-");
