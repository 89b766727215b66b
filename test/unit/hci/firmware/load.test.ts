import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, toHex } from "../../../../hci/codec/bytes.ts";
import { FirmwareError } from "../../../../hci/firmware/error.ts";
import { loadFirmware, parseFirmware, type FirmwareStep } from "../../../../hci/firmware/load.ts";
import {
  BCM20702,
  configFile,
  filled,
  hcdFile,
  patchFile,
  RTL8761BU,
  RTL8761CU,
  ScriptedChip,
  sectionFile,
  type ChipOptions,
} from "../../../support/firmware-files.ts";
import { ManualClock, settle } from "../../../support/manual-clock.ts";

const FILES = {
  bu: patchFile([
    [1, filled(40, 1)],
    [2, filled(40_000, 2)],
  ]),
  cu: sectionFile([
    [1, [{ chip: 2, priority: 1, octets: filled(700, 4) }]],
    [3, [{ chip: 2, priority: 0, key: 9, octets: filled(20, 5) }]],
  ]),
  hcd: hcdFile([filled(30, 1), filled(200, 2), filled(9, 3)]),
};

interface Run {
  readonly outcome: "loaded" | "already-loaded" | FirmwareError;
  readonly chip: ScriptedChip;
  readonly steps: readonly FirmwareStep[];
}

