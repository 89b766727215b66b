/** Our host at work, wherever it runs: what it hears goes to `tell`. */
import { Stack } from "../../../hci/device/stack.ts";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import { newIdentity } from "../../../hci/gap/own-address.ts";
import type { Address } from "../../../hci/ports.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import { MemoryKeys } from "../../../hci/virtual/memory-keys.ts";
import { HEART_RATE_MEASUREMENT, HEART_RATE_SERVICE } from "../../../hci/virtual/peripherals/heart-rate.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { realClock, text } from "./surroundings.ts";

export type Heard =
  | { readonly kind: "report"; readonly name: string; readonly rssi: number }
  | { readonly kind: "value"; readonly value: Uint8Array };

export interface BenchHost {
  scan(ms: number): Promise<void>;
  /** Connects, pairs, finds everything: milliseconds. */
  pair(): Promise<number>;
  notifications(ms: number): Promise<void>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

export async function benchHost(transport: Transport, tell: (heard: Heard) => void): Promise<BenchHost> {
  const crypto = webCrypto();
  const stack = await Stack.start({
    transport,
    clock: realClock,
    crypto,
    text,
    keys: new MemoryKeys(),
    identity: newIdentity(crypto),
    policy: justWorks,
    delegate: {
      accept: async () => true,
      compare: async () => true,
      enter: async () => null,
      display: () => {},
    },
  });
  let device: Address | undefined;
  let link: DeviceLink | undefined;
  return {
    async scan(ms) {
      const options = { active: false, duplicates: { report: "all" }, intervalMs: 10, windowMs: 10 } as const;
      const scan = await stack.scanner.start(options, (advertisement) => {
        const { name = "", services } = advertisement.fields();
        if (services.includes(HEART_RATE_SERVICE)) device = advertisement.address;
        tell({ kind: "report", name, rssi: advertisement.rssi ?? -127 });
      });
      await wait(ms);
      await scan.stop();
    },
    async pair() {
      if (device === undefined) throw new Error("Cannot pair: the device was not heard");
      const from = performance.now();
      link = await stack.connect(device);
      await link.pair();
      await link.secure();
      return performance.now() - from;
    },
    async notifications(ms) {
      const gatt = link?.gatt;
      const found = gatt?.table?.services
        .flatMap(({ characteristics }) => characteristics)
        .find(({ uuid }) => uuid === HEART_RATE_MEASUREMENT);
      if (gatt === undefined || found === undefined) throw new Error("Cannot subscribe: not found");
      const stop = await gatt.subscribe(found, (value) => tell({ kind: "value", value }));
      await wait(ms);
      await stop();
    },
  };
}
