/** The page's questions over a whole backend: buttons that are pressed at a device, and the wait after a wrong code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyBox } from "../../../hci/virtual/peripherals/key-box.ts";
import { Keypad } from "../../../hci/virtual/peripherals/keypad.ts";
import { MESH_PASSKEY, meshRadio } from "../../../hci/virtual/peripherals/mesh-radio.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";
import { PairingManager } from "../../../src/state/pairing-manager.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { text } from "../../support/stack-rig.ts";

async function page(definition: PeripheralDefinition) {
  const rig = new OwnKeysRig();
  const { clock, radio } = rig.world.rig;
  const backend = await rig.start();
  const device = await rig.world.until(Peripheral.start(definition, { radio, crypto: nodeCrypto, text }));
  const manager = new PairingManager({
    bond: rig.ports,
    after: (ms, run) => clock.after(ms, run),
    onListenerError: (error) => assert.fail(String(error)),
    waitMs: (peerId) => backend.session.pairingWait(peerId),
  });
  await manager.start(new AbortController().signal);
  const peer = backend.chosen(peerIdOf(device.identity.address), definition.name);
  const pair = (): ReturnType<OwnKeysRig["ensure"]> =>
    rig.ensure({ peer, services: [], profile: null, probe: null }, { prompts: { pairing: manager } });
  /** Runs in a turn of its own for each question. */
  const onAsked = (person: () => Promise<void>): void => {
    manager.listen(({ kind }) => {
      if (kind === "asked") void rig.world.outside(settle().then(person)); // time stands still meanwhile
    });
  };
  const leave = async (): Promise<void> => {
    await rig.world.until(device.stop());
    await rig[Symbol.asyncDispose]();
  };
  return { manager, pair, onAsked, leave, clock };
}

test("Buttons pressed at the device are counted here one by one, taken back too, and the six pair", async () => {
  const keypad = new Keypad();
  const { manager, pair, onAsked, leave } = await page(keyBox(keypad));
  const counts: (number | null)[] = [];
  const digits = Promise.withResolvers<string>();
  manager.listen((event) => {
    if (event.kind === "keypress") counts.push(event.typed);
  });
  onAsked(async () => {
    const [request] = manager.view.value.requests;
    assert(request?.ask.kind === "display");
    assert.equal(request.terms?.keypress, true);
    digits.resolve(request.ask.digits);
  });
  let asked = false;
  keypad.onChange = () => {
    if (asked) return;
    asked = true;
    void digits.promise.then((code) => {
      for (const button of ["x", "9", "erase", "erase", ...code.split(""), "7"]) keypad.press(button);
    });
  };
  const result = await pair();
  assert.deepEqual([result.code, result.level], [0, "secure"], result.reason ?? "");
  // Null: the device began before its digits stood here.
  assert.deepEqual(counts, [null, 1, 0, 1, 2, 3, 4, 5, 6, 6]);
  assert.equal(keypad.typed, null);
  await leave();
});

test("After a wrong code the dialog has the time at which the next attempt may begin", async () => {
  const { manager, pair, onAsked, leave, clock } = await page(meshRadio());
  onAsked(async () => {
    const [request] = manager.view.value.requests;
    assert(request?.ask.kind === "enter");
    manager.respond(request.id, { accept: true, passkey: MESH_PASSKEY.replace("1", "9") });
  });
  assert.equal((await pair()).code, 2);
  await clock.advance(1);
  const { ended } = manager.view.value;
  assert.ok(ended !== null && ended.retryAt !== null && ended.retryAt > ended.at);
  await leave();
});

test("A pairing is shown with the record of the adapter that pairs, never with that of another one", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const { clock } = rig.world.rig;
  const device = await rig.world.device("lock", { policy: { ioCapability: "DisplayYesNo" } });
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  const elsewhere = await rig.record();
  const { adapter } = rig.world.dongle("another", { seed: 99 });
  await rig.start({ adapter });
  const manager = new PairingManager({
    bond: rig.ports,
    after: (ms, run) => clock.after(ms, run),
    onListenerError: (error) => assert.fail(String(error)),
  });
  await manager.start(new AbortController().signal);
  const shown: (string | null)[] = [];
  manager.listen((event) => {
    if (event.kind !== "asked") return;
    shown.push(event.request.bondId);
    void rig.world.outside(settle().then(() => manager.respond(event.request.id, { accept: true })));
  });
  const result = await rig.ensure(rig.chosen(device), {
    prompts: { pairing: manager, confirmElsewhere: async () => true },
  });
  assert.equal(result.code, 0);
  assert.notEqual(result.bondId, elsewhere.id);
  assert.deepEqual(shown, [result.bondId]);
});
