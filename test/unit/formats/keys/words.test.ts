/** What is said of a file that is not as it should be goes to screens, logs and reports: no part of a key is in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { importKeys } from "../../../../src/formats/keys/import.ts";
import type { KeyFiles } from "../../../../src/formats/keys/input.ts";
import { KeyFileError } from "../../../../src/formats/keys/problem.ts";
import { type FormatId, longTermKeys } from "../../../../src/formats/keys/record.ts";
import { parseHostileJson } from "../../../../src/formats/hostile-json.ts";
import { EXAMPLES, OPTIONS, OWN_IRK, P1, P2 } from "./examples.ts";

/** Digits of a key, hexadecimal or of base64, that nobody may read anywhere. */
const TELLING = 8;

/** Every run of digits of every key, in both orders of octets; of base64 without capitals. */
const PARTS = new Set(
  [...longTermKeys(P1.keys), ...longTermKeys(P2.keys), P1.irk ?? "", OWN_IRK]
    .flatMap((key) => [Buffer.from(key, "hex"), Buffer.from(key, "hex").reverse()])
    .flatMap((key) => [key.toString("hex"), key.toString("base64").toLowerCase()])
    .flatMap((key) =>
      Array.from({ length: key.length - TELLING + 1 }, (_, at) => key.slice(at, at + TELLING)),
    ),
);

function assertTellsNothing(said: string, of: string): void {
  const digits = said.toLowerCase();
  for (let at = 0; at + TELLING <= digits.length; at++)
    assert.ok(!PARTS.has(digits.slice(at, at + TELLING)), `${of}: ${said}`);
}

/** All that is said of the file beside its bonds. */
function saidOf(files: KeyFiles, format: FormatId): string {
  try {
    const { findings, rejected } = importKeys(files, OPTIONS, format);
    return JSON.stringify([findings, rejected]);
  } catch (error) {
    assert.ok(error instanceof KeyFileError, String(error));
    return JSON.stringify([error.message, error.stack, error.problem, String(error.cause)]);
  }
}

const FORMATS: readonly FormatId[] = [
  "habluetooth",
  "bluez",
  "bumble",
  "aioble",
  "node-ble-host",
  "windows",
  "zephyr",
];

/** Where a character was lost, where one came in, where the rest is gone, and where a value lost its end. */
const DAMAGES: readonly ((whole: string, at: number) => string)[] = [
  (whole, at) => whole.slice(0, at) + whole.slice(at + 1),
  (whole, at) => `${whole.slice(0, at)}"${whole.slice(at)}`,
  (whole, at) => `${whole.slice(0, at)}x${whole.slice(at)}`,
  (whole, at) => whole.slice(0, at),
  (whole, at) => whole.slice(0, at) + whole.slice(at + 1).replaceAll(whole.charAt(at), ""),
];

for (const format of FORMATS)
  test(`${format}: damaged at any character in five ways, the words hold no part of a key`, () => {
    const files = EXAMPLES[format]();
    for (const [path, content] of files) {
      if (typeof content !== "string") continue;
      for (let at = 0; at < content.length; at++)
        for (const damage of DAMAGES) {
          const damaged = new Map(files).set(path, damage(content, at));
          assertTellsNothing(saidOf(damaged, format), `${path} at ${at}`);
        }
    }
  });

test("JSON that is none is told by its place, never by what stands there", () => {
  for (const text of [
    '{"ltk":fb4c6b6c9f8ccf371533f3934955990f}',
    "fb4c6b6c9f8ccf371533f3934955990f",
    '["fb4c6b6c9f8ccf371533f3934955990f" "fb4c6b6c9f8ccf371533f3934955990f"]',
    '{"fb4c6b6c9f8ccf371533f3934955990f"',
  ]) {
    const result = parseHostileJson(text, { octets: 1_000, depth: 10 });
    assert.ok(!result.ok && result.problem.kind === "not-json");
    assert.doesNotMatch(JSON.stringify(result), /fb4c|990f/u);
  }
});
