/** Attribute tables of bonded peers: used again after a restart, and no longer than they are true. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import { PLAIN, SERVICE } from "../../support/att-rig.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";

const never = new AbortController().signal;
const PLAIN_REF = { service: SERVICE, characteristic: PLAIN, instance: 0 };

async function bonded(rig: OwnKeysRig): Promise<RigHost> {
  await rig.start();
  const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  return device;
}

/** Connects and reads one value; how many ATT requests the link took. */
async function readOnce(rig: OwnKeysRig, device: RigHost): Promise<number> {
  const peer = rig.backend.peer(rig.idOf(device));
  const connection = await rig.world.until(peer.connect(never));
  assert.deepEqual(
    await rig.world.until(connection.read(PLAIN_REF, { signal: never })),
    Uint8Array.of(1, 2, 3),
  );
  const requests = rig.backend.session.stack.links[0]?.requests ?? Number.NaN;
  await rig.world.until(Promise.resolve(connection[Symbol.asyncDispose]()));
  return requests;
}

test("after a restart a link takes MTU and hash, then the value that is wanted", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.reload();
  assert.equal(await readOnce(rig, device), 3);
});

test("a table that was cleared is discovered again, and clearing says what there was", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const id = rig.idOf(device);
  assert.equal(await rig.world.until(rig.backend.bonds.clearTable(id)), "removed");
  assert.equal(await rig.world.until(rig.backend.bonds.clearTable(id)), "notFound");
  assert.ok((await readOnce(rig, device)) > 5);
  assert.equal(await readOnce(rig, device), 3);
});

test("a device whose hash lies is caught by its services, marked, and discovered anew from then on", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const { local } = rig.backend.session;
  const peer = device.stack.identity.address;
  // As if the device had given this hash for another database.
  const stored = await rig.tables.get(local, peer);
  assert.ok(stored?.hash);
  const services = stored.table.services.slice(0, -1);
  await rig.tables.put(local, peer, { ...stored, table: { services } });

  const told: string[] = [];
  rig.backend.session.onEvent(({ kind }) => told.push(kind), never);
  assert.equal((await rig.again()).code, 0);
  assert.ok(told.includes("hash-lied"));
  const anew = await rig.tables.get(local, peer);
  assert.equal(anew?.hashLies, true);
  assert.equal(characteristicsOf(anew.table, SERVICE, PLAIN).length, 1);
  assert.ok((await readOnce(rig, device)) > 5, "its hash counts for nothing");
});

test("an entry that does not fit, or is too old to be believed without a hash, counts as absent", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const { local } = rig.backend.session;
  const peer = device.stack.identity.address;
  const stored = await rig.tables.get(local, peer);
  assert.ok(stored);
  const { AttributeTables } = await import("../../../src/storage/keys/attribute-tables.ts");
  const rows = new Map<string, unknown>();
  let days = 0;
  const tables = new AttributeTables(
    {
      get: async (id) => rows.get(id),
      put: async (row) => void rows.set(row.id, row),
      delete: async (id) => void rows.delete(id),
    },
    () => days * 86_400_000,
    async () => 30,
  );
  await tables.put(local, peer, { ...stored, hash: undefined });
  assert.ok(await tables.get(local, peer));
  days = 31;
  assert.equal(await tables.get(local, peer), undefined);
  await tables.put(local, peer, stored);
  days = 400;
  assert.ok(await tables.get(local, peer), "a hash speaks for itself");
  const [id = ""] = rows.keys();
  rows.set(id, { v: 1, id, configured: "yes" });
  assert.equal(await tables.get(local, peer), undefined);
});
