/** The words of the device page: levels, probes, history, evidence. */
import type { BondState } from "../bonds/evidence.ts";
import type { BondRecord, HistoryKind, Level, Probe, Proof, SuspectReason } from "../storage/records.ts";
import { suspectWords } from "./bond-words.ts";

export function levelWord(level: Level): string {
  switch (level) {
    case "encrypted":
      return "encrypted";
    case "authenticated":
      return "encrypted, and safe from somebody in the middle";
    case "secure":
      return "the same, with LE Secure Connections";
  }
}

export const LEVELS: readonly Level[] = ["encrypted", "authenticated", "secure"];

export function probeSourceWord(probe: Probe): string {
  switch (probe.source) {
    case "profile":
      return "from the preset the device was added with";
    case "user":
      return "chosen by you";
    case "learned":
      return "learned: the device refused it, then answered it";
  }
}

export function proofWord(proof: Proof): string {
  switch (proof.how) {
    case "re-encryption":
      return "the link was encrypted with the stored key";
    case "gated-read":
      return "a protected read succeeded";
    case "gated-write":
      return "a protected write succeeded";
    case "gated-notify":
      return "a protected subscription succeeded";
  }
}

/** One sentence under the name: what is true of this bond now. */
export function stateSentence(state: BondState): string {
  switch (state.kind) {
    case "proven-now":
      return "The bond works: it was proven on the connection that is up.";
    case "proven":
      return "The bond worked at its last proof. Whether it still does shows when it is used again.";
    case "recorded":
      return "There is a record of this device, and nothing more. Nothing shows yet that a bond works.";
    case "suspect":
      return `Something contradicts the record: ${suspectWords(state.reason)}. Nothing was deleted.`;
    case "archived":
      return state.why === "repair"
        ? "A repair set this bond aside and has not proven a new one. It can be put back."
        : "You let go of this device. Its record is kept aside until you delete it or put it back.";
  }
}

/** What a suspicion can mean. A mark, not a verdict: everything received over the air can be imitated. */
export function suspicionMeaning(reason: SuspectReason): string {
  switch (reason) {
    case "access-refused":
      return "The device refused a read that worked before. It was reset, it was paired anew, or something imitates it.";
    case "key-missing":
      return "The device says that it has no key for this bond. It was reset, or something imitates it.";
    case "key-mismatch":
      return "Both sides have a key, but not the same one. The device was paired anew, or something imitates it.";
    case "encryption-refused":
      return "The device did not agree to encrypt. It was reset, or something imitates it.";
    case "half-bond":
      return "Pairing broke off after keys were handed over. One side may have kept what the other has not.";
    case "evicted":
      return "The bond failed soon after the device was paired elsewhere. It may keep only a few hosts.";
  }
}

export function historyWord(kind: HistoryKind): string {
  switch (kind) {
    case "added":
      return "Added";
    case "paired":
      return "Paired and proven";
    case "verified":
      return "Proven again";
    case "check-failed":
      return "A check found no working bond";
    case "suspect":
      return "Became suspect";
    case "repair-started":
      return "Repair started";
    case "repaired":
      return "Repaired and proven";
    case "repair-undone":
      return "Repair undone, the old bond is back";
    case "renamed":
      return "Renamed";
    case "probe-chosen":
      return "Probe chosen";
    case "probe-learned":
      return "Probe learned";
    case "table-changed":
      return "The device offers something else than before";
    case "removed":
      return "Forgotten, record kept aside";
    case "restored":
      return "Put back";
    case "exported":
      return "Record exported";
    case "imported":
      return "Imported";
    case "identity-confirmed":
      return "Said to be the same device under a new number";
    case "failed":
      return "Tried, did not succeed";
  }
}

export type Tone = "good" | "bad" | "plain";

export function historyTone(kind: HistoryKind): Tone {
  if (kind === "paired" || kind === "verified" || kind === "repaired") return "good";
  return kind === "suspect" || kind === "check-failed" || kind === "failed" ? "bad" : "plain";
}

/** "key-missing", "unreachable: connect-failed": our own short words, made readable. */
export function detailWord(kind: HistoryKind, detail: string): string {
  if (kind === "suspect" && isSuspectReason(detail)) return suspectWords(detail);
  return detail.replaceAll("-", " ");
}

const SUSPECT_REASONS: readonly SuspectReason[] = [
  "access-refused",
  "key-missing",
  "key-mismatch",
  "encryption-refused",
  "half-bond",
  "evicted",
];

function isSuspectReason(text: string): text is SuspectReason {
  return SUSPECT_REASONS.some((reason) => reason === text);
}

export function transportWord(transport: BondRecord["transport"]): string {
  switch (transport) {
    case "web-bluetooth":
      return "the browser’s Bluetooth";
    case "dongle":
      return "a dongle";
    case "demo":
      return "the demo devices in this page";
    case "simulator":
      return "the simulation in this page";
  }
}