async function run(
  options: ChipOptions,
  file: Uint8Array,
  prepare: (chip: ScriptedChip) => void = () => {},
  more: { config?: Uint8Array; signal?: AbortSignal; onStep?: (step: FirmwareStep) => void } = {},
): Promise<Run> {
  const clock = new ManualClock();
  const chip = new ScriptedChip(options);
  prepare(chip);
  const steps: FirmwareStep[] = [];
  const firmware = parseFirmware(file);
  const onStep = (step: FirmwareStep): void => {
    steps.push(step);
    more.onStep?.(step);
  };
  const { config, signal } = more;
  const loading = loadFirmware({
    transport: chip.host,
    clock,
    firmware,
    onStep,
    ...(config && { config }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (error instanceof FirmwareError) return error;
    throw error;
  });
  const over = { yet: false };
  void loading.finally(() => {
    over.yet = true;
  });
  for (await settle(); !over.yet; ) {
    await settle();
    if (!over.yet) await clock.step();
  }
  const outcome = await loading;
  assert.equal(await settle().then(() => clock.pending), 0, "no alarm is left behind");
  return { outcome, chip, steps };
}

function failed({ outcome }: Run): string {
  assert.ok(outcome instanceof FirmwareError, `it was ${String(outcome)}`);
  return outcome.trouble;
}

test("Realtek, patches: what is written is the patch of this version and the configuration", async () => {
  const config = configFile(filled(6, 6));
  const { outcome, chip, steps } = await run(RTL8761BU, FILES.bu, undefined, { config });
  assert.equal(outcome, "loaded");
  const patch = concat(filled(40_000, 2).subarray(0, 39_996), [0xa1, 0xa2, 0xa3, 0xa4]);
  assert.equal(toHex(chip.written), toHex(concat(patch, config)));
  assert.deepEqual(chip.heard.slice(0, 4), [0x0c03, 0x1001, 0xfc6d, 0xfc20]);
  assert.deepEqual(chip.heard.slice(-2), [0x0c03, 0x1001]);
  assert.deepEqual(chip.indices.slice(126, 130), [126, 127, 1, 2]);
  assert.deepEqual(steps[0], { step: "identify" });
  assert.deepEqual(steps[1], { step: "send", sent: 0, of: chip.indices.length });
  assert.deepEqual(steps.at(-1), { step: "restart" });
});

test("Realtek, sections: the chip is asked for its key first", async () => {
  const plain = await run(RTL8761CU, FILES.cu);
  assert.equal(plain.outcome, "loaded");
  assert.equal(toHex(plain.chip.written), toHex(filled(700, 4)));
  const keyed = await run({ ...RTL8761CU, keyId: 9 }, FILES.cu);
  assert.equal(toHex(keyed.chip.written), toHex(concat(filled(20, 5), filled(700, 4))));
});

test("Broadcom: every record in its order, between the minidriver and the launch", async () => {
  const { outcome, chip } = await run(BCM20702, FILES.hcd);
  assert.equal(outcome, "loaded");
  assert.equal(toHex(chip.written), toHex(concat(filled(30, 1), filled(200, 2), filled(9, 3))));
  assert.deepEqual(chip.heard, [0x0c03, 0x1001, 0xfc2e, 0xfc4c, 0xfc4c, 0xfc4c, 0xfc4e, 0x0c03, 0x1001]);
});

test("an adapter that has its firmware is left alone", async () => {
  const loaded = { ...RTL8761BU, ...RTL8761BU.loaded };
  const realtek = await run(loaded, FILES.bu);
  assert.equal(realtek.outcome, "already-loaded");
  assert.deepEqual(realtek.chip.heard, [0x0c03, 0x1001]);
  const broadcom = await run({ ...BCM20702, ...BCM20702.loaded }, FILES.hcd);
  assert.equal(broadcom.outcome, "already-loaded");
});

test("a file for another chip: nothing is written", async () => {
  for (const [chip, file] of [
    [RTL8761CU, FILES.bu],
    [RTL8761BU, FILES.cu],
    [BCM20702, FILES.bu],
    [RTL8761BU, FILES.hcd],
    [{ ...RTL8761BU, company: 0x0a }, FILES.bu],
    [{ ...RTL8761BU, romVersion: 9 }, FILES.bu],
  ] as const) {
    const result = await run(chip, file);
    assert.equal(failed(result), "wrong-chip");
    assert.equal(result.chip.written.length, 0);
    assert.deepEqual(result.chip.indices, []);
  }
});

test("a write that is answered with an error ends it, wherever that is", async () => {
  for (const at of [1, 2, 159]) {
    const result = await run(RTL8761BU, FILES.bu, (chip) => {
      chip.refuses = { at, status: 0x12 };
    });
    assert.equal(failed(result), "refused");
    assert.equal(result.chip.indices.length, at, "nothing follows");
  }
  const broadcom = await run(BCM20702, FILES.hcd, (chip) => {
    chip.refuses = { at: 2, status: 0x0c };
  });
  assert.equal(failed(broadcom), "refused");
});

test("pulled out in the middle, or silent, it ends by name and in time", async () => {
  for (const how of ["unplugged", "silent"] as const)
    for (const [chip, file] of [
      [RTL8761BU, FILES.bu],
      [BCM20702, FILES.hcd],
    ] as const) {
      const result = await run(chip, file, (scripted) => {
        scripted.ends = { at: 2, how };
      });
      assert.equal(failed(result), "gone");
    }
});

test("an adapter that says yes and stays as it was is not called loaded", async () => {
  const result = await run(RTL8761BU, FILES.bu, (chip) => {
    chip.ignores = true;
  });
  assert.equal(failed(result), "not-taken");
});

test("cancelled between two fragments, or before the first, it ends", async () => {
  const abort = new AbortController();
  const onStep = (step: FirmwareStep): void => {
    if (step.step === "send" && step.sent === 3) abort.abort();
  };
  const result = await run(RTL8761BU, FILES.bu, undefined, { signal: abort.signal, onStep });
  assert.equal(failed(result), "cancelled");
  assert.ok(result.chip.indices.length <= 4);
  const early = await run(RTL8761BU, FILES.bu, undefined, { signal: AbortSignal.abort() });
  assert.equal(failed(early), "cancelled");
  assert.deepEqual(early.chip.heard, []);
});

test("a configuration that is none is refused before anything is sent", async () => {
  const result = await run(RTL8761BU, FILES.bu, undefined, { config: filled(20, 1) });
  assert.equal(failed(result), "unknown-file");
  assert.deepEqual(result.chip.heard, []);
});
