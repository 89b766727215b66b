/** Attribute tables and waiting times of the command line, in the file that may be lost. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CACHE_FILE, FileCache } from "../../../src/cli/file-cache.ts";
import type { AttributeRow } from "../../../src/storage/keys/attribute-tables.ts";
import { Waits, type StoredWait } from "../../../src/storage/keys/waits.ts";
import { inDirectory } from "../keys/file-rig.ts";
import { SENSOR } from "../keys/keys-rig.ts";

const NOW = Date.UTC(2026, 0, 2);
const DAY_MS = 86_400_000;
const ours = { assertOurs: async () => {} };
let ids = 0;
const open = (directory: string, readOnly = false): FileCache =>
  new FileCache({ directory, lock: ours, readOnly, newId: () => `id-${ids++}` });

const row = (peer: string): AttributeRow => ({
  v: 1,
  id: `static-c05a10000001.${peer}`,
  at: "2026-01-02T03:04:05.000Z",
  hash: null,
  configured: true,
  hashLies: false,
  table: { services: [] },
});
const [SENSOR_ROW, OTHER_ROW] = [row("static-c63b117e4d02"), row("public-025a20000022")];
const waitsOver = (cache: FileCache, now = NOW): Waits =>
  new Waits(cache.waits, () => now, assert.ifError.bind(assert));
const WAITS: readonly StoredWait[] = [
  { peer: null, remainingMs: 4_000, nextMs: 8_000 },
  { peer: SENSOR, remainingMs: 4_000, nextMs: 8_000 },
];

test("what one run keeps, the next one has; a device that is forgotten leaves its table", () =>
  inDirectory(async (directory) => {
    const first = open(directory);
    await Promise.all([first.attributes.put(SENSOR_ROW), first.attributes.put(OTHER_ROW)]);
    await waitsOver(first).save(WAITS);
    const second = open(directory);
    assert.deepEqual(await second.attributes.get(SENSOR_ROW.id), SENSOR_ROW);
    assert.deepEqual(await waitsOver(second).load(), WAITS);
    await second.forget("static-c63b117e4d02");
    await second.attributes.delete("not there");
    const third = open(directory);
    assert.equal(await third.attributes.get(SENSOR_ROW.id), undefined);
    assert.deepEqual(await third.attributes.get(OTHER_ROW.id), OTHER_ROW);
    assert.deepEqual(await waitsOver(third).load(), WAITS);
  }));

test("reading makes no file, and who may only read writes none", () =>
  inDirectory(async (directory) => {
    const cache = open(directory, true);
    assert.equal(await cache.attributes.get(SENSOR_ROW.id), undefined);
    await cache.attributes.put(SENSOR_ROW);
    await waitsOver(cache).save(WAITS);
    assert.deepEqual(await readdir(directory), []);
  }));

test("a damaged file is begun anew: it costs time, and nobody a bond", () =>
  inDirectory(async (directory) => {
    await open(directory).attributes.put(SENSOR_ROW);
    const path = join(directory, CACHE_FILE);
    await writeFile(path, (await readFile(path, "utf8")).slice(0, -9));
    const cache = open(directory);
    assert.equal(await cache.attributes.get(SENSOR_ROW.id), undefined);
    assert.deepEqual(await waitsOver(cache).load(), []);
    await cache.attributes.put(OTHER_ROW);
    assert.deepEqual(await open(directory).attributes.get(OTHER_ROW.id), OTHER_ROW);
  }));

test("a waiting time runs on between runs, is forgotten a day after its end, and rows of others are not believed", () =>
  inDirectory(async (directory) => {
    const cache = open(directory);
    await waitsOver(cache).save(WAITS);
    const rest = async (later: number): Promise<readonly number[]> =>
      (await waitsOver(cache, NOW + later).load()).map(({ remainingMs }) => remainingMs);
    assert.deepEqual(await rest(1_500), [2_500, 2_500]);
    assert.deepEqual(await rest(DAY_MS), [0, 0]);
    assert.deepEqual(await rest(DAY_MS + 4_001), []);
    const rows: readonly unknown[] = [
      { peer: "somebody", until: "2026-01-02T00:00:04.000Z", nextMs: 2_000 },
      { peer: null, until: "tomorrow", nextMs: 2_000 },
      { peer: null, until: "2026-01-02T00:00:04.000Z", nextMs: -1 },
      "wait",
    ];
    const hostile = new Waits({ read: async () => rows, write: async () => {} }, () => NOW, assert.ifError);
    assert.deepEqual(await hostile.load(), []);
  }));

test("what cannot be kept is said, and ends nothing", async () => {
  const said: unknown[] = [];
  const full = new Error("the disk is full");
  const refuse = (): Promise<never> => Promise.reject(full);
  const waits = new Waits(
    { read: refuse, write: refuse },
    () => NOW,
    (error) => said.push(error),
  );
  assert.deepEqual(await waits.load(), []);
  await waits.save(WAITS);
  assert.deepEqual(said, [full, full]);
});
