import { test } from "node:test";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { DONGLE_LIMITS } from "../../../src/link/backend.ts";
import type { Chooser } from "../../../src/link/hci/ports.ts";
import { backendContract } from "../../contract/backend.ts";
import { LEVEL, type ContractBench, type Hangable } from "../../contract/bench.ts";
import { contractServices } from "../../support/contract-services.ts";
import { firstOne, HciWorld } from "../../support/hci-world.ts";
import { settle } from "../../support/manual-clock.ts";
import { OWN_ADAPTERS, type OwnAdapter } from "../../support/own-adapters.ts";
import { PATIENCE_MS, pumped } from "../../support/pumped.ts";
import { openKeysTab } from "../keys/keys-rig.ts";
import { newProfile } from "../../support/tabs.ts";

for (const [way, adapterIn] of Object.entries(OWN_ADAPTERS))
  backendContract(
    `Own host ${way}`,
    { start: () => bench(adapterIn) },
    (sentence, run) => void test(sentence, run),
  );

const ATT_CHANNEL = 4;
const CREATE_CONNECTION_CANCEL = 0x200e;
const opcodeIn = (bytes: Uint8Array): number => (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
const OPCODES: Readonly<Partial<Record<Hangable, readonly number[]>>> = {
  read: [0x0a],
  write: [0x12],
  subscribe: [0x12],
};

async function bench(adapterIn: (world: HciWorld) => OwnAdapter): Promise<ContractBench> {
  newProfile();
  const world = new HciWorld();
  const { clock } = world.rig;
  const tab = openKeysTab();
  let person: "pick" | "cancel" | "nothing" = "pick";
  let lost: ((opcode: number) => boolean) | undefined;
  const { services, echo } = contractServices();
  const device = await world.device("Contract device", { services });
  const dongle = adapterIn(world);
  const chooser: Chooser = async (sightings, signal) => {
    if (person === "nothing") await new Promise<never>(() => {});
    return person === "cancel" ? null : firstOne(sightings, signal);
  };
  const backend = await world.open(tab.keys, {
    chooser,
    adapter: {
      open: async (signal) => {
        const { transport, usb } = await dongle.port.open(signal);
        return {
          usb,
          transport: intercept(transport, {
            clock,
            outgoing: (packet) => {
              const { type, bytes } = packet;
              // Out of range until the attempt is given up.
              if (type === "command" && opcodeIn(bytes) === CREATE_CONNECTION_CANCEL)
                world.rig.radio.mend(dongle.controller, device.controller);
              const isAtt = type === "acl" && bytes[6] === ATT_CHANNEL;
              if (isAtt && lost?.(bytes[8] ?? 0) === true) {
                lost = undefined;
                return [];
              }
              return [{ packet, delayMs: 0 }];
            },
          }),
        };
      },
    },
  });
  return {
    backend: pumped(clock)(backend),
    limits: DONGLE_LIMITS,
    async chooser(does) {
      person = does;
    },
    async adapter(state) {
      if (state === "missing") await dongle.pull();
      else dongle.plug();
      await settle();
    },
    async hang(operation) {
      if (operation === "connect") world.rig.radio.cut(dongle.controller, device.controller);
      else if (operation === "discover") lost = () => true;
      else lost = (opcode) => OPCODES[operation]?.includes(opcode) === true;
    },
    async dropLink() {
      await world.until(Promise.all(device.connections.map((link) => link.disconnect())));
      await clock.advance(500);
    },
    async notify(value) {
      await device.server?.notify(LEVEL, Uint8Array.from(value));
      await clock.advance(100);
    },
    echo: async () => echo(),
    pass: (ms) => clock.advance(ms),
    soon: () => clock.advance(PATIENCE_MS),
    async [Symbol.asyncDispose]() {
      await world.close();
      await tab.close();
    },
  };
}
