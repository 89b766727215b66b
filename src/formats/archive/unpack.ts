/** One picked archive becomes the files in it; anything else stays what it is. */
import { LIMITS, type KeyFiles } from "../keys/input.ts";
import { inflate } from "./inflate.ts";
import { Unpacked } from "./problem.ts";
import { looksLikeTar, readTar } from "./tar.ts";
import { looksLikeZip, readZip } from "./zip.ts";

const BOUNDS = { files: LIMITS.files, totalOctets: LIMITS.totalOctets };

/** Knows an archive by its first octets, never by its name. Throws ArchiveError. */
export async function unpack(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<KeyFiles> {
  const [only, more] = files.values();
  if (only === undefined || more !== undefined) return files;
  if (looksLikeZip(only)) return readZip(only, BOUNDS);
  if (looksLikeTar(only)) return readTar(only, BOUNDS);
  if (only[0] !== 0x1f || only[1] !== 0x8b) return files;
  const unpacked = new Unpacked(BOUNDS);
  const inner = await inflate(only, "gzip", BOUNDS.totalOctets, () => unpacked.tooLarge());
  if (looksLikeTar(inner)) return readTar(inner, BOUNDS);
  return new Map([...files.keys()].map((path) => [path.replace(/\.gz$/u, ""), inner]));
}
