import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import { buildAdvertisingData, parseAdvertisingData } from "../../../hci/gap/advertising-data.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";
import { bars, english } from "../../../src/sdk/elements/chooser-words.ts";
import { statusOf, english as statusWords } from "../../../src/sdk/elements/status-words.ts";
import { canonicalRequest } from "../../../src/sdk/web-bluetooth/filters.ts";
import { hear, matchesFilter, matchesRequest, NOTHING_HEARD } from "../../../src/sdk/web-bluetooth/heard.ts";
import { PROVEN, RECORD } from "../../support/bond-rig.ts";
import { text } from "../../support/stack-rig.ts";
import { SdkRig } from "../../support/sdk/rig.ts";

const all = { acceptAllDevices: true } as const;
const plain = (name: string): PeripheralDefinition => ({
  name,
  advertises: [],
  services: [],
  policy: justWorks,
  allowsNewPairing: true,
});

test("lines keep their places, are told of in bundles, and end with the answer", async () => {
  const rig = await SdkRig.create();
  rig.pick = () => undefined;
  await rig.add(plain("A"));
  await rig.add(plain("B"));
  const asked = rig.bluetooth.requestDevice(all);
  let changes = 0;
  await rig.quiet(1000);
  const [chooser] = rig.choosers;
  assert.ok(chooser);
  chooser.onChange(() => changes++);
  const order = chooser.entries.map(({ key }) => key);
  await rig.quiet(1000);
  assert.ok(changes > 0 && changes <= 10, `${changes} in a second of many reports`);
  assert.deepEqual(
    chooser.entries.map(({ key }) => key),
    order,
  );
  assert.ok(chooser.entries.every(({ rssi, bonded }) => typeof rssi === "number" && !bonded));
  assert.equal(chooser.choose("not a key"), false);
  assert.equal(chooser.choose(order[0] ?? ""), true);
  assert.equal(chooser.choose(order[1] ?? ""), false, "one answer");
  await chooser.closed;
  await rig.until(asked);
  await rig.quiet();
  assert.equal(rig.page.stack.scanner.running, false, "and the radio rests");
});

test("names in the list are clean text", async () => {
  const rig = await SdkRig.create();
  await rig.add(plain("\u202eevil\u0007 <b>"));
  const device = await rig.request(all);
  assert.equal(device.name, "evil <b>");
});

test("a flood of invented devices fills no memory and no screen, and those heard first stay", async () => {
  const rig = await SdkRig.create();
  rig.pick = () => undefined;
  let tell: (advertisement: Advertisement) => void = () => assert.fail("nobody scans");
  const { scanner } = rig.page.stack;
  scanner.start = async (_options, listener) => {
    tell = listener;
    return { stop: async () => {} };
  };
  const asked = rig.rejection(rig.bluetooth.requestDevice(all));
  await rig.quiet();
  const data = buildAdvertisingData({ name: "n" }, text);
  for (let i = 0; i < 5000; i++)
    tell({
      address: { type: "random", octets: Uint8Array.of(0xc0, 0, 0, 0, i >> 8, i & 0xff) },
      resolved: false,
      connectable: true,
      scannable: true,
      directed: false,
      scanResponse: false,
      legacy: true,
      rssi: -50,
      sid: undefined,
      complete: true,
      data,
      fields: () => parseAdvertisingData(data, text),
    });
  await rig.quiet();
  const [chooser] = rig.choosers;
  assert.equal(chooser?.entries.length, 200);
  assert.equal(chooser.entries[0]?.key, String(2 ** 48 + 0xc0 * 2 ** 40));
  chooser.cancel();
  await asked;
});

test("what was heard grows within bounds, and a whole name outlives a shortened one", () => {
  const report = (fields: Parameters<typeof buildAdvertisingData>[0]) =>
    parseAdvertisingData(buildAdvertisingData(fields, text, 250), text);
  let heard = NOTHING_HEARD;
  for (let i = 0; i < 100; i++)
    heard = hear(heard, report({ manufacturerData: new Map([[i, Uint8Array.of(i)]]) }));
  assert.ok(heard.manufacturerData.size <= 16);
  assert.ok(heard.manufacturerData.has(99), "the newest counts");
  heard = hear(heard, report({ name: "Whole" }));
  const shortened = { ...report({}), name: "Who", nameComplete: false };
  assert.equal(hear(heard, shortened).name, "Whole");
  assert.equal(hear(NOTHING_HEARD, shortened).name, "Who");
});

test("filters look at octets under the mask, and exclusions win", () => {
  const heard = hear(NOTHING_HEARD, {
    services: ["0000180d-0000-1000-8000-00805f9b34fb"],
    name: "Belt 7",
    nameComplete: true,
    manufacturerData: new Map([[1, Uint8Array.of(0x1f, 0x20)]]),
    serviceData: new Map([["0000180f-0000-1000-8000-00805f9b34fb", Uint8Array.of(9)]]),
  });
  const passes = (filter: object, exclusion?: object): boolean =>
    matchesRequest(
      heard,
      canonicalRequest({ filters: [filter], ...(exclusion && { exclusionFilters: [exclusion] }) }),
    );
  const data = (dataPrefix: number[], mask?: number[]) => ({
    manufacturerData: [
      {
        companyIdentifier: 1,
        dataPrefix: Uint8Array.from(dataPrefix),
        ...(mask && { mask: Uint8Array.from(mask) }),
      },
    ],
  });
  assert.equal(passes(data([0x1f])), true);
  assert.equal(passes(data([0x10], [0xf0])), true);
  assert.equal(passes(data([0x20], [0xf0])), false);
  assert.equal(passes(data([0x1f, 0x20, 0x30])), false, "longer than what was heard");
  assert.equal(passes({ serviceData: [{ service: 0x180f, dataPrefix: Uint8Array.of(9) }] }), true);
  assert.equal(passes({ serviceData: [{ service: 0x180d }] }), false, "advertised is not the same as data");
  assert.equal(passes({ namePrefix: "Belt" }, { name: "Belt 7" }), false);
  assert.equal(passes({ namePrefix: "Belt" }, { name: "Belt 8" }), true);
  assert.equal(matchesFilter(NOTHING_HEARD, { namePrefix: "B" }), false);
});

test("signal strength is said in words, too", () => {
  assert.deepEqual([-40, -60, -80, -100].map(bars), [4, 3, 2, 1]);
  assert.equal(english.signal(null), "Signal unknown");
  assert.equal(english.signal(-40), "Strong signal");
  assert.equal(english.count(1), "1 device found");
});

test("the badge tells a proof from a record, and what the newest check came to", async () => {
  assert.deepEqual(statusOf(undefined, null, statusWords), {
    tone: "none",
    text: "No bond",
    at: null,
    problem: null,
  });
  assert.equal(statusOf(RECORD, null, statusWords).tone, "fair");
  assert.equal(statusOf(PROVEN, null, statusWords).tone, "good");
  const suspect = { ...PROVEN, suspect: { reason: "key-missing", at: "2026-01-01T00:00:00.000Z" } } as const;
  assert.equal(statusOf(suspect, null, statusWords).tone, "bad");
});
