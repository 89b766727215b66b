import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";
import { ArchiveError } from "../../../src/formats/archive/problem.ts";
import { readTar, writeTar } from "../../../src/formats/archive/tar.ts";
import { unpack } from "../../../src/formats/archive/unpack.ts";
import { readZip } from "../../../src/formats/archive/zip.ts";

const LIMITS = { files: 10, totalOctets: 10_000 };
const LONG = `bluetooth/${"deep/".repeat(30)}info`;
const FILES: ReadonlyMap<string, string> = new Map([
  ["bluetooth/00:11:22:33:44:55/settings", "[General]\n"],
  ["bluetooth/00:11:22:33:44:55/C6:3B:11:7E:4D:02/info", "x".repeat(700)],
  [LONG, "far away"],
]);

const octets = (from: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(from);
const texts = (files: ReadonlyMap<string, Uint8Array | string>): [string, string][] =>
  [...files].map(([path, content]) => [
    path,
    typeof content === "string" ? content : new TextDecoder().decode(content),
  ]);
const isProblem = (kind: string) => (error: unknown) =>
  error instanceof ArchiveError && error.problem.kind === kind;

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "archive-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what we write as tar, GNU tar lists and unpacks, long names included", () => {
  inFolder((folder) => {
    const file = join(folder, "a.tar");
    writeFileSync(file, writeTar(FILES, 1_700_000_000));
    const listed = execFileSync("tar", ["tf", file], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(listed, [...FILES.keys()]);
    execFileSync("tar", ["xf", file, "-C", folder, "--force-local"]);
    for (const [path, content] of FILES) assert.equal(readFileSync(join(folder, path), "utf8"), content);
  });
});

for (const format of ["gnu", "posix", "ustar"]) {
  test(`what GNU tar writes as ${format}, we read: files only`, () => {
    inFolder((folder) => {
      for (const [path, content] of FILES) {
        if (format === "ustar" && path === LONG) continue;
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const tar = execFileSync("tar", ["c", `--format=${format}`, "-C", folder, "bluetooth"]);
      const expected = [...FILES].filter(([path]) => format !== "ustar" || path !== LONG);
      assert.deepEqual(Object.fromEntries(texts(readTar(octets(tar), LIMITS))), Object.fromEntries(expected));
    });
  });
}

test("a tar that is cut, changed or without end is damaged, wherever it is cut", () => {
  const tar = writeTar(FILES, 0);
  for (const end of [512, 700, 1_024, tar.length - 1_024])
    assert.throws(() => readTar(tar.slice(0, end), LIMITS), isProblem("archive-damaged"), String(end));
  const changed = tar.slice();
  changed[3] = 0x21;
  assert.throws(() => readTar(changed, LIMITS), isProblem("archive-damaged"));
});

test("more files or octets than allowed end the reading of a tar", () => {
  const tar = writeTar(FILES, 0);
  assert.throws(() => readTar(tar, { ...LIMITS, files: 2 }), isProblem("archive-too-large"));
  assert.throws(() => readTar(tar, { ...LIMITS, totalOctets: 500 }), isProblem("archive-too-large"));
});

/** By Python, which knows nothing of us. */
function zipOf(
  files: ReadonlyMap<string, string>,
  method: "ZIP_STORED" | "ZIP_DEFLATED",
): Uint8Array<ArrayBuffer> {
  const script = `import json,sys,zipfile,io
b=io.BytesIO()
z=zipfile.ZipFile(b,"w",zipfile.${method})
for p,c in json.load(sys.stdin): z.writestr(p,c)
z.comment=b"PK with a comment"
z.close()
sys.stdout.buffer.write(b.getvalue())`;
  const input = JSON.stringify([...files]);
  return octets(execFileSync("python3", ["-c", script], { input }));
}

for (const method of ["ZIP_STORED", "ZIP_DEFLATED"] as const) {
  test(`what Python writes as ${method}, we read`, async () => {
    assert.deepEqual(texts(await readZip(zipOf(FILES, method), LIMITS)), [...FILES]);
  });
}

test("a zip that is cut anywhere is damaged", async () => {
  const zip = zipOf(FILES, "ZIP_DEFLATED");
  for (const end of [4, 60, zip.length - 60, zip.length - 40])
    await assert.rejects(readZip(zip.slice(0, end), LIMITS), isProblem("archive-damaged"), String(end));
});

test("a small zip that unpacks to more than it says, or than is allowed, is refused", async () => {
  const bomb = zipOf(new Map([["zeros", "0".repeat(5_000_000)]]), "ZIP_DEFLATED");
  assert(bomb.length < 10_000);
  await assert.rejects(readZip(bomb, LIMITS), isProblem("archive-too-large"));
  const liar = zipOf(new Map([["zeros", "0".repeat(5_000)]]), "ZIP_DEFLATED");
  const view = new DataView(liar.buffer);
  const directory = view.getUint32(liar.length - 22 - "PK with a comment".length + 16, true);
  view.setUint32(directory + 24, 10, true);
  await assert.rejects(readZip(liar, LIMITS), ArchiveError);
});

test("an encrypted zip and one packed in another way say so", async () => {
  const zip = zipOf(FILES, "ZIP_DEFLATED");
  const view = new DataView(zip.buffer);
  const directory = view.getUint32(zip.length - 22 - "PK with a comment".length + 16, true);
  const encrypted = zip.slice();
  encrypted[directory + 8] = 1;
  await assert.rejects(readZip(encrypted, LIMITS), isProblem("archive-unsupported"));
  const other = zip.slice();
  other[directory + 10] = 14;
  await assert.rejects(readZip(other, LIMITS), isProblem("archive-unsupported"));
});

test("an archive is known by what is in it; what is none stays as it is", async () => {
  const tar = writeTar(FILES, 0);
  assert.deepEqual(texts(await unpack(new Map([["keys.bin", tar]]))), [...FILES]);
  assert.deepEqual(texts(await unpack(new Map([["a.tgz", octets(gzipSync(tar))]]))), [...FILES]);
  assert.deepEqual(texts(await unpack(new Map([["a", zipOf(FILES, "ZIP_STORED")]]))), [...FILES]);
  const plain = new Map([["keys.json.gz", octets(gzipSync("{}"))]]);
  assert.deepEqual(texts(await unpack(plain)), [["keys.json", "{}"]]);
  const raw = new Map([["x", octets(deflateRawSync("{}"))]]);
  assert.equal(await unpack(raw), raw);
});
