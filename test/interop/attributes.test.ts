/** Discovery, values, notifications and refusals between the two hosts, in both directions. */
import assert from "node:assert/strict";
import { AttError } from "../../hci/att/errors.ts";
import { characteristicsOf } from "../../hci/gatt/table.ts";
import type { GattClient } from "../../hci/gatt/client.ts";
import type { Connection, RemoteCharacteristic } from "../support/ble-host.ts";
import { nextEvent } from "../support/ble-host.ts";
import type { Room } from "./room.ts";
import { GUARDED, interop, LONG, LONG_VALUE, OPEN, PUSHED, SERVICE } from "./room.ts";

function ours(gatt: GattClient, uuid: string) {
  const [found] = characteristicsOf(gatt.table ?? { services: [] }, SERVICE, uuid);
  assert.ok(found, uuid);
  return found;
}

interop("central: we find, read, write and hear what they serve", {}, async (room) => {
  const { rig } = room;
  const { link, other } = await room.connect();
  const gatt = await rig.until(link.explore());
  assert.equal(link.mtu, other.gatt.currentMtu);
  assert.ok(link.mtu > 23);
  assert.deepEqual([...(await rig.until(gatt.read(ours(gatt, OPEN).handle)))], [1]);
  await rig.until(gatt.write(ours(gatt, OPEN).handle, Uint8Array.of(9, 8)));
  assert.deepEqual([...(await rig.until(gatt.read(ours(gatt, OPEN).handle)))], [9, 8]);

  assert.deepEqual(await rig.until(gatt.read(ours(gatt, LONG).handle)), LONG_VALUE);
  const other400 = LONG_VALUE.toReversed();
  await rig.until(gatt.write(ours(gatt, LONG).handle, other400));
  assert.deepEqual(await rig.until(gatt.read(ours(gatt, LONG).handle)), other400);

  const heard: string[] = [];
  await rig.until(gatt.subscribe(ours(gatt, PUSHED), (value) => heard.push(String(value))));
  for (const value of [1, 2, 3]) room.pushed.notify?.(other, Buffer.of(value));
  await rig.clock.advance(100);
  assert.deepEqual(heard, ["1", "2", "3"]);
  await room.end(link);
});

interop(
  "central: a protected value of theirs is refused with 0x05 before a bond, and read after",
  {},
  async (room) => {
    const { rig } = room;
    const { link } = await room.connect();
    const gatt = await rig.until(link.explore());
    const { handle } = ours(gatt, GUARDED);
    const refused = await rig.failure(gatt.read(handle));
    assert.ok(refused instanceof AttError);
    assert.equal(refused.code, 0x05);
    link.wantPairing();
    assert.deepEqual([...(await rig.until(gatt.read(handle)))], [2]);
    assert.equal(room.us.keys.bonds.length, 1);
    await room.end(link);
  },
);

interop(
  "central: their database has no hash; the table of a bonded server is trusted, as it would tell",
  {},
  async (room) => {
    const { rig } = room;
    const first = await room.connect();
    await rig.until(first.link.pair());
    await rig.until(first.link.secure());
    const full = first.link.requests;
    await room.end(first.link);
    const { link } = await room.connect();
    const gatt = await rig.until(link.secure());
    assert.equal(link.requests, 2, "MTU, and the question for a hash");
    assert.ok(full > 2);
    assert.deepEqual([...(await rig.until(gatt.read(ours(gatt, GUARDED).handle)))], [2]);
    await room.end(link);
  },
);

/** One of our characteristics as they see it. */
async function theirs(room: Room, { gatt }: Connection): Promise<(uuid: string) => RemoteCharacteristic> {
  const service = await room.rig.until(
    new Promise<{
      discoverCharacteristics: (take: (found: readonly RemoteCharacteristic[]) => void) => void;
    }>((resolve) => {
      gatt.discoverAllPrimaryServices((services) => {
        const found = services.find(({ uuid }) => uuid.toLowerCase() === SERVICE);
        if (found !== undefined) resolve(found);
      });
    }),
  );
  const all = await room.rig.until(
    new Promise<readonly RemoteCharacteristic[]>((resolve) => {
      service.discoverCharacteristics(resolve);
    }),
  );
  return (wanted) => {
    const found = all.find(({ uuid }) => uuid.toLowerCase() === wanted);
    assert.ok(found, wanted);
    return found;
  };
}

function read(
  room: Room,
  characteristic: RemoteCharacteristic,
): Promise<{ readonly error: number; readonly value: readonly number[] }> {
  return room.rig.until(
    new Promise((resolve) => {
      characteristic.read((error, value) => resolve({ error, value: error === 0 ? [...value] : [] }));
    }),
  );
}

function write(room: Room, characteristic: RemoteCharacteristic, value: Uint8Array): Promise<number> {
  return room.rig.until(
    new Promise((resolve) => {
      characteristic.write(Buffer.from(value), resolve);
    }),
  );
}

interop("peripheral: they find, read, write and hear what we serve", {}, async (room) => {
  const { rig, us } = room;
  const { link, other } = await room.accept();
  const of = await theirs(room, other);
  assert.deepEqual(await read(room, of(OPEN)), { error: 0, value: [1] });
  assert.equal(await write(room, of(OPEN), Uint8Array.of(7)), 0);
  assert.deepEqual(await read(room, of(OPEN)), { error: 0, value: [7] });
  assert.deepEqual(await read(room, of(LONG)), { error: 0, value: [...LONG_VALUE] });
  const reversed = LONG_VALUE.toReversed();
  assert.equal(await write(room, of(LONG), reversed), 0);
  assert.deepEqual(await read(room, of(LONG)), { error: 0, value: [...reversed] });

  const subscribed = new Promise<number>((resolve) => {
    of(PUSHED).writeCCCD(true, false, resolve);
  });
  assert.equal(await rig.until(subscribed), 0);
  const change = nextEvent(of(PUSHED), "change");
  await rig.until(us.server?.notify(PUSHED, Uint8Array.of(42)) ?? Promise.resolve());
  const [value] = await rig.until(change);
  assert.deepEqual(value, Buffer.of(42));
  await room.end(link);
});

interop(
  "GAP/SEC/AUT/BV-23-C peripheral: a protected value in clear is 0x05 without a bond, 0x0f with one",
  {},
  async (room) => {
    const { rig } = room;
    const first = await room.accept();
    const before = await theirs(room, first.other);
    assert.deepEqual(await read(room, before(GUARDED)), { error: 0x05, value: [] });
    const paired = nextEvent(first.other.smp, "pairingComplete");
    first.other.smp.sendPairingRequest(room.features);
    await rig.until(paired);
    await rig.clock.advance(50);
    assert.deepEqual(await read(room, before(GUARDED)), { error: 0, value: [2] });
    await room.end(first.link);

    const { link, other } = await room.accept();
    const of = await theirs(room, other);
    assert.deepEqual(await read(room, of(GUARDED)), { error: 0x0f, value: [] });
    const encrypted = nextEvent(other.smp, "encrypt");
    other.smp.startEncryption();
    await rig.until(encrypted);
    assert.deepEqual(await read(room, of(GUARDED)), { error: 0, value: [2] });
    await room.end(link);
  },
);
