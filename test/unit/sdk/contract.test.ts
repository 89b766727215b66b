/**
 * The contract of `Backend`, kept by our Web Bluetooth backend on our own Bluetooth object on our own host: what the
 * product asks of the browser, the object answers as the browser does.
 */
import { test } from "node:test";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { DEFAULT_LIMITS } from "../../../src/link/backend.ts";
import { WebBluetoothBackend } from "../../../src/link/web-bluetooth/backend.ts";
import { backendContract } from "../../contract/backend.ts";
import { BATTERY, CONTRACT_DEVICE, type ContractBench, type Hangable, LEVEL } from "../../contract/bench.ts";
import { contractServices } from "../../support/contract-services.ts";
import { PATIENCE_MS, pumped } from "../../support/pumped.ts";
import { SdkRig } from "../../support/sdk/rig.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";

// Our `connect()` resolves when discovery is done: nothing that could hang is left for it later.
const harness = { start: bench, cannot: ["hang-discover"] } as const;
backendContract("Web Bluetooth over our own host", harness, (name, run) => void test(name, run));

const ATT_CHANNEL = 4;
const OPCODES: Readonly<Partial<Record<Hangable, readonly number[]>>> = {
  read: [0x0a],
  write: [0x12],
  subscribe: [0x12],
};

async function bench(): Promise<ContractBench> {
  let lost: ((opcode: number) => boolean) | undefined;
  let mend = (): void => {};
  const rig = await SdkRig.create(
    {},
    {
      cable: (inner, clock) =>
        intercept(inner, {
          clock,
          outgoing: (packet) => {
            const { type, bytes } = packet;
            // Out of range until the attempt is given up.
            if (type === "command" && bytes[0] === 0x0e && bytes[1] === 0x20) mend();
            const isAtt = type === "acl" && bytes[6] === ATT_CHANNEL;
            if (isAtt && lost?.(bytes[8] ?? 0) === true) {
              lost = undefined;
              return [];
            }
            return [{ packet, delayMs: 0 }];
          },
        }),
    },
  );
  const { services, echo } = contractServices();
  const device = await rig.add({
    name: CONTRACT_DEVICE.name,
    advertises: [BATTERY],
    services,
    policy: justWorks,
    allowsNewPairing: true,
  });
  const { clock, radio } = rig.stacks;
  const { page, bluetooth } = rig;
  mend = () => radio.mend(page.controller, device.controller);
  const backend = new WebBluetoothBackend(
    { bluetooth, secureContext: true, chromium: true, linux: false, allowedByPolicy: true },
    { timers: clock },
  );
  return {
    backend: pumped(clock)(backend),
    limits: DEFAULT_LIMITS,
    async chooser(does) {
      rig.pick = ([first]) => {
        if (does === "cancel") rig.choosers.at(-1)?.cancel();
        return does === "pick" ? first : undefined;
      };
    },
    async adapter(state) {
      rig.slot.use(state === "present" ? page.stack : undefined);
    },
    async hang(operation) {
      if (operation === "connect") radio.cut(page.controller, device.controller);
      else lost = (opcode) => OPCODES[operation]?.includes(opcode) === true;
    },
    async dropLink() {
      await rig.until(device.disconnect());
      await clock.advance(500);
    },
    async notify(value) {
      device.notify(LEVEL, Uint8Array.from(value));
      await clock.advance(100);
    },
    echo: async () => echo(),
    pass: (ms) => clock.advance(ms),
    soon: () => clock.advance(PATIENCE_MS),
    async [Symbol.asyncDispose]() {
      await rig.until(page.stack.close());
    },
  };
}
