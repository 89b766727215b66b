import assert from "node:assert/strict";
import { test } from "node:test";
import { gradeUsb, type GradingSystem } from "../../../src/link/hci/grader/grade.ts";
import { dongleWords } from "../../../src/ui/dongle-words.ts";
import { alternate, H4_PAIR, usbDevice, VENDOR, WIRELESS } from "./usb-devices.ts";

const ORIGIN = "https://bondkeeper.example";
const BT400 = usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: "" });

const words = (device: typeof BT400, system: GradingSystem = "linux", unrestricted = false) =>
  dongleWords(gradeUsb(device, { system, unrestricted }), ORIGIN);

test("on Linux the rule to copy takes this dongle and no other from btusb", () => {
  const [rule] = words(BT400).recipes;
  assert.equal(rule?.where, "/etc/udev/rules.d/70-bondkeeper.rules");
  const lines = rule?.text.trim().split("\n") ?? [];
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /ATTRS?\{idVendor\}=="0b05", ATTRS?\{idProduct\}=="17cb"/);
  assert.match(lines[1] ?? "", /drivers\/btusb\/unbind/);
});

test("policies have the ids as decimal numbers, and our origin alone", () => {
  const policy = words(BT400).recipes.find(({ text }) => text.includes("WebUsbAllowDevicesForUrls"));
  assert.deepEqual(JSON.parse(policy?.text ?? ""), {
    WebUsbAllowDevicesForUrls: [{ devices: [{ vendor_id: 2821, product_id: 6091 }], urls: [ORIGIN] }],
  });
  const [detach] = words(BT400, "chromeos").recipes;
  assert.deepEqual(JSON.parse(detach?.text ?? ""), {
    UsbDetachableAllowlist: [{ vendor_id: 2821, product_id: 6091 }],
  });
});

test("what cannot be used says what can, and gives nothing to copy", () => {
  const devices = [
    usbDevice([0x2357, 0x0604], [WIRELESS]),
    usbDevice([0x046d, 0xc31c], [alternate([3, 1, 1])]),
    usbDevice([0x8087, 1], [WIRELESS]),
  ];
  for (const device of devices) {
    const { next, recipes } = words(device);
    assert.match(next.join(" "), /nRF52840/);
    assert.deepEqual(recipes, []);
  }
});

test("every grade has a title, says what happened, and never leaves a person without a step who needs one", () => {
  const devices = [
    BT400,
    usbDevice([0x2fe3, 0x10], [H4_PAIR]),
    usbDevice([0x2fe3, 0x10], [alternate([2, 2, 0])]),
    usbDevice([1, 2], []),
    usbDevice([0x0a5c, 0x21d7], [VENDOR]),
  ];
  const systems = ["windows", "macos", "linux", "chromeos", "android", "other"] as const;
  for (const device of devices) {
    for (const system of systems) {
      const { title, happened, next } = words(device, system);
      assert.notEqual(title, "");
      assert.match(happened, /[0-9a-f]{4}:[0-9a-f]{4}.*\.$/);
      if (gradeUsb(device, { system, unrestricted: false }).transport === null)
        assert.ok(next.length > 0, `${title} on ${system}`);
    }
  }
});

test("a dongle without a serial number says that the browser will ask again", () => {
  assert.match(words(BT400).remarks.join(" "), /asks again each time/);
});
