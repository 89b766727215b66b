import type { ResultReason } from "../../bonds/result.ts";
import type { PairingReason } from "../../link/failure.ts";
import type { System } from "../../state/platform.ts";
import type { SuspectReason } from "../../storage/records.ts";
import { explain } from "../explain.ts";
import { BOND_KEPT, NOTHING_CHANGED, RECORD_KEPT } from "./advice.ts";
import type { Advice } from "./advice.ts";
import { explainAdapter, explainKeys } from "./dongle.ts";
import { explainPairing } from "./pairing.ts";
import { removalSteps, systemPairingSteps } from "./system.ts";

/** Why a procedure ended as it did, in a person's words. */
export function explainReason(reason: ResultReason, system: System): Advice {
  switch (reason) {
    case "access-refused":
    case "key-missing":
    case "key-mismatch":
    case "encryption-refused":
    case "half-bond":
    case "evicted":
      return explainSuspicion(reason, system);
    case "no-record":
    case "never-proven":
    case "no-probe":
    case "probe-not-found":
    case "probe-failed":
    case "probe-below-level":
    case "level-not-shown-here":
    case "operation-not-supported":
    case "other-transport":
      return explainProof(reason);
    case "system-bond-in-the-way":
    case "needs-system-pairing":
      return explainSystemBond(reason, system);
    case "adapter-missing":
      return explain({ kind: "adapter", state: "missing" }, system);
    case "adapter-off":
      return explain({ kind: "adapter", state: "off" }, system);
    case "adapter-too-old":
      return explain({ kind: "adapter", state: "too-old" }, system);
    case "adapter-lost":
      return explainAdapter("lost");
    case "adapter-refused":
      return explainAdapter("refused");
    case "adapter-no-firmware":
      return explainAdapter("no-firmware");
    case "adapter-held":
      return explainAdapter("held");
    case "not-admitted":
    case "slots-full":
      return explainAdapter(reason);
    case "vault-locked":
    case "keys-unreadable":
    case "keys-not-writable":
    case "kept-for-session":
    case "no-key":
    case "bond-exists":
    case "peer-does-not-bond":
    case "other-adapter":
    case "link-below-level":
    case "key-too-short":
    case "legacy-not-allowed":
    case "weaker-than-before":
      return explainKeys(reason);
    case "no-web-bluetooth":
      return explain({ kind: "api-missing", why: "browser" }, system);
    case "by-person":
      return explain({ kind: "cancelled", by: "caller" }, system);
    case "no-gesture":
      return explain({ kind: "needs-gesture" }, system);
    case "needs-chooser":
    case "blocked":
    case "held-elsewhere":
      return explainPermission(reason);
    case "connect-failed":
    case "link-lost":
    case "time-limit":
      return explainReach(reason);
    case "store-unreadable":
    case "store-full":
    case "store-failed":
      return explainStore(reason);
    case "bad-parameters":
      return {
        happened: "It was called with parameters that do not fit.",
        untouched: NOTHING_CHANGED,
        next: ["Correct the link or the call."],
      };
    case "unexpected":
      return {
        happened: "Something happened that Bondkeeper has no words for.",
        untouched: BOND_KEPT,
        next: ["Try once more. If it stays so, report it with the details."],
      };
    default:
      return explainPairing(reason satisfies PairingReason, system);
  }
}

function explainSuspicion(reason: SuspectReason, system: System): Advice {
  const advice = (happened: string, ...next: string[]): Advice => ({
    happened,
    untouched: RECORD_KEPT,
    next,
  });
  const sure = "Make sure that it is your device in front of you.";
  switch (reason) {
    case "access-refused":
      return advice(
        "The device refused what it allowed before. It was reset, or something imitates it, or this computer lost its half of the bond.",
        sure,
        ...removalSteps(system),
        "Then repair the bond here.",
      );
    case "key-missing":
      return advice(
        "The device says that it has no key for this bond. It was reset, or something imitates it.",
        sure,
        "If you reset it, repair the bond.",
      );
    case "key-mismatch":
      return advice(
        "The device has another key than we have. It was paired anew, or something imitates it.",
        sure,
        "If you paired it elsewhere, repair the bond.",
      );
    case "encryption-refused":
      return advice(
        "The device refused to encrypt. It was reset, or something imitates it.",
        sure,
        "If you reset it, repair the bond.",
      );
    case "half-bond":
      return advice(
        "Pairing ended half-way. One side may believe that a bond exists, and the other not.",
        ...removalSteps(system),
        "Put the device in pairing mode and repair the bond here.",
      );
    case "evicted":
      return advice(
        "The device was paired with another host since. It may keep only a few, and this one may have lost its place.",
        "Remove a host that you no longer need on the device.",
        "Then repair the bond here.",
      );
  }
}

