/** Pairing with a code that came over another way than the radio: the tag of a device, our whole backend, a person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { valve } from "../../../hci/virtual/peripherals/valve.ts";
import type { EnsureOptions } from "../../../src/bonds/ensure.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";
import { TraceRecorder } from "../../../src/link/hci/trace-recorder.ts";
import type { OutOfBand } from "../../../src/link/out-of-band.ts";
import { ActivityLog } from "../../../src/state/activity/log.ts";
import { PairingManager } from "../../../src/state/pairing-manager.ts";
import { type OobReading, readOob } from "../../../src/state/scan/oob.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { text } from "../../support/stack-rig.ts";

async function room() {
  const rig = new OwnKeysRig();
  const { clock, radio } = rig.world.rig;
  const recorder = new TraceRecorder({ clock, now: () => 1_700_000_000_000 });
  const backend = await rig.start({ adapter: recorder.around(rig.dongle.adapter) });
  const start = (seed: number): Promise<Peripheral> =>
    rig.world.until(Peripheral.start(valve(), { radio, crypto: nodeCrypto, text, seed }));
  const device = await start(1);
  const other = await start(2);
  const manager = new PairingManager({
    bond: rig.ports,
    after: (ms, run) => clock.after(ms, run),
    onListenerError: (error) => assert.fail(String(error)),
    waitMs: (peerId) => backend.session.pairingWait(peerId),
  });
  await manager.start(new AbortController().signal);
  const methods: string[] = [];
  const log = new ActivityLog(() => clock.now());
  manager.listen((event) => {
    log.add({ kind: "pairing", event });
    if (event.kind !== "asked") return;
    const answering = settle().then(() => {
      const [request] = manager.view.value.requests;
      if (request === undefined) return;
      methods.push(`${request.ask.kind} ${request.terms?.method ?? ""}`);
      manager.respond(request.id, { accept: true });
    });
    void rig.world.outside(answering); // time stands still meanwhile
  });
  const id = peerIdOf(device.identity.address);
  const read = (code: string): OobReading =>
    readOob(code, { address: { id, text: "", kind: "public" }, identityId: undefined });
  const pair = (outOfBand: OutOfBand | undefined, options: Partial<EnsureOptions> = {}) => {
    const peer = backend.chosen(id, "Water valve");
    return rig.ensure(
      { peer, services: [], profile: null, probe: null },
      { ...given(outOfBand), prompts: { pairing: manager }, ...options },
    );
  };
  const repair = (outOfBand: OutOfBand) =>
    rig.again({
      ...given(outOfBand),
      mode: "repair",
      prompts: { pairing: manager, confirmRepair: async () => true },
    });
  return {
    rig,
    device,
    other,
    methods,
    pair,
    repair,
    read,
    /** Everything that is kept, shown or can be saved. */
    traces: async (): Promise<string> =>
      JSON.stringify([
        await rig.stores.bonds.all(),
        rig.stores.entries,
        await rig.storedKeys(),
        log.entries.value,
        manager.view.value,
        recorder.lines().map((line) => line.text()),
        toHex(recorder.file().bytes),
      ]),
    leave: async (): Promise<void> => {
      for (const each of [device, other]) await rig.world.until(each.stop());
      await rig[Symbol.asyncDispose]();
    },
  };
}

const given = (outOfBand: OutOfBand | undefined): Partial<EnsureOptions> =>
  outOfBand === undefined ? {} : { level: "secure", outOfBand };
const labelOf = ({ label }: Peripheral): string => toHex(label ?? new Uint8Array());
const turned = (hex: string): string => Buffer.from(hex, "hex").reverse().toString("hex");
/** Confirmation and random value in a label. */
const valuesIn = (label: string): [string, string] => [label.slice(28, 60), label.slice(64, 96)];

function ready(reading: OobReading): Extract<OutOfBand, { kind: "secure-connections" }> {
  assert(reading.kind === "ready", JSON.stringify(reading));
  return reading.outOfBand;
}

const isZero = ({ confirm, random }: ReturnType<typeof ready>): boolean =>
  [...confirm, ...random].every((octet) => octet === 0);

