/** What a person does with firmware files on the Adapter screen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gradeUsb, type Grade } from "../../../src/link/hci/grader/grade.ts";
import {
  type BroughtFirmware,
  type FirmwareDesk,
  FirmwarePanel,
  type FirmwareProblem,
  type PickedFile,
} from "../../../src/state/adapter/firmware.ts";
import { Notices } from "../../../src/state/notices.ts";
import { Store } from "../../../src/state/store.ts";
import { filled } from "../../support/firmware-files.ts";
import { usbDevice, VENDOR, WIRELESS } from "../dongle/usb-devices.ts";

const CONTEXT = { system: "linux", unrestricted: true } as const;
const UB500: Grade = gradeUsb(usbDevice([0x2357, 0x0604], [WIRELESS]), CONTEXT);
const UNKNOWN: Grade = gradeUsb(usbDevice([0x0b05, 0x1111], [VENDOR]), CONTEXT);

function picked(size = 40, octets = filled(size, 1)): PickedFile {
  return { name: "rtl8761bu_fw.bin", size, arrayBuffer: async () => octets.buffer };
}

class Desk implements FirmwareDesk {
  readonly progress = new Store(null);
  readonly stored = new Map<string, BroughtFirmware>();
  says: FirmwareProblem | null = null;
  broken = false;

  async list() {
    if (this.broken) throw new Error("broken");
    return [...this.stored.values()].map(({ id, name, file }) => ({
      id,
      name,
      octets: file.length,
      digest: "",
      addedAt: "",
      damaged: false,
    }));
  }

  async add(firmware: BroughtFirmware): Promise<FirmwareProblem | null> {
    if (this.says === null) this.stored.set(firmware.id, firmware);
    return this.says;
  }

  async remove(id: string): Promise<BroughtFirmware | undefined> {
    if (this.broken) throw new Error("broken");
    const was = this.stored.get(id);
    this.stored.delete(id);
    return was;
  }
}

function panel() {
  const desk = new Desk();
  const notices = new Notices({ after: () => () => {} });
  const tries = { count: 0 };
  const made = new FirmwarePanel(desk, { notices }, async () => {
    tries.count++;
  });
  return { desk, notices, tries, panel: made };
}

test("a file that was brought is stored for the model, and the dongle is tried again", async () => {
  const { panel: firmware, desk, tries } = panel();
  await firmware.bring(UB500, picked(), picked(12));
  const stored = desk.stored.get("2357:0604");
  assert.deepEqual([stored?.family, stored?.file.length, stored?.config?.length], ["realtek", 40, 12]);
  assert.equal(tries.count, 1);
  assert.deepEqual(
    firmware.view.value.entries.map(({ id }) => id),
    ["2357:0604"],
  );
});

test("one that is refused says why, and nothing is tried; the next one that fits takes the words away", async () => {
  const { panel: firmware, desk, tries } = panel();
  desk.says = "damaged";
  await firmware.bring(UB500, picked(), null);
  assert.equal(firmware.view.value.problem, "damaged");
  assert.equal(tries.count, 0);
  desk.says = null;
  await firmware.bring(UB500, picked(), null);
  assert.equal(firmware.view.value.problem, null);
});

test("a huge file is not even read, and one that cannot be read says so", async () => {
  const { panel: firmware, desk } = panel();
  const unread: PickedFile = { ...picked(), arrayBuffer: () => Promise.reject(new Error("gone")) };
  await firmware.bring(UB500, { ...unread, size: 5_000_000 }, null);
  assert.equal(firmware.view.value.problem, "too-large");
  await firmware.bring(UB500, picked(), { ...unread, size: 5_000_000 });
  assert.equal(firmware.view.value.problem, "too-large");
  await firmware.bring(UB500, unread, null);
  assert.equal(firmware.view.value.problem, "unreadable");
  assert.equal(desk.stored.size, 0);
});

test("a dongle that takes no file gets none", async () => {
  const { panel: firmware, desk } = panel();
  await firmware.bring(UNKNOWN, picked(), null);
  assert.equal(desk.stored.size, 0);
});

test("a file that was removed can be brought back", async () => {
  const { panel: firmware, desk, notices } = panel();
  await firmware.bring(UB500, picked(), null);
  await firmware.remove("2357:0604");
  assert.deepEqual(firmware.view.value.entries, []);
  notices.undo();
  await new Promise((resolve) => void setImmediate(resolve));
  assert.equal(desk.stored.size, 1);
  assert.equal(firmware.view.value.entries.length, 1);
});

test("a store that fails is told, and harms nothing", async () => {
  const { panel: firmware, desk, notices } = panel();
  desk.broken = true;
  await firmware.look();
  assert.match(notices.notice.value?.text ?? "", /could not be read/);
  await firmware.remove("2357:0604");
  assert.equal(notices.notice.value?.tone, "problem");
});
