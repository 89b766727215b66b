/** A device in the room, and everything that it saw: it is the witness, whatever the page says. */
import { toHex } from "../../../hci/codec/bytes.ts";
import { useLongPackets } from "../../../hci/gap/link-tuning.ts";
import type { Bond } from "../../../hci/ports.ts";
import type { Keypad } from "../../../hci/virtual/peripherals/keypad.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import type { Radio } from "../../../hci/virtual/radio.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";
import { nodeText } from "../../../src/cli/node-text.ts";
import { definitionOf, type DeskDevice } from "./devices.ts";

/** Octets that its host may hand to its controller at once. */
const LONG_PACKETS = 251;

export class Resident {
  readonly name: string;
  /** Pairings that came to their end here. */
  paired = 0;
  pairingsFailed = 0;
  /** Links that were encrypted with a key it had kept. */
  encrypted = 0;
  /** Values that it handed out. */
  reads = 0;
  /** The six digits on its display. */
  shown: string | undefined;
  /** True: it loses its keys with each link, however they came to be. */
  forgets = false;
  readonly troubles: string[] = [];
  #keypad: Keypad | undefined;
  #peripheral: Peripheral | undefined;
  #shelved: readonly Bond[] = [];

  private constructor(name: string) {
    this.name = name;
  }

  static async start(device: DeskDevice, radio: Radio): Promise<Resident> {
    const resident = new Resident(device.name);
    const definition = definitionOf(device, {
      read: () => resident.reads++,
      disconnected: () => {
        if (resident.forgets) resident.#device.forgetBonds();
      },
    });
    resident.#keypad = definition.keypad;
    const controller = { aclLength: LONG_PACKETS };
    const surroundings = { radio, crypto: nodeCrypto, text: nodeText, controller };
    const peripheral = await Peripheral.start(definition, surroundings);
    resident.#peripheral = peripheral;
    peripheral.onEvent = (event) => {
      if (event.kind === "connected") resident.#lengthen();
      else if (event.kind === "passkey") resident.shown = event.digits;
      else if (event.kind === "disconnected") resident.shown = undefined;
      else if (event.kind === "failed") resident.troubles.push(event.error.message);
      else if (event.kind !== "security") return;
      else if (event.event.kind === "paired") resident.paired++;
      else if (event.event.kind === "pairing-failed") resident.pairingsFailed++;
      else if (event.event.kind === "encrypted") resident.encrypted++;
    };
    return resident;
  }

  get connected(): boolean {
    return this.#device.connected;
  }

  get bonded(): boolean {
    return this.#device.keys.list.length > 0;
  }

  /** The digest of the key that a central must encrypt with; null where the device has none. */
  get key(): string | null {
    const [bond] = this.#device.keys.list;
    return bond?.asPeripheral ? digestOf(bond.asPeripheral.value) : null;
  }

  get violations(): readonly string[] {
    return this.#device.controller.violations.map(({ what }) => `${this.name}: ${what}`);
  }

  /** Presses its buttons, once it asks for a passkey; false before that. */
  type(digits: string): boolean {
    if (this.#keypad?.typed !== 0) return false;
    for (const digit of digits) this.#keypad.press(digit);
    return true;
  }

  /** Takes its half of every bond; `giveBack` puts them where they were. */
  loseKeys(): void {
    this.#shelved = this.#device.keys.list;
    this.#device.forgetBonds();
  }

  async giveBack(): Promise<void> {
    this.#device.keys.clear();
    for (const bond of this.#shelved) await this.#device.keys.put(bond);
  }

  stop(): Promise<void> {
    return this.#device.stop();
  }

  /** As phones and sensors do: from then on a packet of data is longer than what one USB packet carries. */
  #lengthen(): void {
    const { host } = this.#device.gap;
    // Fails only when the link ends first.
    for (const link of host.links.all) useLongPackets(host, link).catch(() => {});
  }

  get #device(): Peripheral {
    if (this.#peripheral === undefined) throw new Error("Cannot use the device: it is not on");
    return this.#peripheral;
  }
}

const ZERO = new Uint8Array(16);

/** e(key, 0), its first 8 octets: tells keys apart and gives none away. */
export function digestOf(key: Uint8Array): string {
  return toHex(nodeCrypto.encrypt(Uint8Array.from(key), ZERO).slice(0, 8));
}
