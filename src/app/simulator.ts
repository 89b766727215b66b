/** The simulator: a strict virtual controller and devices on one radio, in the page. Loaded only where it is chosen. */
import type { Clock, Crypto, TextPort } from "../../hci/ports.ts";
import { toHex } from "../../hci/codec/bytes.ts";
import { VirtualController } from "../../hci/virtual/controller.ts";
import { MemoryKeys } from "../../hci/virtual/memory-keys.ts";
import { startPeripheral } from "../../hci/virtual/peripherals/catalogue.ts";
import type { PeripheralDefinition } from "../../hci/virtual/peripherals/definition.ts";
import { keyBox } from "../../hci/virtual/peripherals/key-box.ts";
import { Keypad } from "../../hci/virtual/peripherals/keypad.ts";
import { Peripheral, type PeripheralEvent } from "../../hci/virtual/peripherals/peripheral.ts";
import { valve } from "../../hci/virtual/peripherals/valve.ts";
import { Radio } from "../../hci/virtual/radio.ts";
import { simulatedAdapter, type SimulatedAdapter } from "../link/hci/transports/simulator.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import type { SimulatedDevice, SimulatedRoom } from "../state/adapter/simulation.ts";
import { SIMULATED_KEY } from "./remembered.ts";
import { recallBonds, rememberBonds, type TextStore } from "./simulated-bonds.ts";

/** One for each method of pairing, and one that hides. */
const DEVICES = ["mesh-radio", "lock", "key-box", "valve", "heart-rate", "legacy", "private"] as const;

export interface SimulatorPorts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly text: TextPort;
  readonly store: TextStore;
  /** Something in the room changed. */
  onChange(): void;
}

export interface Simulator {
  readonly room: SimulatedRoom;
  /** The dongle that is plugged in now. */
  readonly adapter: AdapterPort;
  /** Its number. */
  readonly number: () => number;
}

interface Resident {
  readonly key: string;
  readonly device: Peripheral;
  /** Its buttons, where it has some. */
  readonly keypad: Keypad | null;
  digits: string | null;
  paired: number;
  encrypted: number;
}

export async function startSimulator(ports: SimulatorPorts): Promise<Simulator> {
  const { clock, crypto, text, store } = ports;
  const radio = new Radio({ clock });
  let dongle = newDongle(radio, crypto, dongleNumber(store));
  let plugged = true;
  const residents: Resident[] = [];
  for (const key of DEVICES) {
    const keys = new MemoryKeys(recallBonds(store, key));
    keys.onChange = () => {
      rememberBonds(store, key, keys.list);
      ports.onChange();
    };
    const keypad = key === "key-box" ? new Keypad() : null;
    const surroundings = { crypto, text, keys };
    const definition = definitionOf(key, keypad);
    const device =
      definition === undefined
        ? await startPeripheral(key, radio, surroundings)
        : await Peripheral.start(definition, { ...surroundings, radio });
    if (keypad !== null) keypad.onChange = () => ports.onChange();
    const resident: Resident = { key, device, keypad, digits: null, paired: 0, encrypted: 0 };
    device.onEvent = (event) => {
      note(resident, event);
      ports.onChange();
    };
    residents.push(resident);
  }
  return {
    adapter: { open: (signal) => dongle.open(signal) },
    number: () => dongleNumber(store),
    room: {
      devices: () => residents.map(shown),
      get plugged() {
        return plugged;
      },
      forget(key) {
        residents.find((resident) => resident.key === key)?.device.forgetBonds();
      },
      press(key, button) {
        residents.find((resident) => resident.key === key)?.keypad?.press(button);
      },
      async unplug() {
        plugged = false;
        await dongle.unplug();
      },
      plugIn() {
        plugged = true;
        dongle.plugIn();
      },
      async replace() {
        await dongle.unplug();
        const next = dongleNumber(store) + 1;
        rememberDongle(store, next);
        dongle = newDongle(radio, crypto, next);
        plugged = true;
      },
    },
  };
}

/** Those that need somebody to press or to read something; undefined for one of the catalogue. */
function definitionOf(
  key: (typeof DEVICES)[number],
  keypad: Keypad | null,
): PeripheralDefinition | undefined {
  if (keypad !== null) return keyBox(keypad);
  return key === "valve" ? valve() : undefined;
}

function newDongle(radio: Radio, crypto: Crypto, number: number): SimulatedAdapter {
  return simulatedAdapter(new VirtualController({ radio, crypto, name: `dongle ${number}`, seed: number }));
}

function note(resident: Resident, event: PeripheralEvent): void {
  if (event.kind === "passkey") resident.digits = event.digits;
  else if (event.kind === "disconnected") resident.digits = null;
  else if (event.kind !== "security") return;
  else if (event.event.kind === "paired") resident.paired++;
  else if (event.event.kind === "encrypted") resident.encrypted++;
}

function shown({ key, device, keypad, digits, paired, encrypted }: Resident): SimulatedDevice {
  const { name } = device.definition;
  return {
    key,
    name,
    connected: device.connected,
    bonded: device.keys.list.length > 0,
    digits,
    paired,
    encrypted,
    typed: keypad?.typed ?? null,
    code: device.label === undefined ? null : toHex(device.label),
  };
}

/** Which dongle of the drawer is plugged in: each has an address of its own, from its number. */
function dongleNumber(store: TextStore): number {
  try {
    const number = Number(store.getItem(SIMULATED_KEY) ?? "1");
    return Number.isSafeInteger(number) && number > 0 ? number : 1;
  } catch {
    return 1;
  }
}

function rememberDongle(store: TextStore, number: number): void {
  try {
    store.setItem(SIMULATED_KEY, String(number));
  } catch {
    // The next page load has the first one again.
  }
}
