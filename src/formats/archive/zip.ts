/** ZIP (PKWARE APPNOTE 6.3): files stored or deflated, found by the central directory at the end. */
import { ArchiveError, damaged, type ArchiveLimits, Unpacked } from "./problem.ts";
import { inflate } from "./inflate.ts";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_OCTETS = 22;
const ENTRY_OCTETS = 46;
const LOCAL_OCTETS = 30;
const MAX_COMMENT = 0xffff;

/** Whether the octets begin as a ZIP file does. */
export function looksLikeZip(octets: Uint8Array): boolean {
  return octets[0] === 0x50 && octets[1] === 0x4b && octets[2] === 3 && octets[3] === 4;
}

interface Entry {
  readonly path: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
}

/** Throws ArchiveError. Folders are left out. */
export async function readZip(
  octets: Uint8Array<ArrayBuffer>,
  limits: ArchiveLimits,
): Promise<Unpacked["files"]> {
  const unpacked = new Unpacked(limits);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (const entry of entriesOf(view, limits)) {
    if (entry.path.endsWith("/")) continue;
    // What the file says of its size is a claim; what comes out is counted.
    const limit = Math.min(unpacked.left, entry.size);
    const packed = packedOf(octets, view, entry);
    if (entry.method !== 0 && entry.method !== 8)
      throw new ArchiveError({ kind: "archive-unsupported", reason: `packed by method ${entry.method}` });
    const content =
      entry.method === 0 ? packed : await inflate(packed, "deflate-raw", limit, () => unpacked.tooLarge());
    if (content.length !== entry.size) throw damaged("a file is not as long as the directory says");
    unpacked.add(entry.path, content);
  }
  return unpacked.files;
}

function* entriesOf(view: DataView, limits: ArchiveLimits): Generator<Entry> {
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === 0xffff_ffff || count === 0xffff)
    throw new ArchiveError({ kind: "archive-unsupported", reason: "it is a ZIP64 file" });
  if (count > limits.files)
    throw new ArchiveError({ kind: "archive-too-large", what: "files", limit: limits.files });
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_OCTETS > end || view.getUint32(at, true) !== ENTRY) throw damaged("its directory is cut");
    if ((view.getUint16(at + 8, true) & 1) !== 0)
      throw new ArchiveError({ kind: "archive-unsupported", reason: "it is encrypted" });
    const name = view.getUint16(at + 28, true);
    const rest = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const start = at + ENTRY_OCTETS;
    if (start + name > end) throw damaged("its directory is cut");
    yield {
      path: new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start, name)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      local: view.getUint32(at + 42, true),
    };
    at = start + name + rest;
  }
}

/** The record at the end, searched from behind: a comment of any content may follow it. */
function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_OCTETS - MAX_COMMENT);
  for (let at = view.byteLength - END_OCTETS; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw damaged("its directory is missing: it was cut");
}

function packedOf(octets: Uint8Array<ArrayBuffer>, view: DataView, entry: Entry): Uint8Array<ArrayBuffer> {
  const { local, packed } = entry;
  if (local + LOCAL_OCTETS > octets.length || view.getUint32(local, true) !== LOCAL)
    throw damaged("a file is not where the directory says");
  const start = local + LOCAL_OCTETS + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packed > octets.length) throw damaged("a file is cut");
  return octets.slice(start, start + packed);
}
