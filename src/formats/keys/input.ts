/** Files as a person picked them: bounded, decoded, never trusted. */
import type { Aes128 } from "../../../hci/ports.ts";
import { parseHostileJson } from "../hostile-json.ts";
import { KeyFileError } from "./problem.ts";
import type { Identity } from "./record.ts";

/** Path (with `/`, as far as the person gave it) → content. One entry for formats that are one file. */
export type KeyFiles = ReadonlyMap<string, Uint8Array | string>;

export interface ImportOptions {
  /** For our own identity key where a file holds only its root (IR). */
  readonly aes: Aes128;
  /** Identities of the dongles that are here; left out, L-15 looks only for bonds that name none. */
  readonly adapters?: readonly Identity[];
}

export const LIMITS = {
  /** Of one file. */
  octets: 8 * 2 ** 20,
  /** Of all files together. */
  totalOctets: 32 * 2 ** 20,
  files: 20_000,
  bonds: 10_000,
  lines: 200_000,
  /** Of lists and objects in JSON. */
  depth: 20,
} as const;

/** Throws `KeyFileError` where there is nothing, or more than can be looked at. */
export function checkSizes(files: KeyFiles): void {
  if (files.size === 0) throw new KeyFileError({ kind: "no-files" });
  if (files.size > LIMITS.files)
    throw new KeyFileError({ kind: "too-many", what: "files", limit: LIMITS.files });
  let total = 0;
  for (const content of files.values()) {
    if (content.length > LIMITS.octets) throw tooLarge(content.length, LIMITS.octets);
    total += content.length;
  }
  if (total > LIMITS.totalOctets) throw tooLarge(total, LIMITS.totalOctets);
}

function tooLarge(octets: number, limit: number): KeyFileError {
  return new KeyFileError({ kind: "too-large", octets, limit });
}

/** The text of a file: UTF-8, or UTF-16 where a byte order mark says so. Throws `KeyFileError` (`not-text`). */
export function textOf(content: Uint8Array | string): string {
  if (typeof content === "string") return content.replace(/^\uFEFF/u, "");
  const [first, second] = content;
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    throw new KeyFileError({ kind: "not-text" });
  }
}

/** Throws `KeyFileError`. */
export function jsonOf(content: Uint8Array | string): unknown {
  const parsed = parseHostileJson(content, LIMITS);
  if (!parsed.ok) throw new KeyFileError(parsed.problem);
  return parsed.value;
}

/** Lines without their ends. Throws `KeyFileError` where there are too many. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/u);
  if (lines.length > LIMITS.lines)
    throw new KeyFileError({ kind: "too-many", what: "lines", limit: LIMITS.lines });
  return lines;
}

/** The one file of a format that is one file. */
export function onlyFile(files: KeyFiles): readonly [path: string, content: Uint8Array | string] {
  const [first, second] = files;
  if (first === undefined) throw new KeyFileError({ kind: "no-files" });
  if (second !== undefined) throw new KeyFileError({ kind: "too-many", what: "files", limit: 1 });
  return first;
}