type ProofReason = Extract<
  ResultReason,
  | "no-record"
  | "never-proven"
  | "no-probe"
  | `probe-${string}`
  | "level-not-shown-here"
  | "operation-not-supported"
  | "other-transport"
>;

function explainProof(reason: ProofReason): Advice {
  const advice = (happened: string, ...next: string[]): Advice => ({ happened, untouched: BOND_KEPT, next });
  switch (reason) {
    case "no-record":
      return advice("Bondkeeper has no record of this device.", "Add the device.");
    case "never-proven":
      return advice(
        "There is a record, but no proof yet that the bond works, and a check alone must not pair.",
        "Choose Verify: it may pair and then prove the bond.",
      );
    case "no-probe":
      return advice(
        "Nothing is known that would prove this bond. A connection alone proves nothing.",
        "Choose a value that the device gives only to paired hosts. A value that was refused once is a good guess.",
      );
    case "probe-not-found":
      return advice(
        "The value that proves the bond is not offered by the device any more.",
        "Make sure that it is the right device. After a firmware update choose another value.",
      );
    case "probe-failed":
      return advice(
        "The value that proves the bond could not be read, for a reason that says nothing about the bond.",
        "Try again. If it stays so, choose another value.",
      );
    case "probe-below-level":
      return advice(
        "The bond works, but its proof needs less security than you ask for.",
        "Choose a value that needs more security, or ask for less.",
      );
    case "level-not-shown-here":
      return advice(
        "The bond works, but a browser cannot show how well the connection is secured.",
        "Ask for no particular level here.",
      );
    case "operation-not-supported":
      return advice(
        "The device or the browser cannot do what would prove the bond.",
        "Choose another value as proof.",
      );
    case "other-transport":
      return advice(
        "This bond belongs to another way of reaching the device.",
        "Open it the way it was made, or add the device here as well.",
      );
  }
}

function explainSystemBond(
  reason: "system-bond-in-the-way" | "needs-system-pairing",
  system: System,
): Advice {
  return reason === "system-bond-in-the-way"
    ? {
        happened:
          "The system still keeps an older bond with this device, so the browser does not pair again. A page cannot remove it.",
        untouched: RECORD_KEPT,
        next: [...removalSteps(system), "Then come back and try again."],
      }
    : {
        happened: "The device wants to be paired, but the browser does not start a pairing for this.",
        untouched: RECORD_KEPT,
        next: systemPairingSteps(system),
      };
}

function explainPermission(reason: "needs-chooser" | "blocked" | "held-elsewhere"): Advice {
  const advice = (happened: string, ...next: string[]): Advice => ({
    happened,
    untouched: RECORD_KEPT,
    next,
  });
  switch (reason) {
    case "needs-chooser":
      return advice(
        "The browser does not remember this device, so the page may not reach it yet.",
        "Choose the device again.",
      );
    case "blocked":
      return advice(
        "The browser, the system or an administrator does not allow Bluetooth here.",
        "Open the site settings beside the address and allow Bluetooth devices.",
        "Make sure that the system lets the browser use Bluetooth.",
      );
    case "held-elsewhere":
      return advice(
        "Another tab or another part of this page is working with this device.",
        "Wait until it is done or close it, then try again.",
      );
  }
}

function explainReach(reason: "connect-failed" | "link-lost" | "time-limit"): Advice {
  const happened = {
    "connect-failed": "The device could not be reached.",
    "link-lost": "The connection dropped.",
    "time-limit": "The device did not answer in time.",
  }[reason];
  return {
    happened,
    untouched: "The bond was not touched. A device that is off or far away keeps its bond.",
    next: [
      "Bring the device closer and make sure that it is on and awake.",
      "If it is connected to another phone or computer, disconnect it there.",
    ],
  };
}

function explainStore(reason: "store-unreadable" | "store-full" | "store-failed"): Advice {
  switch (reason) {
    case "store-unreadable":
      return {
        happened: "What Bondkeeper stored in this browser cannot be read.",
        untouched: "Nothing was deleted and nothing was overwritten.",
        next: ["Reload the page. If it stays so, restart the browser."],
      };
    case "store-full":
      return {
        happened: "There is no room left to store anything, so nothing was begun.",
        untouched: NOTHING_CHANGED,
        next: ["Free space on this computer, then try again."],
      };
    case "store-failed":
      return {
        happened: "The bond works, but its record could not be stored.",
        untouched: "The bond itself is in place.",
        next: ["Free space on this computer.", "Then run it again, so that the record is stored."],
      };
  }
}
