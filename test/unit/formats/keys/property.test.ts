import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportKeys } from "../../../../src/formats/keys/export.ts";
import { heldBy } from "../../../../src/formats/keys/holds.ts";
import { importKeys } from "../../../../src/formats/keys/import.ts";
import type { KeyFiles } from "../../../../src/formats/keys/input.ts";
import { hasKeys } from "../../../../src/formats/keys/lint.ts";
import { keyRecordCheck } from "../../../../src/formats/keys/record-check.ts";
import { type KeyRecord, WRITTEN_FORMATS, type WrittenFormat } from "../../../../src/formats/keys/record.ts";
import { cleanName } from "../../../../src/storage/text.ts";
import { Random } from "../../../support/random.ts";
import { EXAMPLES, OPTIONS } from "./examples.ts";
import { randomBonds } from "./random-bonds.ts";

const SEEDS = 300;

const byPeer = (bonds: readonly KeyRecord[]): readonly KeyRecord[] =>
  bonds
    .map((bond) => ({ ...bond, extra: {} }))
    .toSorted((a, b) => (a.peer.address < b.peer.address ? -1 : 1));

/** What must come back of bonds from a file of this format; nothing for those that leave no key in it. */
function expected(format: WrittenFormat, bonds: readonly KeyRecord[]): readonly KeyRecord[] {
  const held = bonds.flatMap((bond) => {
    const result = heldBy(format, bond);
    return "unfit" in result || !hasKeys(result.record) ? [] : [result.record];
  });
  return byPeer(held);
}

const back = (files: KeyFiles, format: WrittenFormat): readonly KeyRecord[] =>
  files.size === 0 ? [] : byPeer(importKeys(files, OPTIONS, format).bonds);

describe("any bond, through any round-trip format, is the same bond less what the format cannot hold", () => {
  for (const format of WRITTEN_FORMATS) {
    test(`${format}: ${SEEDS} times up to six bonds`, () => {
      let compared = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = new Random(seed);
        const bonds = randomBonds(random, 1 + random.below(6));
        for (const bond of bonds) assert.deepEqual(keyRecordCheck(bond), bond, `seed ${seed}`);
        const { files, skipped } = exportKeys(format, bonds, OPTIONS);
        const want = expected(format, bonds);
        assert.deepEqual(back(files, format), want, `seed ${seed}`);
        assert.equal(
          skipped.length,
          bonds.filter((bond) => "unfit" in heldBy(format, bond)).length,
          `seed ${seed}`,
        );
        compared += want.length;
      }
      assert.ok(compared > SEEDS / 2, `only ${compared} bonds were compared`);
    });

    test(`${format}: written into a file of others, both are in it; written again, nothing changes`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = new Random(seed * 7919);
        const [mine, theirs] = [randomBonds(random, 3), randomBonds(random, 3)];
        const before = exportKeys(format, theirs, OPTIONS).files;
        const { files, skipped } = exportKeys(format, mine, { ...OPTIONS, into: before });
        const unwritten = new Set(skipped.map(({ bond }) => bond));
        const want = [
          ...expected(format, theirs),
          ...expected(
            format,
            mine.filter((bond) => !unwritten.has(bond)),
          ),
        ];
        const found = back(files, format);
        assert.deepEqual(
          found.map(({ peer, keys, irk }) => [peer, keys, irk]),
          byPeer(want).map(({ peer, keys, irk }) => [peer, keys, irk]),
          `seed ${seed}`,
        );
        const again = exportKeys(format, mine, { ...OPTIONS, into: files }).files;
        assert.deepEqual(new Map(again), new Map(files), `seed ${seed}`);
      }
    });
  }

  test("from format to format to format: what both can hold survives", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed * 31);
      const bonds = randomBonds(random, 3);
      const [first, second] = [random.pick(WRITTEN_FORMATS), random.pick(WRITTEN_FORMATS)];
      const once = back(exportKeys(first, bonds, OPTIONS).files, first);
      const twice = back(exportKeys(second, once, OPTIONS).files, second);
      assert.deepEqual(twice, expected(second, once), `seed ${seed}: ${first}, ${second}`);
    }
  });
});

test("the generator makes names that the readers leave alone", () => {
  const random = new Random(1);
  for (const { name } of randomBonds(random, 200)) if (name !== null) assert.equal(cleanName(name), name);
});

describe("what the table of the formats says they hold", () => {
  test("an imported bond is its own image, apart from what no file says", () => {
    for (const format of WRITTEN_FORMATS)
      for (const bond of importKeys(EXAMPLES[format](), OPTIONS).bonds) {
        const held = heldBy(format, bond);
        assert.ok("record" in held);
        assert.deepEqual({ ...held.record, extra: bond.extra }, bond, format);
      }
  });
});
