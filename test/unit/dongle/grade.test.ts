import assert from "node:assert/strict";
import { test } from "node:test";
import { chooserFilters, DONGLES } from "../../../src/link/hci/grader/dongles.ts";
import { gradeUsb, type Grade, type GradingContext } from "../../../src/link/hci/grader/grade.ts";
import { gradeOpened, type OpenedFacts } from "../../../src/link/hci/grader/opened.ts";
import {
  alternate,
  AUDIO,
  BULK_PAIR,
  endpoint,
  H4_PAIR,
  HCI_PIPES,
  usbDevice,
  VENDOR,
  WIRELESS,
} from "./usb-devices.ts";

const PAGE: GradingContext = { system: "linux", unrestricted: false };
const ISOLATED: GradingContext = { system: "linux", unrestricted: true };

type Expected = Partial<Grade>;
const ROWS: readonly (readonly [string, ReturnType<typeof usbDevice>, GradingContext, Expected])[] = [
  [
    "a device without a configuration describes nothing",
    usbDevice([1, 2], [], { configurations: [] }),
    PAGE,
    { verdict: "unreadable", transport: null, remarks: [], ids: "0001:0002" },
  ],
  [
    "a configuration without an interface describes nothing",
    usbDevice([1, 2], []),
    PAGE,
    { verdict: "unreadable" },
  ],
  [
    "Intel is part of the computer",
    usbDevice([0x8087, 0x0a2b], [WIRELESS]),
    ISOLATED,
    { verdict: "built-in", transport: null },
  ],
  [
    "MediaTek is part of the computer",
    usbDevice([0x0e8d, 0x0608], [WIRELESS]),
    PAGE,
    { verdict: "built-in" },
  ],
  [
    "Zephyr with two bulk pipes speaks H4, and no kernel driver has it",
    usbDevice([0x2fe3, 0x0010], [H4_PAIR]),
    PAGE,
    { verdict: "ready", transport: "h4", interfaceNumber: 0, driver: "none", certainty: "class" },
  ],
  [
    "the pair of pipes may stand behind another interface",
    usbDevice([0x2fe3, 0x0010], [alternate([2, 2, 0]), H4_PAIR]),
    PAGE,
    { verdict: "ready", transport: "h4", interfaceNumber: 1 },
  ],
  [
    "a third pipe makes it something else",
    usbDevice([0x2fe3, 0x0010], [alternate([0xff, 0, 0], [...BULK_PAIR, endpoint("bulk", "in", 2)])]),
    PAGE,
    { verdict: "not-bluetooth" },
  ],
  [
    "two bulk pipes of a vendor that is not known are anything",
    usbDevice([0x1234, 0x0010], [H4_PAIR]),
    PAGE,
    { verdict: "not-bluetooth", transport: null },
  ],
  [
    "ASUS BT400 is of the vendor's class; its firmware is recommended",
    usbDevice([0x0b05, 0x17cb], [VENDOR, AUDIO]),
    PAGE,
    {
      verdict: "ready",
      transport: "hci",
      interfaceNumber: 0,
      driver: "linux-unbind",
      certainty: "known",
      remarks: ["core-4.0", "firmware-recommended"],
    },
  ],
  [
    "BCM43142 works only with its firmware, and is usually the computer's own",
    usbDevice([0x0a5c, 0x21d7], [VENDOR], { serialNumber: "" }),
    PAGE,
    { verdict: "firmware-needed", remarks: ["no-serial-number", "takes-computers-own", "core-4.0"] },
  ],
  [
    "the vendor's class without the pipes of HCI is something else",
    usbDevice([0x0b05, 0x17cb], [alternate([0xff, 1, 1], BULK_PAIR)]),
    PAGE,
    { verdict: "not-bluetooth" },
  ],
  [
    "the vendor's class of a vendor that is not known is something else",
    usbDevice([0x1234, 0x17cb], [VENDOR]),
    PAGE,
    { verdict: "not-bluetooth" },
  ],
  [
    "an ordinary dongle is kept from a page, and says which file it would need",
    usbDevice([0x2357, 0x0604], [WIRELESS, AUDIO]),
    PAGE,
    { verdict: "protected", transport: null, firmware: DONGLES[1]?.firmware ?? null },
  ],
  [
    "an isolated app may use it, with its firmware",
    usbDevice([0x2357, 0x0604], [WIRELESS, AUDIO]),
    ISOLATED,
    { verdict: "firmware-needed", transport: "hci", interfaceNumber: 0 },
  ],
  [
    "an isolated app may use one that is not in the table",
    usbDevice([0x1234, 0x5678], [WIRELESS]),
    ISOLATED,
    { verdict: "ready", transport: "hci", certainty: "class", model: null },
  ],
  [
    "CSR8510 is often imitated",
    usbDevice([0x0a12, 0x0001], [WIRELESS]),
    ISOLATED,
    { verdict: "ready", remarks: ["imitations", "core-4.0"] },
  ],
  [
    "a serial port stands in the other chooser",
    usbDevice([0x2fe3, 0x0100], [alternate([2, 2, 1]), alternate([0x0a, 0, 0], BULK_PAIR)]),
    PAGE,
    { verdict: "choose-as-serial" },
  ],
  [
    "a keyboard is no Bluetooth dongle",
    usbDevice([0x046d, 0xc31c], [alternate([3, 1, 1], [endpoint("interrupt", "in")])]),
    PAGE,
    { verdict: "not-bluetooth", remarks: [], ids: "046d:c31c" },
  ],
];

