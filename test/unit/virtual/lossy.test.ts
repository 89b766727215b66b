/** Whole conversations over a bad radio: everything arrives once, in order, whatever is lost underneath. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, fromHex } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as security from "../../../hci/host/commands/le-security.ts";
import * as events from "../../../hci/host/events.ts";
import { seededRandom } from "../../../hci/virtual/random.ts";
import type { Handles, Probe } from "./rig.ts";
import { connect, message, Rig } from "./rig.ts";

const keys = ["00", "11", "22"].map((octet) => fromHex(octet.repeat(16)));
const rand = new Uint8Array(8);

interface Pair {
  readonly rig: Rig;
  readonly central: Probe;
  readonly peripheral: Probe;
  readonly handles: Handles;
}

async function pairWith(seed: number, pace: "interval" | "immediate"): Promise<Pair> {
  const rig = new Rig({ seed, pace });
  const central = await rig.probe("central", { seed, aclPackets: 200 });
  const peripheral = await rig.probe("peripheral", { seed, aclPackets: 200 });
  const handles = await connect(central, peripheral, { supervisionTimeout: 3200 });
  await rig.clock.advance(200);
  return { rig, central, peripheral, handles };
}

async function encrypt(
  { central, peripheral, handles }: Pair,
  key: Uint8Array<ArrayBuffer>,
  refresh: boolean,
) {
  await central.ok(security.LeEnableEncryption, { handle: handles.central, rand, ediv: 0, longTermKey: key });
  await peripheral.next(events.LeLongTermKeyRequest, 30_000);
  await peripheral.ok(security.LeLongTermKeyRequestReply, { handle: handles.peripheral, longTermKey: key });
  const event = refresh ? events.EncryptionKeyRefreshComplete : events.EncryptionChange;
  assert.equal((await central.next(event, 30_000)).status, 0);
  assert.equal((await peripheral.next(event, 30_000)).status, 0);
}

function sendSome(probe: Probe, handle: number, count: number, sent: Uint8Array[]): void {
  for (let i = 0; i < count; i++) {
    const octets = message(1 + ((sent.length * 7) % 20));
    sent.push(octets);
    probe.data(handle, 0, octets);
  }
}

for (const pace of ["interval", "immediate"] as const) {
  test(`data both ways through two key refreshes and an update, ${pace}`, async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const pair = await pairWith(seed, pace);
      const { rig, central, peripheral, handles } = pair;
      const random = seededRandom(seed, "test");
      rig.radio.setLoss(0.05 + 0.4 * random.next());
      const [fromCentral, fromPeripheral]: [Uint8Array[], Uint8Array[]] = [[], []];
      for (const [i, key] of keys.entries()) {
        sendSome(central, handles.central, random.below(12), fromCentral);
        sendSome(peripheral, handles.peripheral, random.below(12), fromPeripheral);
        if (random.chance(0.5)) await rig.clock.advance(random.below(100));
        await encrypt(pair, key, i > 0);
        await central.ok(connection.LeConnectionUpdate, {
          handle: handles.central,
          intervalMin: 12 + 6 * i,
          intervalMax: 12 + 6 * i,
          latency: i,
          supervisionTimeout: 3200,
          minEventLength: 0,
          maxEventLength: 0,
        });
        sendSome(central, handles.central, 3, fromCentral);
        sendSome(peripheral, handles.peripheral, 3, fromPeripheral);
        await central.next(events.LeConnectionUpdateComplete, 30_000);
      }
      await rig.clock.advance(20_000);
      const heard = (probe: Probe): Uint8Array => concat(...probe.received().map(({ octets }) => octets));
      assert.deepEqual(heard(peripheral), concat(...fromCentral), `seed ${seed}`);
      assert.deepEqual(heard(central), concat(...fromPeripheral), `seed ${seed}`);
      for (const probe of [central, peripheral]) {
        const completed = probe
          .all(events.NumberOfCompletedPackets)
          .flatMap(({ links }) => links.map((link) => link.completed));
        const sent = probe === central ? fromCentral : fromPeripheral;
        assert.equal(
          completed.reduce((sum, count) => sum + count, 0),
          sent.length,
        );
        assert.deepEqual(probe.controller.violations, []);
        assert.equal(probe.count(events.DisconnectionComplete), 0);
      }
      await central.ok(basic.Disconnect, { handle: handles.central, reason: 0x13 });
      assert.equal((await peripheral.next(events.DisconnectionComplete, 40_000)).status, 0);
    }
  });
}

test("a peripheral with latency sleeps: what the central sends waits, what it sends itself does not", async () => {
  const rig = new Rig();
  const central = await rig.probe("central");
  const peripheral = await rig.probe("peripheral");
  const handles = await connect(central, peripheral, { latency: 9, supervisionTimeout: 600 });
  await rig.clock.advance(10_000);
  const waits: number[] = [];
  for (let i = 0; i < 5; i++) {
    await rig.clock.advance(40 * i);
    const before = rig.clock.now();
    central.data(handles.central, 0, message(5));
    await peripheral.until(() => peripheral.received()[0], "data");
    waits.push(rig.clock.now() - before);
  }
  assert.ok(Math.max(...waits) > 100 && Math.max(...waits) <= 10 * 30 + 5, waits.join());
  const before = rig.clock.now();
  peripheral.data(handles.peripheral, 0, message(5));
  await central.until(() => central.received()[0], "data");
  assert.ok(rig.clock.now() - before <= 35);
});
