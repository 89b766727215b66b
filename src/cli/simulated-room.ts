/** A room made of code: a virtual controller and ready-made devices, for as long as this process runs. */
import { catalogue, startPeripheral } from "../../hci/virtual/peripherals/catalogue.ts";
import { VirtualController } from "../../hci/virtual/controller.ts";
import { Radio } from "../../hci/virtual/radio.ts";
import { simulatedAdapter } from "../link/hci/transports/simulator.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import { nodeClock } from "./node-clock.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { nodeText } from "./node-text.ts";

export function simulatedRoom(): AdapterPort {
  const radio = new Radio({ clock: nodeClock, seed: 1, pace: "interval" });
  const controller = new VirtualController({ radio, crypto: nodeCrypto, seed: 1, name: "simulator" });
  const adapter = simulatedAdapter(controller);
  let furnished: Promise<unknown> | undefined;
  const furnish = (): Promise<unknown> => {
    const surroundings = { crypto: nodeCrypto, text: nodeText };
    return Promise.all(Object.keys(catalogue).map((name) => startPeripheral(name, radio, surroundings)));
  };
  return {
    async open(signal) {
      furnished ??= furnish();
      await furnished;
      return adapter.open(signal);
    },
  };
}
