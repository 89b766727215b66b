/** A headband of the Muse family: commands as text with a length before it, EEG as twelve samples of twelve bits. */
import { uuidOf } from "../../../hci/codec/uuid.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import type { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";

const uuid = (short: number): string =>
  `273e${short.toString(16).padStart(4, "0")}-4c4d-454d-96be-f03bac821358`;
const CONTROL = uuid(1);
const EEG = [3, 4, 5, 6].map(uuid);
const TELEMETRY = uuid(0x0b);
const READING_MS = 47;
export const MUSE_INFO = { fw: "1.2.13", hw: "00.1", tp: "consumer", rc: 0 };

export class Muse {
  /** As they came, without length and line break. */
  readonly commands: string[] = [];
  #stop = (): void => {};

  definition(): PeripheralDefinition {
    let device: Peripheral | undefined;
    const pushing = (short: string) => ({ uuid: short, properties: ["notify"] as const, value: {} });
    return {
      name: "Muse-5CA1",
      advertises: [uuidOf(0xfe8d)],
      services: [
        {
          uuid: uuidOf(0xfe8d),
          characteristics: [
            {
              uuid: CONTROL,
              properties: ["writeWithoutResponse", "notify"],
              value: { write: (_client, value) => this.#command(device, value) },
            },
            ...[TELEMETRY, uuid(9), uuid(0x0a), ...EEG].map(pushing),
          ],
        },
      ],
      policy: justWorks,
      allowsNewPairing: true,
      run: (started) => {
        device = started;
        return () => this.#stop();
      },
      onDisconnected: () => this.#stop(),
    };
  }

  /** Sample `i` of reading `index` on `channel`, 0 to 4095. */
  static sample(index: number, channel: number, i: number): number {
    return (index * 211 + channel * 977 + i * 37) & 0xfff;
  }

  #command(device: Peripheral | undefined, value: Uint8Array): void {
    const length = value[0] ?? 0;
    if (device === undefined || length !== value.length - 1) return;
    const command = new TextDecoder().decode(value.subarray(1)).trimEnd();
    this.commands.push(command);
    if (command === "v1") this.#say(device, JSON.stringify(MUSE_INFO));
    if (command === "h") this.#stop();
    if (command === "d") this.#stream(device);
  }

  /** In pieces of at most 19 characters, as it fits the smallest MTU. */
  #say(device: Peripheral, text: string): void {
    for (let at = 0; at < text.length; at += 19) {
      const part = new TextEncoder().encode(text.slice(at, at + 19));
      const frame = new Uint8Array(20);
      frame.set([part.length, ...part]);
      device.notify(CONTROL, frame);
    }
  }

  #stream(device: Peripheral): void {
    this.#stop();
    let index = 0;
    const next = (): void => {
      EEG.forEach((channel, number) => device.notify(channel, reading(index, number)));
      index++;
      this.#stop = device.gap.host.clock.after(READING_MS, next);
    };
    this.#stop = device.gap.host.clock.after(READING_MS, next);
  }
}

function reading(index: number, channel: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(20);
  frame.set([index >> 8, index & 0xff]);
  for (let pair = 0; pair < 6; pair++) {
    const [a, b] = [Muse.sample(index, channel, pair * 2), Muse.sample(index, channel, pair * 2 + 1)];
    frame.set([a >> 4, ((a & 0xf) << 4) | (b >> 8), b & 0xff], 2 + pair * 3);
  }
  return frame;
}