for (const [name, device, context, expected] of ROWS) {
  test(name, () => {
    const grade = gradeUsb(device, context);
    const picked = Object.fromEntries(
      Object.entries(grade).filter(([field]) => Object.hasOwn(expected, field)),
    );
    assert.deepEqual(picked, expected);
  });
}

test("the advice on drivers follows the system and the kind of dongle", () => {
  const vendor = usbDevice([0x0b05, 0x17cb], [VENDOR]);
  const h4 = usbDevice([0x2fe3, 0x0010], [H4_PAIR]);
  const advice = (device: typeof h4, system: GradingContext["system"]) =>
    gradeUsb(device, { system, unrestricted: false }).driver;
  const systems = ["windows", "macos", "linux", "chromeos", "android", "other"] as const;
  assert.deepEqual(
    systems.map((system) => advice(vendor, system)),
    ["windows-winusb", "macos-avoid", "linux-unbind", "chromeos-detachable", "android-otg", "none"],
  );
  assert.deepEqual(
    systems.map((system) => advice(h4, system)),
    ["windows-winusb", "none", "none", "none", "android-otg", "none"],
  );
});

test("the chooser shows what can be used, and ordinary dongles only where they are asked for", () => {
  const isWireless = ({ classCode }: { readonly classCode?: number }) => classCode === 0xe0;
  assert.equal(chooserFilters(false).some(isWireless), false);
  assert.equal(chooserFilters(true).some(isWireless), true);
  assert.ok(chooserFilters(false).some(({ vendorId }) => vendorId === 0x2fe3));
});

const CSR_USB = { vendorId: 0x0a12, productId: 0x0001, deviceVersion: 0x8891 };
function facts(version: Partial<OpenedFacts["version"]> = {}, features: readonly number[] = []): OpenedFacts {
  return {
    version: {
      hciVersion: 6,
      hciSubversion: 0x2031,
      lmpVersion: 6,
      companyIdentifier: 10,
      lmpSubversion: 0x2031,
      ...version,
    },
    features: Uint8Array.from(features),
    acl: { length: 27, packets: 4 },
    resolvingListSize: 0,
    acceptListSize: 8,
  };
}

const IMITATIONS = [
  ["a true CSR chip", facts(), { ...CSR_USB, deviceVersion: 0x2031 }, "none"],
  [
    "another manufacturer",
    facts({ companyIdentifier: 2 }),
    { ...CSR_USB, deviceVersion: 0x2031 },
    "suspected",
  ],
  [
    "two revisions that differ",
    facts({ lmpSubversion: 1 }),
    { ...CSR_USB, deviceVersion: 0x2031 },
    "suspected",
  ],
  [
    "a version above the revision's",
    facts({ hciVersion: 9 }),
    { ...CSR_USB, deviceVersion: 0x2031 },
    "suspected",
  ],
  ["a known false device version", facts(), CSR_USB, "suspected"],
  ["one that stays mute", facts(), { ...CSR_USB, deviceVersion: 0x7558 }, "unusable"],
  ["the same answers under other ids", facts({ companyIdentifier: 2 }), { ...CSR_USB, vendorId: 1 }, "none"],
  ["a serial port", facts({ companyIdentifier: 2 }), null, "none"],
] as const;

for (const [name, opened, usb, expected] of IMITATIONS) {
  test(`imitation of a CSR dongle: ${name}: ${expected}`, () => {
    assert.equal(gradeOpened(opened, usb).imitation, expected);
  });
}

test("what an adapter lacks is told by its features", () => {
  const old = gradeOpened(facts({}, [0x01]), null);
  assert.deepEqual(old.features, ["encryption"]);
  assert.deepEqual(old.lacks, [
    "resolving-list",
    "long-packets",
    "two-megabit",
    "coded-phy",
    "long-advertisements",
  ]);
  assert.equal(old.core, "4.0");
  const modern = gradeOpened({ ...facts({ hciVersion: 11 }, [0x61, 0x19]), resolvingListSize: 8 }, null);
  assert.deepEqual(modern.lacks, []);
  assert.equal(modern.core, "5.2");
  assert.equal(gradeOpened(facts({ hciVersion: 200 }), null).core, null);
  assert.ok(gradeOpened(facts(), null).lacks.includes("encryption"));
});

test("HCI pipes are told from others by their kinds", () => {
  const without = HCI_PIPES.filter(({ type }) => type !== "interrupt");
  const device = usbDevice([0x0b05, 0x17cb], [alternate([0xff, 1, 1], without)]);
  assert.equal(gradeUsb(device, PAGE).verdict, "not-bluetooth");
});
