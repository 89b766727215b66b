/**
 * The contract of `Backend`, inside a page and on the browser's own Web Bluetooth. The world around it (the person,
 * the adapter, the device) is moved from outside, over one function that the test puts into the page.
 */
import type { TimeLimits } from "../../../src/link/backend.ts";
import { DEFAULT_LIMITS } from "../../../src/link/backend.ts";
import { WebBluetoothBackend } from "../../../src/link/web-bluetooth/backend.ts";
import { pageSurroundings } from "../../../src/link/web-bluetooth/platform.ts";
import { backendContract } from "../../contract/backend.ts";
import type { ContractBench, ContractHarness } from "../../contract/bench.ts";
import type { World } from "../contract-world.ts";

/** Long enough for Chromium to answer whatever it is going to answer. */
const SOON_MS = 300;
/** Only a discovery is meant to run out of time here. */
const LIMITS: TimeLimits = { ...DEFAULT_LIMITS, discover: 1_500 };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function start(): Promise<ContractBench> {
  for (const device of await navigator.bluetooth.getDevices()) await device.forget();
  await moveWorld("start");
  return {
    backend: new WebBluetoothBackend(pageSurroundings(globalThis), { limits: LIMITS }),
    limits: LIMITS,
    chooser: (does) => moveWorld("chooser", does),
    adapter: (state) => moveWorld("adapter", state),
    hang: (operation) => moveWorld("hang", operation),
    dropLink: () => moveWorld("dropLink"),
    notify: (value) => moveWorld("notify", value),
    echo: () => moveWorld("echo"),
    pass: (ms) => sleep(ms + 100),
    soon: () => sleep(SOON_MS),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const harness: ContractHarness = { start };
const tests = new Map<string, () => Promise<void>>();
backendContract("page", harness, (name, run) => tests.set(name, run));

declare global {
  /** Put into the page by the test. */
  function moveWorld<K extends keyof World>(
    step: K,
    ...parameters: Parameters<World[K]>
  ): ReturnType<World[K]>;
  /** Runs one test of the contract; rejects where it fails. */
  var runContractTest: (name: string) => Promise<void>;
}

globalThis.runContractTest = (name) => {
  const run = tests.get(name);
  if (run === undefined) throw new Error(`Cannot run "${name}": the contract has no such test`);
  return run();
};
