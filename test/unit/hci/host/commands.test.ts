import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex } from "../../../../hci/codec/bytes.ts";
import { WAITING_LIMIT } from "../../../../hci/host/command-queue.ts";
import { ReadRssi, Reset } from "../../../../hci/host/commands/basic.ts";
import {
  LeClearFilterAcceptList,
  LeReadFilterAcceptListSize,
} from "../../../../hci/host/commands/le-scanning.ts";
import { LeEnableEncryption, LeRand } from "../../../../hci/host/commands/le-security.ts";
import { CommandComplete, CommandStatus, HardwareError } from "../../../../hci/host/events.ts";
import { HciError } from "../../../../hci/host/hci-error.ts";
import { Host, HostClosedError } from "../../../../hci/host/host.ts";
import { loopback } from "../../../../hci/transport/loopback.ts";
import { ManualClock, settle } from "../../../support/manual-clock.ts";
import { ScriptedController, startHost } from "../../../support/scripted-controller.ts";

describe("commands", () => {
  test("an answer gives the declared return parameters", async () => {
    const { host, controller } = await startHost();
    controller.returns(ReadRssi, { handle: 0x40, rssi: -55 });
    assert.deepEqual(await host.run(ReadRssi, { handle: 0x40 }), { handle: 0x40, rssi: -55 });
  });

  test("an error code rejects with its name, whatever follows it", async () => {
    const { host, controller } = await startHost();
    controller.script(ReadRssi, { returns: fromHex("02") });
    await assert.rejects(host.run(ReadRssi, { handle: 0x40 }), {
      name: "HciError",
      status: 2,
      message: "Cannot run Read RSSI: Unknown Connection Identifier",
    });
    controller.script(ReadRssi, { status: 0x01 });
    await assert.rejects(host.run(ReadRssi, { handle: 0x40 }), HciError);
  });

  test("one credit means one command under way", async () => {
    const { host, controller } = await startHost();
    controller.script(LeRand, "silence");
    const first = host.run(LeRand, {});
    const second = host.run(LeReadFilterAcceptListSize, {});
    await settle();
    assert.deepEqual(controller.take(), ["LE Rand"]);
    controller.event(CommandComplete, { credits: 1, opcode: LeRand.opcode, returns: new Uint8Array(9) });
    await first;
    await second;
    assert.deepEqual(controller.take(), ["LE Read Filter Accept List Size"]);
  });

  test("no credit means waiting until a Command Complete for no command brings some", async () => {
    const { host, controller } = await startHost();
    controller.credits = 0;
    await host.run(LeRand, {});
    const next = host.run(LeReadFilterAcceptListSize, {});
    await settle();
    assert.deepEqual(controller.take(), ["LE Rand"]);
    controller.event(CommandComplete, { credits: 1, opcode: 0, returns: new Uint8Array(0) });
    assert.deepEqual(await next, { size: 8 });
  });

  test("many credits send many commands, but never two of one kind", async () => {
    const { host, controller } = await startHost();
    controller.credits = 5;
    await host.run(Reset, {});
    controller.take();
    controller.script(LeRand, "silence");
    controller.script(LeReadFilterAcceptListSize, "silence");
    const runs = [host.run(LeRand, {}), host.run(LeRand, {}), host.run(LeReadFilterAcceptListSize, {})];
    await settle();
    assert.deepEqual(controller.take(), ["LE Rand", "LE Read Filter Accept List Size"]);
    const answer = { credits: 5, opcode: LeRand.opcode, returns: new Uint8Array(9) };
    controller.event(CommandComplete, answer);
    await settle();
    assert.deepEqual(controller.take(), ["LE Rand"]);
    controller.event(CommandComplete, answer);
    controller.event(CommandComplete, {
      credits: 5,
      opcode: LeReadFilterAcceptListSize.opcode,
      returns: new Uint8Array(2),
    });
    await Promise.all(runs);
  });

  test("Command Status of success is the answer only where the specification says so", async () => {
    const { host, controller } = await startHost();
    controller.script(LeRand, "silence");
    let answered = false;
    const random = host.run(LeRand, {}).then(() => (answered = true));
    await settle();
    controller.event(CommandStatus, { status: 0, credits: 1, opcode: LeRand.opcode });
    await settle();
    assert(!answered);
    controller.event(CommandComplete, { credits: 1, opcode: LeRand.opcode, returns: new Uint8Array(9) });
    await random;
    const parameters = { handle: 1, rand: new Uint8Array(8), ediv: 0, longTermKey: new Uint8Array(16) };
    await host.run(LeEnableEncryption, parameters);
  });

  test("an answer to nothing is counted and gives its credits", async () => {
    const { host, controller } = await startHost();
    controller.event(CommandComplete, { credits: 1, opcode: LeRand.opcode, returns: new Uint8Array(9) });
    controller.event(CommandStatus, { credits: 1, opcode: 0x1234, status: 0 });
    await settle();
    assert.equal(host.counters.unexpectedAnswers, 2);
    await host.run(LeClearFilterAcceptList, {});
  });

  test("an answer at the last moment counts", async () => {
    const { host, controller, clock } = await startHost();
    controller.script(LeRand, "silence");
    const random = host.run(LeRand, {});
    await clock.advance(4999);
    controller.event(CommandComplete, { credits: 1, opcode: LeRand.opcode, returns: new Uint8Array(9) });
    await random;
    assert.equal(clock.pending, 0);
  });

  test("no answer ends the host, and everything that waits learns why", async () => {
    const { host, controller, clock } = await startHost();
    const closed: unknown[] = [];
    host.onClosed = (error) => closed.push(error);
    controller.script(LeRand, "silence");
    const waiting = Promise.allSettled([host.run(LeRand, {}), host.run(LeReadFilterAcceptListSize, {})]);
    await clock.advance(5000);
    for (const outcome of await waiting) {
      assert(outcome.status === "rejected" && outcome.reason instanceof HostClosedError);
      assert(outcome.reason.cause instanceof Error && outcome.reason.cause.name === "CommandTimeoutError");
    }
    assert.equal(closed.length, 1);
  });

  test("a controller that never gives credit back ends the host too", async () => {
    const { host, controller, clock } = await startHost();
    controller.credits = 0;
    await host.run(LeRand, {});
    const waiting = assert.rejects(host.run(LeRand, {}), HostClosedError);
    await clock.advance(5000);
    await waiting;
  });

  test("answers to other commands, and to none, give an unanswered one no more time", async () => {
    const { host, controller, clock } = await startHost();
    controller.credits = 5;
    await host.run(LeClearFilterAcceptList, {});
    controller.script(LeRand, "silence");
    const lost = assert.rejects(host.run(LeRand, {}), HostClosedError);
    for (let second = 0; second < 4; second++) {
      await clock.advance(1000);
      await host.run(LeClearFilterAcceptList, {});
      controller.event(CommandStatus, { credits: 5, opcode: 0x1234, status: 0 });
    }
    await clock.advance(1000);
    await lost;
  });

  test("commands that an adapter causes and does not take are bounded", async () => {
    const { host, controller, clock } = await startHost();
    controller.credits = 0;
    await host.run(LeRand, {});
    const refused: unknown[] = [];
    for (let i = 0; i < WAITING_LIMIT + 10; i++)
      host.run(LeRand, {}).catch((error: unknown) => refused.push(error));
    await settle();
    assert.equal(refused.length, 10);
    assert.match(String(refused[0]), /Cannot run LE Rand: 1024 commands wait already/);
    const closing = host.close();
    await clock.advance(1000);
    await closing;
  });

  test("the packet that carried a key is blanked once the adapter has it", async () => {
    const ends = loopback();
    const kept: Uint8Array[] = [];
    const send = ends.host.send.bind(ends.host);
    ends.host.send = (packet) => {
      kept.push(packet.bytes);
      send(packet);
    };
    const controller = new ScriptedController(ends.controller);
    const host = await Host.start(ends.host, new ManualClock());
    const key = new Uint8Array(16).fill(0x5a);
    await host.run(LeEnableEncryption, { handle: 1, rand: new Uint8Array(8), ediv: 0, longTermKey: key });
    assert(controller.last(LeEnableEncryption).longTermKey.every((octet) => octet === 0x5a));
    assert(kept.every((bytes) => !bytes.includes(0x5a)));
    assert(
      key.every((octet) => octet === 0x5a),
      "the caller's own key is the caller's to blank",
    );
  });

  test("a hardware error ends the host", async () => {
    const { host, controller } = await startHost();
    const closed: (Error | undefined)[] = [];
    host.onClosed = (error) => closed.push(error);
    controller.event(HardwareError, { code: 0x42 });
    await settle();
    assert.match(closed[0]?.message ?? "", /hardware error 0x42/);
  });
});
