/** What only a dongle of our own can meet: the adapter itself, and keys that are ours. */
import type { AdapterTrouble } from "../../link/failure.ts";
import { BOND_KEPT, NOTHING_CHANGED, RECORD_KEPT } from "./advice.ts";
import type { Advice } from "./advice.ts";

export type DongleTrouble = Exclude<AdapterTrouble, "off" | "too-old"> | "slots-full";

export function explainAdapter(trouble: DongleTrouble): Advice {
  const advice = (happened: string, ...next: string[]): Advice => ({ happened, untouched: BOND_KEPT, next });
  switch (trouble) {
    case "missing":
      return advice(
        "There is no adapter where it was looked for.",
        "Plug the dongle in, or start the bridge that leads to it.",
        "If another one was meant, choose that one.",
      );
    case "lost":
      return advice(
        "The dongle was pulled out or stopped answering.",
        "Plug it in again.",
        "Bonds come back with it: nothing has to be paired anew.",
      );
    case "refused":
      return advice(
        "The dongle answers, but cannot do what is needed here.",
        "Use one with Bluetooth Low Energy (4.2 or newer).",
      );
    case "held":
      return advice(
        "Another tab or another program has the dongle.",
        "Close it there, or take the dongle over here.",
      );
    case "not-admitted":
      return advice(
        "The dongle is not as it was, and nobody agreed that it may have the keys.",
        "Look at what differs, then decide.",
      );
    case "no-firmware":
      return advice(
        "The dongle needs a firmware file, and there is none here that it takes.",
        "Add the file that is named for its model, then try again.",
        "If it was added before, it may be damaged or for another chip: add it anew.",
      );
    case "slots-full":
      return advice(
        "The dongle has no room for one more connection.",
        "End another connection, then try again.",
      );
  }
}

export type KeyTrouble =
  | "vault-locked"
  | "keys-unreadable"
  | "keys-full"
  | "keys-not-writable"
  | "kept-for-session"
  | "no-key"
  | "bond-exists"
  | "peer-does-not-bond"
  | "other-adapter"
  | "link-below-level"
  | "key-too-short"
  | "legacy-not-allowed"
  | "weaker-than-before";

export function explainKeys(trouble: KeyTrouble): Advice {
  const advice = (happened: string, untouched: string, ...next: string[]): Advice => ({
    happened,
    untouched,
    next,
  });
  switch (trouble) {
    case "vault-locked":
      return advice("The vault with the keys is locked.", NOTHING_CHANGED, "Unlock it, then try again.");
    case "keys-unreadable":
      return advice(
        "The stored keys could not be read, so it is not known whether there is a bond.",
        "Nothing was deleted and nothing was overwritten.",
        "Try again. If it stays so, look at the damaged entries under Settings.",
      );
    case "keys-full":
      return advice(
        "There is no room left to store keys, so nothing was begun.",
        "The bonds from before and their keys are untouched.",
        "Free space on this computer, then try again.",
      );
    case "keys-not-writable":
      return advice(
        "The key could not be stored, so the pairing was given up before it was complete.",
        RECORD_KEPT,
        "Free space on this computer, then try again.",
      );
    case "kept-for-session":
      return advice(
        "The bond works, but its key is kept only until this page or program ends.",
        "Nothing that was stored before was changed.",
        "Unlock the vault or free space, then pair once more.",
      );
    case "no-key":
      return advice(
        "There is no key for this device on this dongle.",
        RECORD_KEPT,
        "Pair the device here, or use the dongle that it was paired with.",
      );
    case "bond-exists":
      return advice(
        "There is a bond with this device already.",
        RECORD_KEPT,
        "Repair it, if the device was reset.",
      );
    case "peer-does-not-bond":
      return advice(
        "The device paired, but does not keep the bond: it can be used until the connection ends.",
        "No bond was stored or replaced.",
        "Put the device in pairing mode and try again.",
        "Some devices keep no bonds at all.",
      );
    case "other-adapter":
      return advice(
        "This bond belongs to another dongle, or to another identity of this one.",
        RECORD_KEPT,
        "Plug in the dongle that it was made with.",
        "Or move its identity to this one, under Keys.",
      );
    case "link-below-level":
      return advice(
        "The connection is secured less than is asked for.",
        BOND_KEPT,
        "Repair the bond at a higher level, or ask for less.",
      );
    case "key-too-short":
      return advice(
        "The key is shorter than is asked for.",
        BOND_KEPT,
        "Look for a newer firmware. Short keys can be guessed.",
      );
    case "legacy-not-allowed":
      return advice(
        "The device knows only the old kind of pairing, which a listener can break.",
        NOTHING_CHANGED,
        "Look for a newer firmware.",
        "If you accept the risk, allow it for this one device.",
      );
    case "weaker-than-before":
      return advice(
        "The device offers less security than its old bond has.",
        "The old bond is as it was.",
        "Make sure that it is your device: something that imitates it would do the same.",
      );
  }
}
