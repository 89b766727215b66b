/** A room beside the browser: a lock on a virtual radio, and a controller that the page reaches over a bridge. */
import { lock } from "../../hci/virtual/peripherals/lock.ts";
import type { Peripheral } from "../../hci/virtual/peripherals/peripheral.ts";
import { ControllerServer } from "../../src/cli/controller-server.ts";
import { nodeClock } from "../../src/cli/node-clock.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { nodeText } from "../../src/cli/node-text.ts";

export const DEVICE = "Front door";

export async function room() {
  const heard: string[] = [];
  let device: Peripheral | undefined;
  const definition = lock();
  const server = new ControllerServer({
    clock: nodeClock,
    crypto: nodeCrypto,
    text: nodeText,
    log: (line) => heard.push(line),
    seed: 11,
    pace: "interval",
    hosts: 1,
  });
  await server.addPeripheral({
    ...definition,
    run: (started) => {
      device = started;
      return definition.run?.(started) ?? (() => {});
    },
  });
  const address = `ws://127.0.0.1:${await server.listenWebSocket(0)}/`;
  return {
    address,
    path: `/?adapter=bridge&bridge=${encodeURIComponent(address)}`,
    /** How often the device has encrypted a link. */
    encrypted: () => heard.filter((line) => line.startsWith(DEVICE) && /encrypted/u.test(line)).length,
    /** Flashed anew: the device has lost every key, and nobody told us. */
    flash: () => device?.forgetBonds(),
    /** How many bonds the device holds. */
    bonds: () => device?.keys.list.length ?? 0,
    close: () => server.close(),
  };
}
