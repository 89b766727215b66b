import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/link/backend.ts";
import { WebBluetoothBackend } from "../../../src/link/web-bluetooth/backend.ts";
import { backendContract } from "../../contract/backend.ts";
import { CONTRACT_DEVICE } from "../../contract/bench.ts";
import type { ContractBench } from "../../contract/bench.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { ScriptedBluetooth } from "../../support/scripted-bluetooth.ts";

for (const newPermissions of [true, false]) {
  const name = newPermissions ? "Web Bluetooth" : "Web Bluetooth without getDevices";
  backendContract(
    name,
    { start: () => Promise.resolve(bench(newPermissions)) },
    (sentence, run) => void test(sentence, run),
  );
}

function bench(newPermissions: boolean): ContractBench {
  const clock = new ManualClock();
  const bluetooth = new ScriptedBluetooth({ newPermissions });
  const services = structuredClone(CONTRACT_DEVICE.services);
  const device = bluetooth.add(CONTRACT_DEVICE.name, services);
  const backend = new WebBluetoothBackend(
    { bluetooth, secureContext: true, chromium: true, linux: false, allowedByPolicy: true },
    { timers: clock },
  );
  return {
    backend,
    limits: DEFAULT_LIMITS,
    chooser(does) {
      bluetooth.chooser = does === "nothing" ? "ignore" : does;
      return Promise.resolve();
    },
    adapter(state) {
      bluetooth.adapter = state === "present" ? "on" : "missing";
      return Promise.resolve();
    },
    hang(operation) {
      device.next(operation, "hang");
      return Promise.resolve();
    },
    dropLink() {
      device.gatt.disconnect();
      return Promise.resolve();
    },
    notify(value) {
      device.gatt.notify("00002a19-0000-1000-8000-00805f9b34fb", value);
      return Promise.resolve();
    },
    echo: () => Promise.resolve(services[1]?.characteristics[0]?.value ?? []),
    pass: (ms) => clock.advance(ms),
    soon: settle,
    async [Symbol.asyncDispose]() {
      await settle();
      if (device.gatt.mostOpen > 1) throw new Error("Two GATT operations were open at once");
    },
  };
}
