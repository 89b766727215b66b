import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { smallPng } from "../../support/small-png.ts";

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}

/** A picture of RGB rows, each already filtered, its filter number first. */
function png(width: number, rows: readonly (readonly number[])[], colourType = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, colourType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Colours of the pixels of a small PNG, row by row, as hex. */
function colours(small: Buffer, width: number): string[] {
  const part = (type: string): Buffer => {
    const at = small.indexOf(type, 0, "latin1");
    return small.subarray(at + 4, at + 4 + small.readUInt32BE(at - 4));
  };
  const palette = part("PLTE");
  const rows = inflateSync(part("IDAT"));
  return [...rows]
    .filter((_, at) => at % (width + 1) !== 0)
    .map((index) => palette.subarray(index * 3, index * 3 + 3).toString("hex"));
}

test("every filter of the specification is undone", () => {
  const rows = [
    [0, 10, 20, 30, 40, 50, 60], // none
    [1, 1, 2, 3, 1, 1, 1], // left: 010203, 020304
    [2, 9, 8, 7, 9, 8, 7], // above: 0a0a0a, 0b0b0b
    [3, 5, 5, 5, 1, 1, 1], // mean of both: 0a0a0a, 0b0b0b
    [4, 0, 0, 0, 0, 0, 0], // the nearest of three: above, above
  ];
  assert.deepEqual(colours(smallPng(png(2, rows)), 2), [
    "0a141e",
    "28323c",
    "010203",
    "020304",
    "0a0a0a",
    "0b0b0b",
    "0a0a0a",
    "0b0b0b",
    "0a0a0a",
    "0b0b0b",
  ]);
});

test("more than 256 colours become the nearest of the most frequent", () => {
  const rows = Array.from({ length: 300 }, (_, y) => [
    0,
    ...Array.from({ length: 6 }, () => y >> 1),
    y >> 1,
    y >> 1,
    y & 1,
  ]);
  const small = smallPng(png(3, rows));
  assert.equal(new Set(colours(small, 3)).size <= 256, true);
});

test("a picture that is not from a browser is refused", () => {
  assert.throws(() => smallPng(png(1, [[0, 1]], 3)), /Cannot make the picture small/);
});
