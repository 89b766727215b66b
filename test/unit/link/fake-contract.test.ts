import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/link/backend.ts";
import { FakeBackend } from "../../../src/link/fake/backend.ts";
import { VirtualRadio } from "../../../src/link/fake/virtual-radio.ts";
import { backendContract } from "../../contract/backend.ts";
import { CONTRACT_DEVICE, ECHO, LEVEL } from "../../contract/bench.ts";
import type { ContractBench } from "../../contract/bench.ts";
import { TextItems } from "../../support/text-items.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

backendContract("Demo", { start: () => Promise.resolve(bench()) }, (name, run) => void test(name, run));

function bench(): ContractBench {
  const clock = new ManualClock();
  const radio = new VirtualRadio(
    [
      {
        ...CONTRACT_DEVICE,
        key: "contract",
        advertises: CONTRACT_DEVICE.services.map(({ uuid }) => uuid),
        delays: { connect: 0, operation: 0, pairing: 0, unreachable: 0 },
        start: { inRange: true, systemBond: false, deviceBond: false },
      },
    ],
    new TextItems(),
    clock,
  );
  const device = radio.device("contract");
  const cell = (uuid: string) => {
    const found = device.cells.find(({ declared }) => declared.uuid === uuid);
    if (found === undefined) throw new Error(`Cannot find a characteristic: ${uuid}`);
    return found;
  };
  let person: "pick" | "cancel" | "nothing" = "pick";
  const backend = new FakeBackend(radio, {
    timers: clock,
    pick: async ([first]) => {
      if (person === "nothing") await new Promise<never>(() => {});
      return person === "pick" ? (first?.key ?? null) : null;
    },
  });
  return {
    backend,
    limits: DEFAULT_LIMITS,
    chooser(does) {
      person = does;
      return Promise.resolve();
    },
    adapter(state) {
      radio.adapter = state === "present" ? "ready" : "adapter-missing";
      return Promise.resolve();
    },
    hang(operation) {
      device.hangNext(operation);
      return Promise.resolve();
    },
    dropLink() {
      device.dropLink();
      return Promise.resolve();
    },
    notify(value) {
      device.set(cell(LEVEL), value);
      return Promise.resolve();
    },
    echo: () => Promise.resolve([...cell(ECHO).value]),
    pass: (ms) => clock.advance(ms),
    soon: settle,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
