/** What a person reads where a bond is with another adapter than the one in use. No lit. */
import type { Place } from "../state/place.ts";

type Elsewhere = Exclude<Place, { readonly kind: "in-use" }>;

export function placeTitle({ kind }: Elsewhere): string {
  switch (kind) {
    case "system":
      return "This bond is with the Bluetooth of this computer";
    case "other-identity":
      return "This bond is with another identity on this dongle";
    case "other-dongle":
      return "This bond is with another dongle";
  }
}

/** The button of the one step to the right adapter; null where a person has to do something else first. */
export function placeStep(place: Place): string | null {
  if (place.kind === "system") return "Use the Bluetooth of this computer";
  if (place.kind !== "other-dongle" || place.reach !== "there") return null;
  return `Use ${place.name === "" ? "the dongle it was made with" : place.name}`;
}

export const STEP_HELP = "It loads this page anew, and pairs nothing.";
