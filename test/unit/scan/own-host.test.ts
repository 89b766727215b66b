/** Scanner, trace and pairing questions over a whole backend: keys in a real store, the strict controller, one room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scanRadioOf } from "../../../src/link/hci/scan-radio.ts";
import { TraceRecorder } from "../../../src/link/hci/trace-recorder.ts";
import type { AdvertisingReport } from "../../../src/link/scan.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import { PairingManager } from "../../../src/state/pairing-manager.ts";
import { settle } from "../../support/manual-clock.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";

async function room() {
  const rig = new OwnKeysRig();
  const { clock } = rig.world.rig;
  const recorder = new TraceRecorder({ clock, now: () => 1_700_000_000_000 });
  const backend = await rig.start({ adapter: recorder.around(rig.dongle.adapter) });
  const device = await rig.world.device("Belt", { policy: { ioCapability: "DisplayYesNo" } });
  return { rig, clock, recorder, backend, device };
}

test("Nobody is connected to by being heard; by a person's choice they are", async () => {
  const { rig, clock, backend } = await room();
  const radio = scanRadioOf(backend);
  const heard: AdvertisingReport[] = [];
  const stop = new AbortController();
  await rig.world.until(radio.scan((report) => heard.push(report), stop.signal));
  await clock.advance(500);
  stop.abort();
  const id = heard[0]?.address().id;
  assert.ok(id);
  const { signal } = new AbortController();
  const refused = await rig.world.failure(backend.peer(id).connect(signal));
  assert(refused instanceof DeviceError);
  assert.equal(refused.failure.kind, "permission-lost");
  assert.throws(() => radio.choose("no-id-of-ours", ""), { name: "DeviceError" });
  const connection = await rig.world.until(radio.choose(id, "Belt").connect(signal));
  await rig.world.until(Promise.resolve(connection[Symbol.asyncDispose]()));
  await rig[Symbol.asyncDispose]();
});

test("What passed is there to be looked at, decoded, with the pairing in it and without its keys", async () => {
  const { rig, recorder, backend, device } = await room();
  const peer = backend.chosen(`random-${Buffer.from(device.stack.identity.address.octets).toString("hex")}`);
  const manager = new PairingManager({
    bond: rig.ports,
    after: (ms, run) => rig.world.rig.clock.after(ms, run),
    onListenerError: (error) => assert.fail(String(error)),
    waitMs: (id) => backend.session.pairingWait(id),
  });
  await manager.start(new AbortController().signal);
  manager.listen(({ kind }) => {
    if (kind !== "asked") return;
    const answering = settle().then(() => {
      const [request] = manager.view.value.requests;
      if (request !== undefined) manager.respond(request.id, { accept: true });
    });
    void rig.world.outside(answering); // time stands still meanwhile
  });
  const result = await rig.ensure(
    { peer, services: [], profile: null, probe: null },
    { prompts: { pairing: manager } },
  );
  assert.equal(result.code, 0, result.reason ?? "");
  const lines = recorder.lines().map((line) => line.text());
  for (const words of [
    "SMP Pairing Request",
    "SMP Pairing Response",
    "SMP Pairing Public Key",
    "LE Enable Encryption",
  ])
    assert.ok(
      lines.some((line) => line.includes(words)),
      words,
    );
  assert.ok(recorder.lines().some(({ layer }) => layer === "ATT"));
  const numbers = recorder.lines().map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  assert.equal(recorder.lines()[0], recorder.lines()[0], "a line is made once");
  assert.equal(new TextDecoder().decode(recorder.file().bytes.subarray(0, 7)), "btsnoop");
  recorder.clear();
  assert.deepEqual(recorder.lines(), []);
  await rig[Symbol.asyncDispose]();
});

test("The look back is bounded in octets and in packets, and says how much made room", async () => {
  const rig = new OwnKeysRig();
  const { clock } = rig.world.rig;
  const recorder = new TraceRecorder({ clock, now: () => 0, maxOctets: 2000, maxRecords: 10 });
  await rig.start({ adapter: recorder.around(rig.dongle.adapter) });
  assert.ok(recorder.lines().length <= 10);
  assert.ok(recorder.lines().reduce((sum, { octets }) => sum + octets, 0) <= 2000);
  assert.ok(recorder.dropped > 0);
  assert.equal(recorder.lines()[0]?.number, recorder.dropped);
  await rig[Symbol.asyncDispose]();
});
