/** Why an archive cannot be opened, as data. Texts in it come from the file. */
export type ArchiveProblem =
  | { readonly kind: "archive-damaged"; readonly reason: string }
  /** Encrypted, split over several files, or packed in a way that is not read here. */
  | { readonly kind: "archive-unsupported"; readonly reason: string }
  /** More, or larger, than an archive of keys can be. */
  | { readonly kind: "archive-too-large"; readonly limit: number; readonly what: "octets" | "files" };

export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
  readonly problem: ArchiveProblem;

  constructor(problem: ArchiveProblem) {
    super(
      `Cannot open the archive: ${"reason" in problem ? problem.reason : `more than ${problem.limit} ${problem.what}`}`,
    );
    this.problem = problem;
  }
}

export const damaged = (reason: string): ArchiveError =>
  new ArchiveError({ kind: "archive-damaged", reason });

/** Bounds for all that comes out of one archive, however small it is itself. */
export interface ArchiveLimits {
  readonly files: number;
  /** Of all files together, unpacked. */
  readonly totalOctets: number;
}

/** Counts what comes out of an archive and refuses the one octet too many. */
export class Unpacked {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #limits: ArchiveLimits;
  #octets = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Octets that may still come. */
  get left(): number {
    return this.#limits.totalOctets - this.#octets;
  }

  /** Names lead nowhere: they are looked up in a map and never in a file system. Of two with one name the later counts. */
  add(path: string, content: Uint8Array<ArrayBuffer>): void {
    if (this.files.size >= this.#limits.files)
      throw new ArchiveError({ kind: "archive-too-large", what: "files", limit: this.#limits.files });
    if (content.length > this.left) throw this.tooLarge();
    this.#octets += content.length;
    this.files.set(path, content);
  }

  tooLarge(): ArchiveError {
    return new ArchiveError({ kind: "archive-too-large", what: "octets", limit: this.#limits.totalOctets });
  }
}
