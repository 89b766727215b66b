/** Pairing with a code that came over another way than the radio: the tag of a device, our whole backend, a person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";
import { valve } from "../../../hci/virtual/peripherals/valve.ts";
import type { EnsureOptions } from "../../../src/bonds/ensure.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";
import { TraceRecorder } from "../../../src/link/hci/trace-recorder.ts";
import type { OutOfBand } from "../../../src/link/out-of-band.ts";
import { ActivityLog } from "../../../src/state/activity/log.ts";
import { PairingManager } from "../../../src/state/pairing-manager.ts";
import { type OobReading, readOob, readOobForRepair } from "../../../src/state/oob.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { text } from "../../support/stack-rig.ts";

async function room(definition: PeripheralDefinition = valve()) {
  const rig = new OwnKeysRig();
  const { clock, radio } = rig.world.rig;
  const recorder = new TraceRecorder({ clock, now: () => 1_700_000_000_000 });
  const backend = await rig.start({ adapter: recorder.around(rig.dongle.adapter) });
  const start = (kind: PeripheralDefinition, seed: number): Promise<Peripheral> =>
    rig.world.until(Peripheral.start(kind, { radio, crypto: nodeCrypto, text, seed }));
  const device = await start(definition, 1);
  const other = await start(valve(), 2);
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
  /** As a person who is asked whether the bond may be replaced, and has a code. */
  const consent = (outOfBand: OutOfBand, options: Partial<EnsureOptions> = {}) =>
    rig.again({
      mode: "repair",
      prompts: { pairing: manager, confirmRepair: async () => ({ outOfBand }) },
      ...options,
    });
  return {
    rig,
    device,
    other,
    methods,
    pair,
    repair,
    consent,
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

test("A repair that a person answers with a code: nothing weaker, zeroed in every ending, and in nothing that is kept", async () => {
  const { rig, device, other, methods, pair, consent, read, traces, leave } = await room();
  assert.equal((await pair(undefined)).level, "encrypted");
  const before = await rig.storedKeys();
  const codes: ReturnType<typeof ready>[] = [];
  const secrets: string[] = [];
  const handed = (text: string) => {
    const data = ready(read(text));
    secrets.push(...[data.confirm, data.random].flatMap((octets) => [toHex(octets), turned(toHex(octets))]));
    codes.push(data);
    return data;
  };

  const wrong = await consent(handed(valuesIn(labelOf(other)).join("\n")));
  assert.deepEqual([wrong.code, wrong.reason, wrong.bondChanged], [2, "confirm-failed", "restored"]);
  assert.equal(await rig.storedKeys(), before);
  assert.equal((await rig.again({ mode: "check" })).code, 0, "the old bond still encrypts");
  await rig.world.rig.clock.advance(60_000);

  const stop = new AbortController();
  const stopped = await consent(handed(labelOf(device)), {
    signal: stop.signal,
    onStep: ({ step, status }) => {
      if (step === "connect" && status === "started") stop.abort();
    },
  });
  assert.deepEqual([stopped.code, stopped.bondChanged], [6, "restored"]);
  assert.equal(await rig.storedKeys(), before);

  const given = handed(labelOf(device)); // with the call, and another one when asked: the latter counts
  const result = await consent(handed(labelOf(device)), { outOfBand: given });
  assert.deepEqual([result.code, result.bondChanged, result.level], [0, "replaced", "secure"]);
  assert.deepEqual(methods, ["agree just-works", "agree oob", "agree oob"], "nothing weaker was asked about");
  assert.deepEqual(
    (await rig.keys.list()).map(({ method, authenticated }) => [method, authenticated]),
    [["oob", true]],
  );
  assert.equal(codes.length, 4);
  assert.ok(codes.every(isZero));
  const kept = await traces();
  for (const secret of secrets) assert.ok(!kept.includes(secret));
  await leave();
});

test("A repair with a code of a device that knows only the old kind of pairing: nothing is paired, and the old bond stays", async () => {
  const { rig, other, methods, pair, consent, read, leave } = await room({
    ...legacyDevice(),
    policy: { ...justWorks, legacy: true },
  });
  assert.equal((await pair(undefined, { allowLegacy: true })).code, 0);
  const before = [await rig.storedKeys(), methods.length];
  const data = ready(read(valuesIn(labelOf(other)).join("\n")));
  const result = await consent(data);
  assert.deepEqual([result.name, result.bondChanged], ["below-level", "restored"]);
  assert.deepEqual([await rig.storedKeys(), methods.length], before, "nobody was asked to agree to it");
  assert.ok(isZero(data));
  await leave();
});

test("For a repair the code of another device is refused where an address cannot have changed", async () => {
  const { device, other, leave } = await room();
  const label = labelOf(other);
  const own = peerIdOf(other.identity.address);
  const kind = (bonded: string | null): string => readOobForRepair(label, bonded).kind;
  assert.equal(kind(own), "ready");
  assert.equal(kind(null), "ready");
  assert.equal(kind("public-000000000001"), "refused");
  assert.equal(kind("random-c00000000001"), own.startsWith("random-") ? "ready" : "refused");
  const moved = labelOf(device).replace(/^(.{16})../, "$101");
  assert.equal(readOobForRepair(moved, "random-c00000000001").kind, "ready", "a reset gave it another one");
  assert.deepEqual(readOobForRepair("zz", null), { kind: "refused", refusal: { kind: "not-hex" } });
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
