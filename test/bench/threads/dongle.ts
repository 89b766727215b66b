/** A worker with a dongle in it and its room: advertisers, and a device that notifies without end. */
import { Stack } from "../../../hci/device/stack.ts";
import { buildAdvertisingData } from "../../../hci/gap/advertising-data.ts";
import { newIdentity } from "../../../hci/gap/own-address.ts";
import type { Clock } from "../../../hci/ports.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import { MemoryKeys } from "../../../hci/virtual/memory-keys.ts";
import { HEART_RATE_MEASUREMENT, heartRate } from "../../../hci/virtual/peripherals/heart-rate.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { portTransport } from "./port-transport.ts";
import { realClock, text } from "./surroundings.ts";

/** Each advertises every 20 to 30 ms. */
const ADVERTISERS = 25;
const crypto = webCrypto();

async function advertiser(radio: Radio, clock: Clock, number: number): Promise<void> {
  const controller = new VirtualController({ radio, crypto, seed: 100 + number, name: `room ${number}` });
  const stack = await Stack.start({
    transport: controller.plug(),
    clock,
    crypto,
    text,
    keys: new MemoryKeys(),
    identity: newIdentity(crypto),
    privacy: false,
    policy: justWorks,
    delegate: {
      accept: async () => false,
      compare: async () => false,
      enter: async () => null,
      display: () => {},
    },
  });
  const data = buildAdvertisingData({ name: `Device ${number}` }, text);
  await stack.advertise({ data, connectable: true, intervalMs: 20 });
}

/** As many notifications as the link takes. */
function flood(device: Peripheral): () => void {
  const off = new AbortController();
  const value = new Uint8Array(20).fill(7);
  const run = async (): Promise<void> => {
    while (!off.signal.aborted) {
      if (device.connected)
        for (let i = 0; i < 20; i++)
          await device.server.notify(HEART_RATE_MEASUREMENT, value).catch(() => {});
      await new Promise((resolve) => void setTimeout(resolve, 1));
    }
  };
  void run();
  return () => off.abort();
}

async function begin(port: MessagePort): Promise<void> {
  const radio = new Radio({ clock: realClock, pace: 1 });
  const controller = new VirtualController({ radio, crypto, seed: 1, name: "dongle" });
  controller.attach(portTransport(port));
  const definition = { ...heartRate(), name: "Flood", run: flood };
  await Peripheral.start(definition, { radio, crypto, text });
  for (let i = 0; i < ADVERTISERS; i++) await advertiser(radio, realClock, i);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origins
  postMessage("ready");
}

addEventListener("message", ({ ports: [port] }: MessageEvent) => {
  if (port !== undefined) void begin(port);
});
