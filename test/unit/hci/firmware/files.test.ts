import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, toHex } from "../../../../hci/codec/bytes.ts";
import { parseBroadcom } from "../../../../hci/firmware/broadcom.ts";
import { FirmwareError } from "../../../../hci/firmware/error.ts";
import { parseFirmware } from "../../../../hci/firmware/load.ts";
import {
  checkRealtekConfig,
  parseRealtek,
  realtekFragments,
  realtekImage,
} from "../../../../hci/firmware/realtek.ts";
import { seededRandom } from "../../../../hci/virtual/random.ts";
import {
  configFile,
  filled,
  hcdFile,
  patchFile,
  sectionFile,
  u16,
  u32,
} from "../../../support/firmware-files.ts";

const trouble =
  (wanted: string) =>
  (error: unknown): boolean =>
    error instanceof FirmwareError && error.trouble === wanted;

describe("Realtek, one patch for each version", () => {
  const file = patchFile([
    [1, filled(40, 1)],
    [2, filled(300, 2)],
  ]);

  test("the patch of the chip's version ends with the version of the firmware", () => {
    const image = realtekImage(parseRealtek(file), 1, 0);
    assert.equal(toHex(image), toHex(concat(filled(300, 2).subarray(0, 296), [0xa1, 0xa2, 0xa3, 0xa4])));
  });

  test("the configuration follows it", () => {
    const config = configFile(filled(6, 9));
    const image = realtekImage(parseRealtek(file), 0, 0, config);
    assert.equal(toHex(image.subarray(40)), toHex(config));
  });

  test("a version that the file does not have is refused", () => {
    assert.throws(() => realtekImage(parseRealtek(file), 7, 0), trouble("wrong-chip"));
  });

  test("a file for another chip is refused", () => {
    assert.throws(() => parseRealtek(patchFile([[1, filled(40, 1)]], 8)), trouble("wrong-chip"));
  });

  test("cut off anywhere, it is refused", () => {
    for (let length = 0; length < file.length; length++)
      assert.throws(() => parseRealtek(file.subarray(0, length)), FirmwareError, `${length} octets`);
  });

  test("cut out of the middle, it is refused", () => {
    const cut = concat(file.subarray(0, 100), file.subarray(200));
    assert.throws(() => parseRealtek(cut), trouble("damaged"));
  });

  test("a patch that is said to be shorter than its version, or to begin nowhere, is refused", () => {
    assert.throws(() => parseRealtek(patchFile([[1, filled(3, 1)]])), trouble("damaged"));
    const nowhere = patchFile([[1, filled(40, 1)]]);
    nowhere.fill(0, 18, 22);
    assert.throws(() => parseRealtek(nowhere), trouble("damaged"));
  });

  test("patches that overlap cost no more than the file", () => {
    const count = 30_000;
    const body = filled(60_000, 1);
    const start = 14 + 8 * count;
    const head = concat([...file.subarray(0, 12)], u16(count));
    const list = (octets: Uint8Array): Uint8Array =>
      Uint8Array.from({ length: count * octets.length }, (_, i) => octets[i % octets.length] ?? 0);
    const lists = concat(list(u16(2)), list(u16(body.length)), list(u32(start)));
    const image = realtekImage(parseRealtek(concat(head, lists, body, file.subarray(-7))), 1, 0);
    assert.equal(image.length, body.length);
  });

  test("instructions before the one that names the chip are passed over", () => {
    const longer = concat(file.subarray(0, -4), [9, 9, 2, 5], file.subarray(-4));
    assert.throws(() => parseRealtek(longer), trouble("damaged"), "a wrong length leads nowhere");
    const right = concat(file.subarray(0, -4), [8, 7, 2, 5], file.subarray(-4));
    // opcode 5, length 2: read backwards, its data octet and two more
    const passed = concat(file.subarray(0, -4), [0, 0, 7, 2, 5], file.subarray(-4));
    assert.equal(parseRealtek(passed).chip, "RTL8761B");
    assert.throws(() => parseRealtek(right), FirmwareError);
  });
});

