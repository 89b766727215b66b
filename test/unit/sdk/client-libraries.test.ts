/** Three public Web Bluetooth clients, unchanged, on our object and our host, each with a device of its own kind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { microbitLibrary, museLibrary, SecureDfuLibrary } from "../../support/sdk/client-libraries.ts";
import { DfuBootloader } from "../../support/sdk/dfu-bootloader.ts";
import { microbit, MICROBIT_BUTTON_A, MICROBIT_TEMPERATURE } from "../../support/sdk/microbit.ts";
import { Muse, MUSE_INFO } from "../../support/sdk/muse.ts";
import { SdkRig } from "../../support/sdk/rig.ts";

test("microbit-web-bluetooth finds its board, reads, writes and hears of it", async () => {
  const rig = await SdkRig.create();
  const texts: string[] = [];
  const board = await rig.add(microbit((text) => texts.push(text)));
  const device = await rig.until(microbitLibrary.requestMicrobit(rig.bluetooth));
  assert.equal(device.name, "BBC micro:bit [zuvov]");
  const services = await rig.until(microbitLibrary.getServices(device));
  const { ledService: leds, buttonService: buttons, temperatureService: temperature } = services;
  assert.ok(leds && buttons && temperature && services.deviceInformationService);
  assert.equal(services.magnetometerService, undefined, "a service that the board lacks");

  const information = await rig.until(services.deviceInformationService.readDeviceInformation());
  assert.equal(information["modelNumber"], "BBC micro:bit");
  assert.equal(information["firmwareRevision"], "2.1.1");
  assert.equal(information["serialNumber"], undefined, "blocklisted: the library cannot see it");

  const heart = ["01010", "11111", "11111", "01110", "00100"].map((row) =>
    row.split("").map((bit) => bit === "1"),
  );
  await rig.until(leds.writeMatrixState(heart));
  assert.deepEqual(await rig.until(leds.readMatrixState()), heart);
  await rig.until(leds.writeText("Hello"));
  assert.deepEqual(texts, ["Hello"]);
  await rig.until(leds.setScrollingDelay(400));
  assert.equal(await rig.until(leds.getScrollingDelay()), 400);

  assert.equal(await rig.until(temperature.readTemperature()), 21);
  const celsius: number[] = [];
  const presses: number[] = [];
  temperature.on("temperaturechanged", ({ detail }) => celsius.push(detail));
  buttons.on("buttonastatechanged", ({ detail }) => presses.push(detail));
  await rig.quiet();
  board.notify(MICROBIT_TEMPERATURE, Uint8Array.of(0xfb));
  board.notify(MICROBIT_BUTTON_A, Uint8Array.of(2));
  board.notify(MICROBIT_BUTTON_A, Uint8Array.of(0));
  await rig.quiet();
  assert.deepEqual(celsius, [-5]);
  assert.deepEqual(presses, [2, 0]);
  rig.stacks.assertClean();
});

test("muse-js takes navigator.bluetooth, streams EEG and notices the end", async (t) => {
  const rig = await SdkRig.create();
  const headband = new Muse();
  await rig.add(headband.definition());
  Object.defineProperty(navigator, "bluetooth", { value: rig.bluetooth, configurable: true });
  t.after(() => Reflect.deleteProperty(navigator, "bluetooth"));

  const client = new museLibrary.MuseClient();
  const status: boolean[] = [];
  client.connectionStatus.subscribe((connected) => status.push(connected));
  await rig.until(client.connect());
  assert.equal(client.deviceName, "Muse-5CA1");
  assert.deepEqual(await rig.until(client.deviceInfo()), MUSE_INFO);

  const readings: { index: number; electrode: number; samples: number[] }[] = [];
  const subscription = client.eegReadings.subscribe((reading) => readings.push(reading));
  await rig.until(client.start());
  await rig.quiet(1000);
  await rig.until(client.pause());
  subscription.unsubscribe();
  assert.deepEqual(headband.commands, ["v1", "h", "p21", "s", "d", "h"]);
  assert.ok(readings.length >= 4 * 10, `${readings.length} readings`);
  for (const { index, electrode, samples } of readings) {
    const expected = Array.from(
      { length: 12 },
      (_, i) => 0.48828125 * (Muse.sample(index, electrode, i) - 0x800),
    );
    assert.deepEqual(samples, expected);
  }
  assert.deepEqual(
    readings.map(({ index }) => index),
    readings.map((_, i) => Math.floor(i / 4)),
    "none was lost, none came twice, and they came in order",
  );

  client.disconnect();
  assert.equal(status.at(-1), false);
  await rig.quiet();
  rig.stacks.assertClean();
});

test("web-bluetooth-dfu sends firmware octet for octet, checked after each object", async () => {
  const rig = await SdkRig.create();
  const init = Uint8Array.from({ length: 141 }, (_, i) => (i * 7) & 0xff);
  const firmware = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) & 0xff);
  const bootloader = new DfuBootloader();
  const target = await rig.add(bootloader.definition());
  const client = new SecureDfuLibrary((octets) => crc32(octets) | 0, rig.bluetooth);
  const log: string[] = [];
  client.addEventListener("log", ({ message }) => {
    log.push(message);
    if (message.startsWith("complete")) queueMicrotask(() => void target.disconnect()); // it starts the new firmware
  });
  const device = await rig.until(client.requestDevice(false, null));
  assert.equal(device.name, "DfuTarg");
  // The library waits by the real clock between packets, while ours runs on.
  await rig.stacks.until(client.update(device, init.buffer, firmware.buffer), 3_600_000);
  assert.deepEqual(bootloader.stores[1].executed, init);
  assert.deepEqual(bootloader.stores[2].executed, firmware);
  assert.ok(log.includes("transfer complete") && log.includes("disconnected"));
  assert.ok(!log.some((line) => line.includes("failed")));
  assert.equal(device.gatt?.connected, false);
  rig.stacks.assertClean();
});
