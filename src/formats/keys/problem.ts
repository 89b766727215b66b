/** Why a file with keys as a whole cannot be read or written, as data. Texts in it come from the file. */
import type { JsonProblem } from "../hostile-json.ts";
import type { FormatId } from "./record.ts";

export type KeyFileProblem =
  | JsonProblem
  | { readonly kind: "no-files" }
  | { readonly kind: "too-many"; readonly what: "files" | "bonds" | "lines"; readonly limit: number }
  /** No format fits; `reasons` says what was looked at. */
  | { readonly kind: "not-recognised"; readonly reasons: readonly string[] }
  /** L-24: not the outer shape of this format. */
  | { readonly kind: "shape"; readonly format: FormatId; readonly where: string; readonly reason: string }
  /** Cut or overwritten octets; `offset` in octets from the start of the file. */
  | { readonly kind: "damaged"; readonly format: FormatId; readonly offset: number; readonly reason: string }
  /** Bumble saved only the name of its namespace: the keys are gone. */
  | { readonly kind: "overwritten"; readonly namespace: string };

export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
  readonly problem: KeyFileProblem;

  constructor(problem: KeyFileProblem) {
    super(`Cannot read the keys: ${words(problem)}`);
    this.problem = problem;
  }
}

export function wrongShape(format: FormatId, where: string, reason: string): KeyFileError {
  return new KeyFileError({
    kind: "shape",
    format,
    where: where.slice(0, 200),
    reason: reason.slice(0, 200),
  });
}

function words(problem: KeyFileProblem): string {
  switch (problem.kind) {
    case "too-large":
      return `${problem.octets} octets are more than ${problem.limit}`;
    case "not-text":
      return "the file is not text in its encoding";
    case "too-deep":
      return `lists within lists are deeper than ${problem.limit}`;
    case "not-json":
      return `the file is not JSON, or it is cut ${problem.where}`.trimEnd();
    case "no-files":
      return "there is no file";
    case "too-many":
      return `there are more than ${problem.limit} ${problem.what}`;
    case "not-recognised":
      return `no known format fits (${problem.reasons.join("; ")})`;
    case "shape":
      return `${problem.format}: ${problem.where === "" ? "" : `${problem.where}: `}${problem.reason}`;
    case "damaged":
      return `${problem.format}: damaged at octet ${problem.offset}: ${problem.reason}`;
    case "overwritten":
      return `the file holds only the name ${JSON.stringify(problem.namespace.slice(0, 60))}: Bumble has overwritten it and the keys are gone, a backup is needed`;
  }
}
