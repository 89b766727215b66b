/**
 * Two hosts in one page, each on a strict virtual controller: ours, with the product's questions in front of it, and a
 * device whose person is the test.
 */
import { Stack } from "../../../hci/device/stack.ts";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import { buildAdvertisingData } from "../../../hci/gap/advertising-data.ts";
import { formatAddress } from "../../../hci/gap/address.ts";
import type { Clock, TextPort } from "../../../hci/ports.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import type { OobMaterial } from "../../../hci/smp/oob.ts";
import type { KeypressType } from "../../../hci/smp/pdus.ts";
import type { PairingPolicy } from "../../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { promptingDelegate } from "../../../src/link/hci/prompting.ts";
import { PairingManager } from "../../../src/state/pairing-manager.ts";
import { tokens } from "../../../src/ui/tokens.css.ts";
import { bondRig } from "../../support/bond-rig.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { Person } from "../../support/smp/person.ts";
import { pageCrypto } from "./page-crypto.ts";
import "../../../src/ui/pairing/pairing-dialog.ts";

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

const DEVICES = {
  "just-works": { ioCapability: "NoInputNoOutput", mitm: "off" },
  compare: { ioCapability: "DisplayYesNo" },
  enter: { ioCapability: "DisplayOnly", mitm: "required", keypress: true },
  display: { ioCapability: "KeyboardOnly", mitm: "required", keypress: true },
  legacy: { ioCapability: "DisplayOnly", mitm: "required", legacy: true },
  oob: { ioCapability: "NoInputNoOutput" },
} as const satisfies Readonly<Record<string, Partial<PairingPolicy>>>;
type Kind = keyof typeof DEVICES;

function isKind(name: string): name is Kind {
  return Object.hasOwn(DEVICES, name);
}

const query = new URLSearchParams(location.search);
const asked = query.get("device") ?? "compare";
const kind: Kind = isKind(asked) ? asked : "compare";
const name = query.get("name") ?? "Front door";

const radio = new Radio({ clock, pace: "immediate" });
const identity = (last: number) => ({
  address: { type: "random", octets: Uint8Array.of(0xc0, 0x11, 0x22, 0x33, 0x44, last) } as const,
  irk: pageCrypto.random(16),
});

const rig = bondRig();
const manager = new PairingManager({
  bond: { ...rig.ports, surroundings: { ...rig.ports.surroundings, now: () => Date.now() } },
  after: (ms, run) => clock.after(ms, run),
  onListenerError: (error) => reportError(error),
  waitMs: () => phone.pairingWait(device.identity.address),
});
await manager.start(new AbortController().signal);

const oob = kind === "oob" ? [await OobData.create(pageCrypto), await OobData.create(pageCrypto)] : [];
const material = (own: number, other: number): OobMaterial => {
  const [mine, theirs] = [oob[own], oob[other]];
  return mine === undefined || theirs === undefined
    ? {}
    : { own: mine, peer: { confirm: theirs.confirm, random: theirs.random } };
};

const person = new Person();
const entries: { pressed(type: KeypressType): void; settle(digits: string | null): void }[] = [];
person.onEnter = (entry) => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  entries.push({ pressed: (type) => entry.pressed(type), settle: resolve });
  return promise;
};

function controller(called: string) {
  return new VirtualController({ radio, crypto: pageCrypto, name: called }).plug();
}
const shared = { clock, crypto: pageCrypto, text, privacy: false } as const;
const features = kind === "legacy" ? legacyDevice().features : undefined;
const device = await Stack.start({
  ...shared,
  transport: controller("device"),
  keys: new MemoryKeyStore(),
  identity: identity(1),
  policy: { ...DEFAULT_POLICY, ...DEVICES[kind] },
  delegate: person,
  oob: () => material(1, 0),
  ...(features === undefined ? {} : { features }),
});
const links: DeviceLink[] = [];
device.onConnection = (link) => links.push(link);
const phone = await Stack.start({
  ...shared,
  transport: controller("phone"),
  keys: new MemoryKeyStore(),
  identity: identity(2),
  policy: { ...DEFAULT_POLICY, keypress: true, legacy: kind === "legacy" },
  delegate: promptingDelegate(manager, (address) => ({ id: formatAddress(address), name })),
});

const result = document.querySelector("#result");
async function pair(): Promise<void> {
  if (result !== null) result.textContent = "Pairing …";
  try {
    const link = await open();
    const { method, level } = await link.pair({ oob: material(0, 1) });
    if (result !== null) result.textContent = `Paired: ${method}, ${level}`;
  } catch (error) {
    if (result !== null) result.textContent = error instanceof Error ? error.message : "Failed";
  }
}

async function open(): Promise<DeviceLink> {
  for (const link of phone.links) await link.disconnect();
  const data = buildAdvertisingData({ name: "Device" }, text);
  await device.advertise({ data, connectable: true, intervalMs: 20 });
  return phone.connect(device.identity.address);
}

if (tokens.styleSheet !== undefined) document.adoptedStyleSheets.push(tokens.styleSheet);
const dialog = document.createElement("pairing-dialog");
dialog.manager = manager;
dialog.system = "linux";
dialog.now = () => Date.now();
document.body.append(dialog);
document.querySelector("#pair")?.addEventListener("click", () => void pair());

/** The person at the device. */
const other = {
  shown: (): string | undefined => person.shown,
  compared: (): string | undefined => person.compared,
  type: (digits: string): void => entries.at(-1)?.settle(digits),
  press: (type: KeypressType): void => entries.at(-1)?.pressed(type),
  /** Never answers a comparison from now on. */
  hesitate: (): void => {
    person.onCompare = () => new Promise(() => {});
  },
  stop: (): void => person.abouts.at(-1)?.stop(),
  drop: async (): Promise<void> => links.at(-1)?.disconnect(),
  /** Asks our host to secure the link. */
  async ask(): Promise<void> {
    await open();
    void links
      .at(-1)
      ?.requestSecurity()
      .catch(() => {});
  },
};
declare global {
  var other: OtherPerson;
}
export type OtherPerson = typeof other;
globalThis.other = other;
document.body.dataset["ready"] = "";