describe("Realtek, sections", () => {
  const part = (priority: number, seed: number, more: { chip?: number; key?: number } = {}) => ({
    chip: 2,
    priority,
    octets: filled(10, seed),
    ...more,
  });

  test("parts of the chip's version are put together by priority", () => {
    const file = sectionFile([
      [1, [part(5, 50), part(1, 10), part(0, 99, { chip: 3 })]],
      [2, [part(3, 30)]],
      [9, [part(0, 98)]],
    ]);
    const image = realtekImage(parseRealtek(file), 1, 0);
    assert.equal(toHex(image), toHex(concat(filled(10, 10), filled(10, 30), filled(10, 50))));
  });

  test("of two with one priority the later comes first", () => {
    const file = sectionFile([[1, [part(1, 1), part(1, 2)]]]);
    assert.equal(toHex(realtekImage(parseRealtek(file), 1, 0)), toHex(concat(filled(10, 2), filled(10, 1))));
  });

  test("security headers are only for the key that the chip asks for", () => {
    const file = sectionFile([
      [3, [part(0, 7, { key: 7 }), part(0, 8, { key: 8 })]],
      [1, [part(1, 1)]],
    ]);
    const firmware = parseRealtek(file);
    assert.equal(toHex(realtekImage(firmware, 1, 8)), toHex(concat(filled(10, 8), filled(10, 1))));
    assert.equal(toHex(realtekImage(firmware, 1, 0)), toHex(filled(10, 1)));
  });

  test("cut off anywhere, or out of the middle, it is refused", () => {
    const file = sectionFile([[1, [part(1, 1), part(2, 2)]]]);
    for (let length = 0; length < file.length; length++)
      assert.throws(() => parseRealtek(file.subarray(0, length)), FirmwareError, `${length} octets`);
    for (let at = 20; at < file.length - 12; at++) {
      const cut = concat(file.subarray(0, at), file.subarray(at + 5));
      assert.throws(() => parseRealtek(cut), FirmwareError, `without 5 octets at ${at}`);
    }
  });
});

test("fragments: 252 octets, index 0 to 127 and then on from 1, bit 7 on the last", () => {
  const image = filled(252 * 260 + 5, 3);
  const fragments = [...realtekFragments(image)];
  const indices = fragments.map(({ index }) => index);
  assert.deepEqual(indices.slice(0, 3), [0, 1, 2]);
  assert.deepEqual(indices.slice(126, 130), [126, 127, 1, 2]);
  assert.deepEqual(indices.slice(-2), [5, 6 | 0x80]);
  assert.deepEqual(concat(...fragments.map(({ fragment }) => fragment)), image);
});

test("fragments: an image that fills its last one is followed by an empty one", () => {
  const fragments = [...realtekFragments(filled(504, 3))];
  assert.deepEqual(
    fragments.map(({ index, fragment }) => [index, fragment.length]),
    [
      [0, 252],
      [1, 252],
      [0x82, 0],
    ],
  );
});

test("a configuration is checked: its head, its length, its size", () => {
  checkRealtekConfig(configFile(filled(20, 1)));
  assert.throws(() => checkRealtekConfig(filled(20, 1)), trouble("unknown-file"));
  assert.throws(() => checkRealtekConfig(configFile(filled(20, 1)).subarray(0, 25)), trouble("damaged"));
  assert.throws(() => checkRealtekConfig(configFile(filled(5000, 1))), trouble("too-large"));
});

describe("Broadcom", () => {
  const file = hcdFile([filled(30, 1), filled(200, 2)]);

  test("is a list of commands", () => {
    assert.deepEqual(
      parseBroadcom(file).records.map(({ opcode, parameters }) => [opcode, parameters.length]),
      [
        [0xfc4c, 34],
        [0xfc4c, 204],
        [0xfc4e, 4],
      ],
    );
  });

  test("cut off anywhere, it is refused", () => {
    for (let length = 0; length < file.length; length++)
      assert.throws(() => parseBroadcom(file.subarray(0, length)), FirmwareError, `${length} octets`);
  });

  test("a command that writes no firmware is refused, and so is what follows the end", () => {
    const reset = Uint8Array.of(0x03, 0x0c, 0x00);
    assert.throws(
      () => parseBroadcom(concat(file.subarray(0, 37), reset, file.subarray(37))),
      trouble("damaged"),
    );
    assert.throws(() => parseBroadcom(concat(file, file)), trouble("damaged"));
  });
});

test("a file that is no firmware is called so, and one that is too large is not read", () => {
  assert.throws(() => parseFirmware(new Uint8Array(0)), trouble("unknown-file"));
  assert.throws(() => parseFirmware(filled(1000, 1)), trouble("unknown-file"));
  assert.throws(() => parseFirmware(filled(600_000, 1)), trouble("too-large"));
});

test("whatever octets are changed, a file is read or refused by name", () => {
  const random = seededRandom(11);
  const files = [
    patchFile([[2, filled(60, 1)]]),
    sectionFile([[1, [{ chip: 2, priority: 1, octets: filled(20, 1) }]]]),
    hcdFile([filled(30, 1)]),
  ];
  for (let round = 0; round < 6000; round++) {
    const changed = Uint8Array.from(files[round % files.length] ?? []);
    for (let i = 0; i <= random.below(3); i++) changed[random.below(changed.length)] = random.below(256);
    try {
      parseFirmware(changed);
    } catch (error) {
      assert.ok(error instanceof FirmwareError, `${toHex(changed)}: ${String(error)}`);
    }
  }
});
