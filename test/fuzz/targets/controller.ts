import { concat, toHex } from "../../../hci/codec/bytes.ts";
import { HostNumberOfCompletedPackets } from "../../../hci/host/commands/basic.ts";
import { commandsByOpcode } from "../../../hci/host/supported.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { hostileFrame } from "../frames.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import { SeededCrypto } from "../seeded-crypto.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const COMMANDS = [...commandsByOpcode.values()];
/** Answered only when it is wrong (Vol 4 Part E 7.3.40). */
const SILENT = toHex(
  Uint8Array.of(HostNumberOfCompletedPackets.opcode & 0xff, HostNumberOfCompletedPackets.opcode >> 8),
);
const COMMAND_COMPLETE = 0x0e;
const COMMAND_STATUS = 0x0f;

function someCommand(random: Random): Bytes {
  const command = COMMANDS[random.below(COMMANDS.length)];
  const size = command?.parameters.size ?? random.below(40);
  // Many commands do something only with parameters in their ranges, which small numbers and zeros often are
  const parameters = random.below(2) === 0 ? new Uint8Array(size) : plausible(random, size);
  const opcode = random.below(20) === 0 ? random.below(0x1_0000) : (command?.opcode ?? 0);
  const bytes = concat([opcode & 0xff, opcode >> 8, parameters.length], parameters);
  return random.below(3) > 0 ? bytes : mostlyMutated(random, bytes);
}

function someData(random: Random): Bytes {
  const { channel, payload } = hostileFrame(random);
  const frame = concat([payload.length & 0xff, payload.length >> 8, channel, 0], payload);
  const head = [random.pick([0, 1, 0x40, 0x41]), random.pick([0x00, 0x10, 0x20]), frame.length, 0];
  return mostlyMutated(random, concat(head, frame));
}

/** The strict controller against two hosts that say anything: every whole command answered, and it goes on. */
export const controller: Target = {
  name: "controller",
  share: 60,
  async run(random) {
    const clock = new ManualClock();
    const radio = new Radio({ clock, seed: random.below(2 ** 31), pace: "immediate" });
    const hosts = ["one", "two"].map((name) => {
      const crypto = new SeededCrypto(random);
      const device = new VirtualController({ radio, crypto, name });
      const answers: string[] = [];
      const transport = device.plug();
      transport.onPacket = ({ type, bytes }) => {
        if (type !== "event") return;
        if (bytes[0] === COMMAND_COMPLETE) answers.push(toHex(bytes.subarray(3, 5)));
        if (bytes[0] === COMMAND_STATUS) answers.push(toHex(bytes.subarray(4, 6)));
      };
      return { device, transport, answers };
    });
    const count = 10 + random.below(40);
    for (let i = 0; i < count; i++) {
      const host = hosts[random.below(2)];
      if (host === undefined) continue;
      if (random.below(3) === 0) {
        host.transport.send({ type: "acl", bytes: someData(random) });
      } else {
        const bytes = someCommand(random);
        host.answers.length = 0;
        host.transport.send({ type: "command", bytes });
        for (let rounds = 0; rounds < 3; rounds++) await settle();
        await clock.advance(1);
        const whole = bytes.length >= 3 && bytes.length === 3 + (bytes[2] ?? 0);
        const asked = toHex(bytes.subarray(0, 2));
        must(!whole || asked === SILENT || host.answers.includes(asked), `command ${asked} was not answered`);
      }
      if (random.below(6) === 0) await clock.advance(random.pick([10, 200]));
    }
    for (const { device } of hosts) await device.dispose();
    await clock.advance(60_000);
    must(clock.pending === 0, `${clock.pending} timers were left behind`);
    return count;
  },
};