test("The code of the device's own tag: authenticated, out of band, zeroed, and in nothing that is kept", async () => {
  const { rig, device, methods, pair, read, traces, leave } = await room();
  const label = labelOf(device);
  const data = ready(read(label));
  const secrets = valuesIn(label).flatMap((value) => [value, turned(value)]);
  assert.deepEqual(secrets.slice(1, 2), [toHex(data.confirm)]);
  const result = await pair(data);
  assert.deepEqual([result.code, result.reason, result.level], [0, null, "secure"]);
  assert.deepEqual(methods, ["agree oob"]);
  const [listed] = await rig.keys.list();
  assert.deepEqual([listed?.method, listed?.state, listed?.authenticated], ["oob", "active", true]);
  assert.ok(isZero(data));
  const kept = await traces();
  assert.ok(kept.length > 5000 && kept.includes("Water valve"));
  for (const secret of secrets) assert.ok(!kept.includes(secret));
  assert.notEqual(labelOf(device), label, "the next pairing needs another code");
  await leave();
});

test("Without the code the same device pairs as one that has nothing to show: never as authenticated", async () => {
  const { rig, methods, pair, leave } = await room();
  const demanding = await pair(undefined, { level: "secure" });
  assert.deepEqual([demanding.code, demanding.bondChanged], [8, "none"]);
  await rig.world.rig.clock.advance(60_000);
  const result = await pair(undefined);
  assert.deepEqual([result.code, result.level], [0, "encrypted"]);
  assert.deepEqual(methods, ["agree just-works"]);
  await leave();
});

test("A wrong code fails, and the bond that it was to replace stays; the right one replaces it", async () => {
  const { rig, device, other, pair, repair, read, leave } = await room();
  assert.equal((await pair(ready(read(labelOf(device))))).code, 0);
  const before = await rig.storedKeys();
  device.forgetBonds();

  // The code of another device, without the address that would give it away.
  const wrong = ready(read(valuesIn(labelOf(other)).join("\n")));
  const failed = await repair(wrong);
  assert.deepEqual([failed.code, failed.reason, failed.bondChanged], [2, "confirm-failed", "restored"]);
  assert.ok(isZero(wrong));
  assert.equal(await rig.storedKeys(), before);
  assert.equal((await rig.keys.list())[0]?.state, "active");

  await rig.world.rig.clock.advance(60_000);
  const replaced = await repair(ready(read(labelOf(device))));
  assert.deepEqual([replaced.code, replaced.bondChanged, replaced.level], [0, "replaced", "secure"]);
  assert.notEqual(await rig.storedKeys(), before);
  await leave();
});

test("A code serves once: the same one fails after it was used", async () => {
  const { rig, device, pair, read, repair, leave } = await room();
  const label = labelOf(device);
  assert.equal((await pair(ready(read(label)))).code, 0);
  device.forgetBonds();
  await rig.world.rig.clock.advance(60_000);
  const again = await repair(ready(read(label)));
  assert.deepEqual([again.code, again.reason], [2, "confirm-failed"]);
  await leave();
});

test("The code of another device is refused by its address before anything is sent", async () => {
  const { other, read, leave } = await room();
  const label = labelOf(other);
  assert.deepEqual(read(label), {
    kind: "refused",
    refusal: { kind: "other-device", peerId: peerIdOf(other.identity.address) },
  });
  const heard = (kind: "resolvable" | "static", identityId?: string): string =>
    readOob(label, { address: { id: "random-4b0000000001", text: "", kind }, identityId }).kind;
  assert.equal(heard("static"), "refused");
  assert.equal(heard("resolvable"), "ready", "behind a private address the code itself proves");
  assert.equal(heard("resolvable", peerIdOf(other.identity.address)), "ready");
  assert.equal(heard("resolvable", "public-000000000001"), "refused");
  await leave();
});

test("What was handed over is zeroed where the run never came to a pairing", async () => {
  const { device, pair, read, leave } = await room();
  const data = ready(read(labelOf(device)));
  const result = await pair(data, { signal: AbortSignal.abort() });
  assert.equal(result.code, 6);
  assert.ok(isZero(data));
  await leave();
});
