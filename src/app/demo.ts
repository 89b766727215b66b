/** The demo: virtual devices, their chooser and their mishaps. Loaded only where it is asked for. */
import { FakeBackend } from "../link/fake/backend.ts";
import { DEMO_DEVICES } from "../link/fake/catalogue.ts";
import type { TextStore } from "../link/fake/memory.ts";
import { VirtualRadio } from "../link/fake/virtual-radio.ts";
import { pageTimers } from "../link/timers.ts";
import { Demo } from "../state/demo.ts";
import "../ui/demo-banner.ts";

export function demoWorld(store: TextStore): { readonly backend: FakeBackend; readonly demo: Demo } {
  const radio = new VirtualRadio(DEMO_DEVICES, store, pageTimers);
  const demo = new Demo({
    devices: () =>
      radio.devices.map(({ declared, state }) => ({
        key: declared.key,
        name: declared.name,
        inRange: state.inRange,
        systemBond: state.systemBond,
        deviceBond: state.deviceBond,
      })),
    setInRange: (key, inRange) => radio.device(key).setInRange(inRange),
    reset: (key) => radio.device(key).loseBond(),
    removeSystemBond: (key) => radio.device(key).removeSystemBond(),
  });
  const backend = new FakeBackend(radio, { pick: (devices, signal) => demo.pick(devices, signal) });
  return { backend, demo };
}
