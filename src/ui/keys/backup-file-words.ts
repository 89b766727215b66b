/** How the kept file stands, in words: what is so, then what to do. */
import type { FileStanding } from "../../state/keys/backup-file.ts";
import type { FileProblem } from "../../state/keys/file-problem.ts";
import { vaultProblemWords } from "./vault-words.ts";

export interface StandingWords {
  readonly tone: "good" | "quiet" | "warn" | "bad";
  readonly what: string;
  readonly advice: string;
}

export function standingWords(standing: FileStanding): StandingWords {
  switch (standing.kind) {
    case "current":
      return { tone: "good", what: "✓ Up to date", advice: "Written, read back and opened." };
    case "soon":
    case "writing":
      return { tone: "quiet", what: "Writing the last change …", advice: "" };
    case "permission":
      return permissionWords(standing);
    case "locked":
      return {
        tone: "warn",
        what: "Waiting for the vault.",
        advice: "Something changed and the vault is locked. It is written when you unlock it.",
      };
    case "held":
      return { tone: "warn", ...HELD[standing.why] };
    case "failed":
      return { tone: "bad", ...fileProblemWords(standing.problem) };
  }
}

function permissionWords({
  denied,
  behind,
}: Extract<FileStanding, { readonly kind: "permission" }>): StandingWords {
  const rest = behind ? "What changed since is not in it." : "Nothing changed since it was written.";
  if (!denied)
    return {
      tone: "warn",
      what: "Waiting for your permission.",
      advice: `The browser wants to be asked again whether this page may write the file. ${rest}`,
    };
  return {
    tone: "warn",
    what: "The browser does not let this page write the file.",
    advice: `Allow editing of files in the browser’s settings for this site, then write it again. ${rest}`,
  };
}

const HELD = {
  "no-bonds": {
    what: "Not written: there are no bonds here any more.",
    advice:
      "The file still has those that were here. Restore from it, or write it now if you want it without them.",
  },
  damaged: {
    what: "Not written: a record here was damaged since.",
    advice: "The file may still have it whole. Restore from it, or write it now if you can do without.",
  },
  "changed-elsewhere": {
    what: "Not written: something else changed the file.",
    advice:
      "It may be the backup of another computer. Choose another file for this one, or write it now to replace what is in it.",
  },
} as const;

export function fileProblemWords(problem: FileProblem): { readonly what: string; readonly advice: string } {
  switch (problem.kind) {
    case "gone":
      return {
        what: "The file is not there.",
        advice:
          "It was moved, renamed or deleted, or its stick is not plugged in. Bring it back, or choose another file.",
      };
    case "full":
      return {
        what: "There is no room for the file.",
        advice:
          "What was in it is still in it. Free some space, or choose another place, then write it again.",
      };
    case "busy":
      return {
        what: "Something else is using the file.",
        advice: "It is tried again in half a minute. Close what has it open if it stays so.",
      };
    case "refused":
      return {
        what: "The browser or the system did not let this page write there.",
        advice: "Choose a file in a folder of your own, and allow it when the browser asks.",
      };
    case "differs":
      return {
        what: "What was written cannot be read back as it should.",
        advice: "Do not rely on this file. Choose another place: the disk may be failing.",
      };
    case "key-lost":
      return {
        what: "The vault that had the key of this file is gone.",
        advice: "The file stays as it is and opens with its passphrase. Choose a file anew to go on.",
      };
    case "vault":
      return vaultProblemWords(problem.problem);
    case "unknown":
      return {
        what: "The file was not written.",
        advice: `The browser said: ${problem.detail}. Try again, or choose another file.`,
      };
  }
}
