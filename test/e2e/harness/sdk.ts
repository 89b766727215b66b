/** A consuming application: its own words and colours, the SDK's elements, devices made of code on a virtual radio. */
import { Stack } from "../../../hci/device/stack.ts";
import type { Clock, TextPort } from "../../../hci/ports.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { createBondkeeper } from "../../../src/sdk/bondkeeper.ts";
import { HostedBluetooth } from "../../../src/sdk/web-bluetooth/bluetooth.ts";
import { StackSlot } from "../../../src/sdk/web-bluetooth/host.ts";
import { StoredPermissions } from "../../../src/sdk/web-bluetooth/permissions.ts";
import "../../../src/sdk/elements/bond-chooser.ts";
import "../../../src/sdk/elements/bond-status.ts";
import { bondRig, PROVEN, RECORD } from "../../support/bond-rig.ts";
import { HEALTH_THERMOMETER, MEASUREMENT_INTERVAL, thermometer } from "../../support/sdk/thermometer.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { Person } from "../../support/smp/person.ts";
import { pageCrypto } from "./page-crypto.ts";

const clock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};
const text: TextPort = {
  decode: (utf8) => new TextDecoder().decode(utf8),
  encode: (plain) => new TextEncoder().encode(plain),
};

const query = new URLSearchParams(location.search);
const radio = new Radio({ clock, pace: "immediate" });
const slot = new StackSlot();
const stack = await Stack.start({
  transport: new VirtualController({ radio, crypto: pageCrypto, name: "dongle" }).plug(),
  clock,
  crypto: pageCrypto,
  text,
  keys: new MemoryKeyStore(),
  identity: {
    address: { type: "random", octets: Uint8Array.of(0xc0, 0x11, 0x22, 0x33, 0x44, 0x55) },
    irk: pageCrypto.random(16),
  },
  policy: DEFAULT_POLICY,
  delegate: new Person(),
  onEvent: slot.hear,
});
slot.use(stack);

const plain = (name: string): PeripheralDefinition => ({
  name,
  advertises: [],
  services: [],
  policy: justWorks,
  allowsNewPairing: true,
});
const definitions = query.has("empty")
  ? []
  : [
      thermometer(),
      ...(query.get("names") ?? "").split("|").flatMap((name) => (name === "" ? [] : [plain(name)])),
      ...(query.has("nameless") ? [plain("")] : []),
    ];
const devices: Peripheral[] = [];
let seed = 1;
for (const definition of definitions)
  devices.push(await Peripheral.start(definition, { radio, crypto: pageCrypto, text, seed: seed++ }));

function part<K extends keyof HTMLElementTagNameMap>(name: K): HTMLElementTagNameMap[K] {
  const found = document.querySelector(name);
  if (found === null) throw new Error(`Cannot find ${name}`);
  return found;
}

if (query.has("themed")) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :root { color-scheme: light; --bond-accent: #7a1f5c; --bond-radius: 0; --bond-font: Georgia, serif; }
    bond-chooser::part(connect) { letter-spacing: 0.08em; }
  `);
  document.adoptedStyleSheets = [sheet];
} else {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":root { color-scheme: light dark; }");
  document.adoptedStyleSheets = [sheet];
}

const chooser = part("bond-chooser");
const bluetooth = new HostedBluetooth({
  host: slot,
  openChooser: (choice) => chooser.open(choice),
  permissions: new StoredPermissions(localStorage),
});

const result = document.querySelector("#result");
async function choose(): Promise<void> {
  if (result === null) return;
  result.textContent = "";
  try {
    const device = await bluetooth.requestDevice(
      query.has("names") || query.has("nameless")
        ? { acceptAllDevices: true }
        : { filters: [{ services: [HEALTH_THERMOMETER] }] },
    );
    if (query.has("names") || query.has("nameless")) {
      result.textContent = `Chose ${JSON.stringify(device.name)}`;
      return;
    }
    await device.gatt.connect();
    const service = await device.gatt.getPrimaryService("health_thermometer");
    const characteristic = await service.getCharacteristic(MEASUREMENT_INTERVAL);
    const value = await characteristic.readValue();
    result.textContent = `Every ${value.getUint16(0, true)} minutes`;
    device.gatt.disconnect();
  } catch (error) {
    result.textContent = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
document.querySelector("#choose")?.addEventListener("click", () => void choose());

const rig = bondRig([query.has("recorded") ? RECORD : PROVEN]);
const status = part("bond-status");
status.keeper = await createBondkeeper(rig.ports);

const sdkPage = {
  unplug: (): void => slot.use(undefined),
  allowed: async (): Promise<number> => (await bluetooth.getDevices()).length,
  /** The next reads of the device behind `bond-status` are refused. */
  refuse: (): void => {
    const refused = { kind: "access-refused", why: "not-paired", ambiguous: false } as const;
    rig.peer.plan("read", ...Array.from({ length: 20 }, () => refused));
  },
};
declare global {
  var sdkPage: SdkPage;
}
export type SdkPage = typeof sdkPage;
globalThis.sdkPage = sdkPage;
document.body.dataset["ready"] = "";
