import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LAYERS, violationsOf } from "./support/architecture.ts";

const root = join(import.meta.dirname, "..");
const files = globSync(["hci/**/*.ts", "src/**/*.ts"], { cwd: root }).map((path) =>
  path.replaceAll("\\", "/"),
);

test("every file keeps to its layer, its size and the habits of the project", () => {
  assert.ok(files.length > 50, `only ${files.length} files were found`);
  const violations = files.flatMap((path) => violationsOf(path, readFileSync(join(root, path), "utf8")));
  assert.deepEqual(violations, []);
});

test("every folder with code has a row of its own", () => {
  const folders = new Set(files.map((path) => path.split("/").slice(0, 2).join("/")));
  const rows = LAYERS.map(({ from }) => from);
  const without = [...folders].filter((folder) => !rows.some((from) => from.startsWith(folder)));
  assert.deepEqual(without, []);
});

/** Path, source, and the one thing that is wrong with it. */
const WRONG: readonly (readonly [path: string, source: string, what: RegExp])[] = [
  ["hci/codec/a.ts", 'import { u8 } from "../att/pdus.ts";', /may not import \.\.\/att\/pdus\.ts/],
  ["hci/att/a.ts", 'import { pair } from "../smp/pairing.ts";', /may not import/],
  ["hci/smp/a.ts", 'import type { Att } from "../att/bearer.ts";', /may not import types of/],
  ["hci/host/a.ts", 'export * from "../../src/link/backend.ts";', /may not import/],
  ["hci/gap/a.ts", 'import { readFile } from "node:fs";', /may not import node:fs/],
  ["src/ui/a.ts", 'import { openStores } from "../storage/open.ts";', /may not import/],
  ["src/ui/a.ts", 'import { type Row, open } from "../storage/open.ts";', /may not import/],
  ["src/ui/a.ts", 'const late = await import("../../hci/host/host.ts");', /may not import/],
  ["src/ui/a.ts", "const late = await import(name);", /may not import \(computed\)/],
  ["src/ui/a.ts", 'type Host = import("../../hci/host/host.ts").Host;', /may not import types of/],
  ["src/state/a.ts", 'import { html } from "lit";', /may not import lit/],
  ["src/state/a.ts", 'import { DEFAULT_DEVICE_POLICY } from "../link/security.ts";', /may not import/],
  ["src/link/web-bluetooth/a.ts", 'import { x } from "../hci/backend.ts";', /may not import/],
  ["src/link/a.ts", 'import { x } from "./web-bluetooth/backend.ts";', /may not import/],
  ["src/bonds/a.ts", 'import { x } from "../link/web-bluetooth/backend.ts";', /may not import/],
  ["src/bonds/a.ts", 'import { x } from "../storage/open.ts";', /may not import/],
  ["src/storage/a.ts", 'import { x } from "../link/failure.ts";', /may not import \.\.\/link/],
  ["src/sdk/a.ts", 'import { version } from "../app/main.ts";', /may not import/],
  ["src/new/a.ts", "export const a = 1;", /is in no layer/],
  ["src/ui/a.ts", "console.log(1);", /uses console/],
  ["src/ui/a.ts", 'const f = new Function("return 1");', /calls Function/],
  ["src/ui/a.ts", "let a: any;", /uses any/],
  ["src/ui/a.ts", "const a = b!;", /non-null/],
  ["src/ui/a.ts", "const a = b as unknown as string;", /double assertion/],
  ["src/ui/a.ts", "// @ts-expect-error\nconst a = 1;", /silences the compiler/],
  ["src/ui/a.ts", "const a = 1;\n".repeat(401), /has 401 lines/],
  ["src/ui/a.ts", "const a = ;", /does not parse/],
];

for (const [path, source, what] of WRONG) {
  test(`caught: ${path}: ${source.slice(0, 60).trim()}`, () => {
    const found = violationsOf(path, source);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", what);
  });
}

test("what the table allows is not caught", () => {
  const right: readonly (readonly [path: string, source: string])[] = [
    ["hci/gatt/a.ts", 'import { x } from "../att/pdus.ts"; import { y } from "../codec/bytes.ts";'],
    ["src/storage/a.ts", 'import { openDB } from "idb"; import type { Uuid } from "../link/gatt.ts";'],
    [
      "src/link/hci/a.ts",
      'import { x } from "../../../hci/device/device.ts"; import { y } from "../failure.ts";',
    ],
    ["src/ui/a.ts", 'import { html } from "lit"; import { repeat } from "lit/directives/repeat.js";'],
    ["src/ui/a.ts", 'import { type Row, type Other } from "../storage/records.ts";'],
    ["src/state/a.ts", 'import { type OutOfBand, wipeOutOfBand } from "../link/out-of-band.ts";'],
    ["src/app/a.ts", 'import { x } from "../ui/a.ts"; const y = z as unknown;'],
  ];
  for (const [path, source] of right) assert.deepEqual(violationsOf(path, source), []);
});
