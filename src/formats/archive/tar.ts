/** POSIX tar: what `tar c /var/lib/bluetooth` makes, and the same written. Only plain files count; links lead nowhere. */
import { damaged, type ArchiveLimits, Unpacked } from "./problem.ts";

const BLOCK = 512;
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 6],
  prefix: [345, 155],
} as const;
type Field = keyof typeof FIELDS;

/** Whether the octets begin with a header of a tar file. */
export function looksLikeTar(octets: Uint8Array): boolean {
  return octets.length >= BLOCK && textOf(octets.subarray(0, BLOCK), "magic").startsWith("ustar");
}

/** Throws ArchiveError. */
export function readTar(octets: Uint8Array<ArrayBuffer>, limits: ArchiveLimits): Unpacked["files"] {
  const unpacked = new Unpacked(limits);
  let at = 0;
  let longName: string | null = null;
  while (at + BLOCK <= octets.length) {
    const header = octets.subarray(at, at + BLOCK);
    if (header.every((octet) => octet === 0)) return unpacked.files;
    checkSum(header, at);
    const size = numberOf(header, "size");
    const start = at + BLOCK;
    if (start + size > octets.length) throw damaged("it ends in the middle of a file");
    const content = octets.slice(start, start + size);
    const type = textOf(header, "type");
    if (type === "L" || type === "x") longName = nameIn(type, content) ?? longName;
    else {
      if (type === "0" || type === "" || type === "7") unpacked.add(longName ?? nameOf(header), content);
      longName = null;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw damaged("it has no end");
}

/** Octets of a tar file with these files, readable by their owner only. `at`: seconds since 1970. */
export function writeTar(
  files: ReadonlyMap<string, Uint8Array | string>,
  at: number,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [path, content] of files) {
    const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const name = new TextEncoder().encode(path);
    if (name.length > FIELDS.name[1]) parts.push(header("././@LongLink", name.length, "L", at), padded(name));
    parts.push(header(path, octets.length, "0", at), padded(octets));
  }
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0) + 2 * BLOCK);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function header(path: string, size: number, type: "0" | "L", at: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (field: Field, text: string): void => {
    const [start, length] = FIELDS[field];
    block.set(new TextEncoder().encode(text).subarray(0, length), start);
  };
  put("name", path);
  put("mode", "0000600\0");
  put("size", `${size.toString(8).padStart(11, "0")}\0`);
  put("mtime", `${Math.floor(at).toString(8).padStart(11, "0")}\0`);
  put("type", type);
  put("magic", "ustar\0");
  block.set([0x30, 0x30], 263);
  put("checksum", `${sumOf(block).toString(8).padStart(6, "0")}\0 `);
  return block;
}

function padded(octets: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(octets.length / BLOCK) * BLOCK);
  whole.set(octets);
  return whole;
}

function nameOf(block: Uint8Array): string {
  const prefix = textOf(block, "magic") === "ustar" ? textOf(block, "prefix") : "";
  const name = textOf(block, "name");
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** GNU writes a long name as a file of its own, POSIX as a line `42 path=…`. */
function nameIn(type: "L" | "x", content: Uint8Array): string | null {
  const text = new TextDecoder().decode(content);
  if (type === "L") return text.replace(/\0[^]*$/u, "");
  return /^\d+ path=(?<path>[^\n]*)$/mu.exec(text)?.groups?.["path"] ?? null;
}

function textOf(block: Uint8Array, field: Field): string {
  const [start, length] = FIELDS[field];
  return new TextDecoder().decode(block.subarray(start, start + length)).replace(/\0[^]*$/u, "");
}

function numberOf(block: Uint8Array, field: Field): number {
  const text = textOf(block, field).trim();
  if (!/^[0-7]{1,12}$/u.test(text)) throw damaged(`the field ${field} of a header is no number`);
  return Number.parseInt(text, 8);
}

/** The field itself counts as blanks. */
function sumOf(block: Uint8Array): number {
  const [start, length] = FIELDS.checksum;
  return block.reduce((sum, octet, i) => sum + (i >= start && i < start + length ? 0x20 : octet), 0);
}

function checkSum(block: Uint8Array, at: number): void {
  if (numberOf(block, "checksum") !== sumOf(block))
    throw damaged(`the header at octet ${at} has a wrong sum`);
}
