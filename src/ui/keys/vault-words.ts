/** What the vault is, does and does not do, in the words of the page. `docs/keys.md` says the same at length. */
import type { VaultProblem } from "../../state/keys/vault.ts";
import type { LockKind } from "../../storage/vault/ports.ts";
import { storageWords } from "../storage-words.ts";

/** The ways a person can choose; `file` is for programs without a page. */
export type Way = Exclude<LockKind, "file">;

interface WayWords {
  readonly name: string;
  readonly opens: string;
  readonly protects: string;
  readonly not: string;
}

export const WAYS: Readonly<Record<Way, WayWords>> = {
  device: {
    name: "This browser",
    opens: "Opens by itself, without a question.",
    protects: "Protects exports, logs and messages: no key is in them.",
    not: "Does not protect a copied browser profile: the key to the vault is in it.",
  },
  passphrase: {
    name: "Passphrase",
    opens: "You type it once; the vault locks itself after a time without use.",
    protects: "Protects a copied browser profile, as well as the passphrase withstands guessing.",
    not: "A forgotten passphrase cannot be recovered. A copy of the profile from before you set it stays readable.",
  },
  prf: {
    name: "Passkey or security key",
    opens: "You confirm it once; the vault locks itself after a time without use.",
    protects: "Protects a copied browser profile.",
    not: "A lost security key cannot be replaced: the keys are lost with it.",
  },
};

export const WAY_ORDER: readonly Way[] = ["device", "passphrase", "prf"];

/** What no way of opening it protects against. */
export const NEVER_PROTECTED: readonly string[] = [
  "A script in this page, a browser extension, or another program of the same user: they can use what the page can use.",
  "The adapter, its cable and a bridge: the controller needs the key itself at each encryption.",
  "Somebody who puts the whole profile back to an earlier state, or deletes it: only a backup helps.",
  "Traces of deleted keys on the disk.",
];

export function waysWords(by: readonly LockKind[]): string {
  return by.map((kind) => (kind === "file" ? "nothing" : WAYS[kind].name.toLowerCase())).join(" or ");
}

export function vaultProblemWords(problem: VaultProblem): {
  readonly what: string;
  readonly advice: string;
} {
  switch (problem.kind) {
    case "wrong-passphrase":
      return {
        what: "This is not the passphrase of the vault.",
        advice: "Nothing was opened. Mind capital letters and the layout of the keyboard, and try again.",
      };
    case "weak-passphrase":
      return {
        what: `A passphrase has at least ${problem.least} characters.`,
        advice: "Several words that do not belong together are easy to remember and hard to guess.",
      };
    case "refused":
      return {
        what: "The vault did not open in this way.",
        advice: `The browser or the security key said: ${problem.detail}. Nothing was changed.`,
      };
    case "locked":
      return { what: "The vault is locked.", advice: "Unlock it first." };
    case "absent":
      return { what: "There is no vault.", advice: "Another tab may have erased it. Reload the page." };
    case "lost":
      return {
        what: "The vault is gone, and its keys cannot be opened any more.",
        advice: "Restore a backup on another profile, or erase the keys and pair the devices again.",
      };
    case "changed":
      return { what: "Another tab changed the vault.", advice: "Look at how it stands now, and try again." };
    case "unreadable":
      return {
        what: "The vault cannot be read.",
        advice: `Nothing was overwritten. What is wrong: ${problem.detail}.`,
      };
    case "storage":
      return storageWords(problem.failure);
  }
}
