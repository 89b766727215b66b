import type { ComparedField, ImportChoice, ImportProblem } from "../state/transfer.ts";

/** Why a file was refused as a whole. What comes from the file stays text. */
export function importProblemWords(problem: ImportProblem): string {
  switch (problem.kind) {
    case "too-large":
      return `It has ${Math.ceil(problem.octets / 2 ** 20)} MiB; at most ${problem.limit / 2 ** 20} MiB are read.`;
    case "not-text":
      return "It is no text file.";
    case "too-deep":
      return "It is nested deeper than any file of ours.";
    case "not-json":
      return problem.where === "" ? "It is no JSON." : `It is no JSON. Look ${problem.where}.`;
    case "not-ours":
      return problem.found === null
        ? "It is JSON, but no file of Bondkeeper."
        : `It is JSON of another kind: ${problem.found}`;
    case "newer": {
      const by = problem.appVersion === null ? "" : ` (Bondkeeper ${problem.appVersion})`;
      return `A later version wrote it${by}. Reload this page to update, then import it again.`;
    }
    case "misfit":
      return `It is damaged at ${problem.path}: ${problem.reason}`;
  }
}

export const CHOICE_WORDS: Readonly<Record<ImportChoice, string>> = {
  merge: "Merge: fill what is missing here",
  skip: "Skip: leave it out",
  replace: "Replace: take the file’s",
};

/** For a record that is not here yet there is nothing to merge with. */
export const NEW_CHOICE_WORDS: Readonly<Record<"merge" | "skip", string>> = {
  merge: "Add it",
  skip: "Skip: leave it out",
};

export const FIELD_WORDS: Readonly<Record<ComparedField, string>> = {
  name: "the device’s name",
  label: "your name for it",
  notes: "notes",
  profile: "kind",
  services: "services",
  probe: "what proves the bond",
  minimumLevel: "the least security",
  autoConnect: "reconnecting",
};
