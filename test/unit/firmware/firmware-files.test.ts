/** Firmware that a person brought, as it is kept, and as a dongle gets it before a host does. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";
import type { Transport } from "../../../hci/transport/transport.ts";
import { DeviceError, type Failure } from "../../../src/link/failure.ts";
import type { AdapterPort, UsbClaim } from "../../../src/link/hci/ports.ts";
import { firmwareAdapter, type FirmwareShelf } from "../../../src/link/hci/transports/firmware.ts";
import { FirmwareFiles } from "../../../src/storage/firmware/firmware-files.ts";
import { StorageError } from "../../../src/storage/ports.ts";
import {
  BCM20702,
  filled,
  hcdFile,
  patchFile,
  RTL8761BU,
  ScriptedChip,
  type ChipOptions,
} from "../../support/firmware-files.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { newProfile, putRaw } from "../../support/tabs.ts";
import { firmware3 } from "../storage/snapshots.ts";

const UB500: UsbClaim = { vendorId: 0x2357, productId: 0x0604, serial: null };
const BT400: UsbClaim = { vendorId: 0x0b05, productId: 0x17cb, serial: null };
const OTHER: UsbClaim = { vendorId: 0x1234, productId: 0x0001, serial: null };
const FILE = patchFile([[2, filled(4_000, 2)]]);
const BROUGHT = {
  id: "2357:0604",
  family: "realtek",
  name: "rtl8761bu_fw.bin",
  file: FILE,
  config: null,
} as const;

beforeEach(newProfile);

function shelf(): FirmwareFiles {
  const ignore = (): void => {};
  return new FirmwareFiles({
    events: { onSuperseded: ignore, onBlocked: ignore, onTerminated: ignore },
    location: { hostname: "bondkeeper.example" },
    digest: async (octets) => Uint8Array.from(createHash("sha256").update(octets).digest()),
    now: () => Date.parse("2026-06-01T10:00:00.000Z"),
  });
}

const isUnreadable = (error: unknown): boolean =>
  error instanceof StorageError && error.failure.kind === "unreadable";

test("a file is there after the page was closed, with its digest", async () => {
  {
    await using files = shelf();
    await files.put(BROUGHT);
  }
  await using files = shelf();
  const row = await files.get("2357:0604");
  assert.deepEqual(row?.file, FILE);
  const [entry] = await files.list();
  assert.equal(entry?.digest, createHash("sha256").update(FILE).digest("hex"));
  assert.deepEqual([entry.damaged, entry.octets, entry.name], [false, FILE.length, "rtl8761bu_fw.bin"]);
  assert.equal(await files.get("0b05:190e"), undefined);
});

test("a later file for the same model takes the place of the earlier one; removed, it is gone", async () => {
  await using files = shelf();
  await files.put(BROUGHT);
  const later = patchFile([[2, filled(100, 3)]]);
  await files.put({ ...BROUGHT, file: later, config: filled(10, 1) });
  assert.deepEqual((await files.get("2357:0604"))?.file, later);
  assert.equal((await files.list()).length, 1);
  await files.remove("2357:0604");
  assert.deepEqual(await files.list(), []);
});

test("octets that are not those that were brought are never given out", async () => {
  await using files = shelf();
  const row = await files.put({ ...BROUGHT, config: filled(10, 1) });
  for (const changed of [
    { ...row, file: filled(FILE.length, 9) },
    { ...row, config: filled(10, 2) },
    { ...row, config: null },
    { ...row, file: "text" },
    { ...row, v: 2 },
  ]) {
    await putRaw("firmware", changed);
    await assert.rejects(files.get(row.id), isUnreadable);
    assert.equal((await files.list())[0]?.damaged, true);
  }
});

test("what is no model, empty or too large is not stored", async () => {
  await using files = shelf();
  for (const wrong of [
    { ...BROUGHT, id: "2357" },
    { ...BROUGHT, file: new Uint8Array(0) },
    { ...BROUGHT, file: new Uint8Array(600_000) },
    { ...BROUGHT, config: new Uint8Array(5_000) },
  ])
    await assert.rejects(files.put(wrong), TypeError);
  assert.deepEqual(await files.list(), []);
});

test("a row of version 3 of the database is read", async () => {
  await using files = shelf();
  await files.list();
  await putRaw("firmware", firmware3);
  assert.deepEqual((await files.get("2357:0604"))?.file, Uint8Array.of(1, 2, 3));
});

interface Opening {
  readonly chip: ScriptedChip;
  readonly closed: () => boolean;
  readonly outcome: Transport | Failure;
}

async function open(
  usb: UsbClaim | null,
  options: ChipOptions,
  files: FirmwareShelf,
  prepare: (chip: ScriptedChip) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Opening> {
  const clock = new ManualClock();
  const chip = new ScriptedChip(options);
  prepare(chip);
  let closed = false;
  const transport: Transport = chip.host;
  const close = transport.close.bind(transport);
  transport.close = () => {
    closed = true;
    return close();
  };
  const inner: AdapterPort = { open: async () => ({ transport, usb }) };
  const over = { yet: false };
  const opening = firmwareAdapter({ adapter: inner, shelf: files, clock })
    .open(signal)
    .then(
      (opened) => opened.transport,
      (error: unknown) => {
        if (error instanceof DeviceError) return error.failure;
        throw error;
      },
    )
    .finally(() => {
      over.yet = true;
    });
  for (await settle(); !over.yet; ) if (!(await clock.step())) await settle();
  return { chip, closed: () => closed, outcome: await opening };
}

const holding = (file: Uint8Array<ArrayBuffer> | undefined): FirmwareShelf => ({
  get: async () => (file === undefined ? undefined : { file, config: null }),
});

test("a dongle gets the file of its model, and is handed on open", async () => {
  for (const [usb, chip, file] of [
    [UB500, RTL8761BU, FILE],
    [BT400, BCM20702, hcdFile([filled(20, 1)])],
  ] as const) {
    const result = await open(usb, chip, holding(file));
    assert.equal(result.outcome, result.chip.host);
    assert.equal(result.chip.launched, true);
    assert.equal(result.closed(), false);
  }
});

test("a model without firmware, or one that nobody knows, is not asked for anything", async () => {
  const unasked: FirmwareShelf = { get: () => Promise.reject(new Error("asked")) };
  for (const usb of [OTHER, null]) {
    const result = await open(usb, RTL8761BU, unasked);
    assert.equal(result.outcome, result.chip.host);
    assert.deepEqual(result.chip.heard, []);
  }
});

test("without a file: what runs goes on, what only recommends one goes on, what needs one says so", async () => {
  const loaded = { ...RTL8761BU, ...RTL8761BU.loaded };
  const running = await open(UB500, loaded, holding(undefined));
  assert.equal(running.outcome, running.chip.host);
  const recommended = await open(BT400, BCM20702, holding(undefined));
  assert.equal(recommended.outcome, recommended.chip.host);
  const needed = await open(UB500, RTL8761BU, holding(undefined));
  assert.deepEqual(needed.outcome, { kind: "adapter", state: "no-firmware" });
  assert.equal(needed.closed(), true);
});

test("a file that does not fit, a dongle that is pulled out, a person who cancels: each by its name, and let go", async () => {
  const wrong = await open(UB500, RTL8761BU, holding(hcdFile([filled(20, 1)])));
  assert.deepEqual(wrong.outcome, { kind: "adapter", state: "no-firmware" });
  const gone = await open(UB500, RTL8761BU, holding(FILE), (chip) => {
    chip.ends = { at: 3, how: "unplugged" };
  });
  assert.deepEqual(gone.outcome, { kind: "adapter", state: "lost" });
  const ended = await open(UB500, RTL8761BU, holding(FILE), undefined, AbortSignal.abort());
  assert.deepEqual(ended.outcome, { kind: "cancelled", by: "caller" });
  for (const { closed } of [wrong, gone, ended]) assert.equal(closed(), true);
});
