/** A host that sends anything at all: every command is answered, nothing throws, and the other side lives on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Reset } from "../../../hci/host/commands/basic.ts";
import { commandsByOpcode } from "../../../hci/host/supported.ts";
import type { Random } from "../../../hci/virtual/random.ts";
import { seededRandom } from "../../../hci/virtual/random.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Probe } from "./rig.ts";
import { connect, Rig } from "./rig.ts";

const SEEDS = 24;
const COMMANDS = 250;
const opcodes = [...commandsByOpcode.keys()].filter((opcode) => opcode !== 0 && opcode !== 0x0c35);

/** Parameters that are often nearly right: of the right length, with small numbers and known handles. */
function parameters(random: Random, opcode: number, handles: readonly number[]): Uint8Array {
  const size = commandsByOpcode.get(opcode)?.parameters.size ?? random.below(40);
  const length = random.chance(0.1) ? random.below(60) : size;
  const octets = random.octets(length).map((octet) => (random.chance(0.6) ? octet % 8 : octet));
  const handle = handles[random.below(handles.length)];
  if (length >= 2 && handle !== undefined && random.chance(0.4)) {
    octets[0] = handle & 0xff;
    octets[1] = handle >> 8;
  }
  return octets;
}

function junk(probe: Probe, random: Random, handle: number): void {
  const flags = random.below(16);
  const used = random.chance(0.7) ? handle : random.below(0x1000);
  probe.data(used, random.chance(0.8) ? flags & 1 : flags, random.octets(random.below(40)));
}

for (const profile of ["4.0", "4.2", "5.2"] as const) {
  test(`${profile}: ${SEEDS} hosts send ${COMMANDS} commands and data of any content`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rig = new Rig({ seed, pace: seed % 2 === 0 ? "interval" : "immediate" });
      const random = seededRandom(seed, "hostile");
      const hostile = await rig.probe("hostile", { profile, seed });
      const victim = await rig.probe("victim", { seed });
      const linked = await (random.chance(0.5) ? connect(hostile, victim) : connect(victim, hostile));
      const handles = [linked.central, linked.peripheral];
      for (let i = 0; i < COMMANDS; i++) {
        const opcode = opcodes[random.below(opcodes.length)] ?? 0;
        if (opcode === Reset.opcode && random.chance(0.9)) continue;
        const octets = parameters(random, opcode, handles);
        hostile.raw(Uint8Array.of(opcode & 0xff, opcode >> 8, octets.length, ...octets));
        await settle();
        const { status } = await hostile.answerTo(opcode);
        assert.ok(status >= 0 && status <= 0x45, `seed ${seed}: 0x${opcode.toString(16)} answered ${status}`);
        hostile.inbox = [];
        if (random.chance(0.3)) junk(hostile, random, handles[random.below(2)] ?? 0);
        if (random.chance(0.2)) await rig.clock.advance(random.below(400));
      }
      await rig.clock.advance(5_000);
      await victim.ok(Reset, {});
      assert.deepEqual(victim.controller.violations, [], `seed ${seed}`);
      assert.equal(
        hostile.controller.violations.some(({ rule }) => rule === "C2"),
        false,
      );
    }
  });
}

test("packets that are shorter than their header are survived", async () => {
  const probe = await new Rig().probe("dongle");
  for (const type of ["command", "acl", "event", "iso", "synchronous"] as const) {
    for (let length = 0; length < 5; length++) {
      probe.transport.send({ type, bytes: new Uint8Array(length) });
      await settle();
      await probe.clock.advance(5);
    }
  }
  probe.inbox = [];
  await probe.ok(Reset, {});
  assert.ok(probe.controller.violations.every(({ rule }) => ["C2", "D1", "D2", "D4", "H4"].includes(rule)));
});
