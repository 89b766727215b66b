/** Whatever way a run ends: no link, no scan, no attempt is left. And a check leaves everything as it found it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnsureOptions } from "../../../src/bonds/ensure.ts";
import { AdapterWatch } from "../../support/adapter-watch.ts";
import type { Dongle } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { failWrites, withRaw } from "../../support/tabs.ts";

const POLICY = { ioCapability: "NoInputNoOutput" } as const;
const REPAIR: Partial<EnsureOptions> = { mode: "repair", prompts: { confirmRepair: async () => true } };

interface Scene {
  readonly rig: OwnKeysRig;
  readonly device: RigHost;
  readonly watch: AdapterWatch;
}

/** A bond with a device that hides behind private addresses: to find it again takes the resolving list or a scan. */
async function bonded(rig: OwnKeysRig, { adapter }: Dongle = rig.dongle): Promise<Scene> {
  const watch = new AdapterWatch();
  await rig.start({ adapter: watch.on(adapter, rig.world.rig.clock), privacy: true });
  const device = await rig.world.device("sensor", { policy: POLICY, privacy: true });
  const { current } = device.stack.gap.own;
  const peer = rig.backend.chosen(`random-${Buffer.from(current.octets).toString("hex")}`);
  const { code, reason } = await rig.ensure({ peer, services: [], profile: null, probe: null });
  assert.deepEqual([code, reason], [0, null]);
  return { rig, device, watch };
}

/** Every row of every table, whatever it is for. */
const database = (): Promise<string> =>
  withRaw(async (db) => {
    const rows = await Promise.all(
      [...db.objectStoreNames].map(async (name) => [name, await db.getAll(name)]),
    );
    return JSON.stringify(rows);
  });

const everything = async ({ rig, watch }: Scene): Promise<readonly string[]> => [
  await database(),
  JSON.stringify([await rig.stores.bonds.all(), rig.stores.entries]),
  watch.state,
];

const CHECKS: Readonly<
  Record<string, { code: number; readonly before: (scene: Scene) => Promise<void> | void }>
> = {
  "of a bond that works": { code: 0, before: () => {} },
  "of a bond whose table is not known": {
    code: 0,
    before: async ({ rig, device }) => void (await rig.backend.bonds.clearTable(rig.idOf(device))),
  },
  "of a device that lost its key": { code: 1, before: ({ device }) => device.keys.clear() },
  "of a device that is away": {
    code: 5,
    before: ({ rig, device }) => rig.world.rig.radio.cut(rig.dongle.controller, device.controller),
  },
  "with the vault locked": { code: 4, before: ({ rig }) => rig.keys.vault.lock() },
};

for (const [what, { code, before }] of Object.entries(CHECKS))
  test(`a check ${what} changes no row, no record and nothing of the adapter`, async () => {
    await using rig = new OwnKeysRig();
    const scene = await bonded(rig);
    await before(scene);
    const found = await everything(scene);
    const result = await rig.again({ mode: "check" });
    assert.equal(result.code, code);
    await rig.world.moment(1_000);
    assert.deepEqual(await everything(scene), found);
  });

const ENDS: Readonly<
  Record<
    string,
    { code: number; options?: Partial<EnsureOptions>; readonly before: (scene: Scene) => unknown }
  >
> = {
  "a proof": { code: 0, before: () => {} },
  "a refused key": { code: 10, before: ({ device }) => device.keys.clear() },
  "a device that is away": {
    code: 5,
    before: ({ rig, device }) => rig.world.rig.radio.cut(rig.dongle.controller, device.controller),
  },
  "a refused pairing": {
    code: 2,
    options: REPAIR,
    before: ({ device }) => {
      device.person.onAccept = () => false;
    },
  },
  "a level that is not reached": { code: 8, options: { level: "secure" }, before: () => {} },
  "a disk without room": { code: 4, options: REPAIR, before: () => failWrites("bondKeys", 2) },
};

for (const [what, { code, options = {}, before }] of Object.entries(ENDS))
  test(`a run that ends with ${what} leaves no link, no scan and no attempt`, async () => {
    await using rig = new OwnKeysRig();
    const scene = await bonded(rig);
    const heal = await before(scene);
    const result = await rig.again(options);
    if (typeof heal === "function") heal();
    assert.equal(result.code, code);
    await rig.world.moment(1_000);
    const { links, scanning, connecting, advertising } = scene.watch;
    assert.deepEqual([links.size, scanning, connecting, advertising], [0, false, false, false]);
  });

test("a run that a person cancels at any step leaves no link, no scan and no attempt", async () => {
  const steps = new Set<string>();
  for (;;) {
    await using rig = new OwnKeysRig();
    const { watch, device } = await bonded(rig);
    device.keys.clear();
    const stop = new AbortController();
    let stopped: string | undefined;
    const result = await rig.again({
      ...REPAIR,
      signal: stop.signal,
      onStep: ({ step, status }) => {
        if (stopped !== undefined || status !== "started" || steps.has(step)) return;
        stopped = step;
        steps.add(step);
        stop.abort();
      },
    });
    await rig.world.moment(1_000);
    assert.deepEqual([watch.links.size, watch.scanning, watch.connecting], [0, false, false], stopped);
    if (stopped === undefined) {
      assert.equal(result.code, 0);
      break;
    }
  }
  for (const step of ["connect", "pair", "prove"]) assert.ok(steps.has(step), step);
});

test("a search by an adapter that resolves nothing is over with the run, found or not", async () => {
  await using rig = new OwnKeysRig();
  const dongle = rig.world.dongle("plain", { resolvingListSize: 0 });
  const { device, watch } = await bonded(rig, dongle);
  const scans = watch.scans;
  assert.equal((await rig.again({ mode: "check" })).code, 0);
  assert.ok(watch.scans > scans, "it was looked for");
  assert.equal(watch.scanning, false);
  rig.world.rig.radio.cut(dongle.controller, device.controller);
  assert.equal((await rig.again({ mode: "check" })).code, 5);
  await rig.world.moment(1_000);
  assert.deepEqual([watch.scanning, watch.connecting, watch.links.size], [false, false, 0]);
});
