/** The scanner of our own host, over the air, in the product's words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildAdvertisingData } from "../../../hci/gap/advertising-data.ts";
import { ScanRadio } from "../../../src/link/hci/scan-radio.ts";
import type { AdvertisingReport } from "../../../src/link/scan.ts";
import { ScriptedPeer } from "../../support/scripted-backend.ts";
import { settle } from "../../support/manual-clock.ts";
import { StackRig, text } from "../../support/stack-rig.ts";
import { address } from "../../support/vectors.ts";
import { idOf } from "./scan-world.ts";

async function radioRig() {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const device = await rig.host("device", { privacy: true });
  const radio = new ScanRadio({
    ready: async () => phone.stack,
    idOf,
    addressOf: (id) => address(id.startsWith("random") ? 1 : 0, id.slice(id.indexOf("-") + 1)),
    choose: (id) => new ScriptedPeer(id, ""),
  });
  return { rig, phone, device, radio };
}

test("Reports say who, how near and what; they end with the signal", async () => {
  const { rig, device, radio } = await radioRig();
  const data = buildAdvertisingData(
    { name: "Belt", manufacturerData: new Map([[0x59, Uint8Array.of(7)]]) },
    text,
  );
  await rig.until(device.stack.advertise({ data, connectable: true, intervalMs: 20 }));
  const heard: AdvertisingReport[] = [];
  const stop = new AbortController();
  await rig.until(radio.scan((report) => heard.push(report), stop.signal));
  await rig.clock.advance(500);
  const [report] = heard;
  assert.ok(report);
  assert.equal(report.connectable, true);
  assert.equal(report.address().kind, "resolvable");
  assert.match(report.address().text, /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/);
  const fields = report.fields();
  assert.equal(fields.name, "Belt");
  assert.deepEqual(fields.manufacturerData, [{ company: 0x59, data: Uint8Array.of(7) }]);
  assert.equal(await radio.identify(report.address()), undefined, "no bond, no identity");
  stop.abort();
  await settle();
  await rig.clock.advance(100);
  const before = heard.length;
  await rig.clock.advance(1000);
  assert.equal(heard.length, before);
});

test("A private address of a bonded device is recognised; a static one is its own identity", async () => {
  const { rig, phone, device, radio } = await radioRig();
  await rig.advertise(device);
  const first: AdvertisingReport[] = [];
  const found = new AbortController();
  await rig.until(radio.scan((report) => first.push(report), found.signal));
  await rig.clock.advance(100);
  found.abort();
  const onAir = first[0]?.address().id.slice("random-".length);
  assert.ok(onAir);
  const link = await rig.until(phone.stack.connect(address(1, onAir)));
  await rig.until(link.pair());
  await rig.end(link);
  await rig.advertise(device);
  const heard: AdvertisingReport[] = [];
  await rig.until(radio.scan((report) => heard.push(report), new AbortController().signal));
  await rig.clock.advance(500);
  const [report] = heard;
  assert.ok(report);
  const identity = idOf(device.stack.identity.address);
  assert.equal(await rig.until(radio.identify(report.address())), identity);
  assert.equal(await radio.identify({ id: identity, text: "", kind: "static" }), identity);
});

test("A scan that is given up before the radio listens does not go on listening", async () => {
  const { rig, radio, phone } = await radioRig();
  const stop = new AbortController();
  const scan = radio.scan(() => {}, stop.signal);
  stop.abort();
  await rig.failure(scan);
  await rig.clock.advance(100);
  assert.equal(phone.stack.scanner.running, false);
  await assert.rejects(
    radio.scan(() => {}, stop.signal),
    { name: "DeviceError" },
  );
});
