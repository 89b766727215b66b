/** Why a backup cannot be read, as data. `detail` comes from the file: to be shown as text only. */
export type BackupProblem =
  | { readonly kind: "not-a-backup" }
  | { readonly kind: "too-large"; readonly octets: number; readonly limit: number }
  | { readonly kind: "newer"; readonly version: number }
  /** Cut short, or a field of its outside does not fit. */
  | { readonly kind: "damaged"; readonly detail: string }
  /** The passphrase is wrong, or the file was changed: its cipher cannot tell one from the other. */
  | { readonly kind: "does-not-open" }
  /** It opens, and what is in it does not fit: written by a program with a fault. */
  | { readonly kind: "misfit"; readonly detail: string };

export class BackupError extends Error {
  override readonly name = "BackupError";
  readonly problem: BackupProblem;

  constructor(problem: BackupProblem) {
    super(`Cannot read the backup: ${problem.kind}`);
    this.problem = problem;
  }
}
