/** Whole hosts over USB dongles: strict stand-ins for the browser's objects in front of strict controllers. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { seededRandom } from "../../../hci/virtual/random.ts";
import type { Backend } from "../../../src/link/backend.ts";
import { DeviceError, type Failure } from "../../../src/link/failure.ts";
import type { UsbAlternate } from "../../../src/link/hci/grader/descriptors.ts";
import { claimOfUsb, webUsbAdapter } from "../../../src/link/hci/transports/webusb.ts";
import { HciWorld } from "../../support/hci-world.ts";
import { newProfile } from "../../support/tabs.ts";
import { StandInDongle, StandInUsb } from "../../support/usb-bus-stand-in.ts";
import type { StandInOptions } from "../../support/usb-stand-in.ts";
import { openKeysTab, type KeysTab } from "../keys/keys-rig.ts";
import { encrypts, leave, never, pair, reach } from "./usage.ts";
import { H4_PAIR, usbDevice, VENDOR, WIRELESS } from "./usb-devices.ts";

const JUST_WORKS = { ioCapability: "NoInputNoOutput" } as const;

let world: HciWorld;
let tab: KeysTab;
beforeEach(() => {
  newProfile();
  world = new HciWorld();
  tab = openKeysTab();
});
afterEach(async () => {
  await world.close();
  await tab.close();
});

interface Desk {
  readonly usb: StandInUsb;
  readonly dongle: StandInDongle;
  readonly open: () => Promise<Backend>;
}

type Kind = readonly [ids: readonly [number, number], alternate: UsbAlternate];
const BT400: Kind = [[0x0b05, 0x17cb], VENDOR];
const ZEPHYR: Kind = [[0x2fe3, 0x0010], H4_PAIR];
const ORDINARY: Kind = [[0x2357, 0x0604], WIRELESS];

/** A dongle that was chosen once. */
function desk([ids, alternate]: Kind, options: Partial<StandInOptions> & { seed?: number } = {}): Desk {
  const controller = world.rig.controller("dongle");
  const dongle = new StandInDongle({
    descriptors: usbDevice(ids, [alternate]),
    power: () => controller.plug(),
    random: seededRandom(options.seed ?? 1),
    ...options,
  });
  dongle.permitted = true;
  const usb = new StandInUsb();
  const wanted = claimOfUsb(usb.plug(dongle));
  const adapter = webUsbAdapter({
    bus: usb,
    wanted,
    context: { system: "linux", unrestricted: false },
    clock: world.rig.clock,
  });
  return { usb, dongle, open: () => world.open(tab.keys, { adapter }) };
}

for (const [name, kind] of [
  ["endpoints of HCI", BT400],
  ["two bulk pipes", ZEPHYR],
] as const) {
  for (const seed of [1, 2, 3]) {
    test(`over ${name}: pairs, and encrypts on another link (cuts ${seed})`, async () => {
      const { open, dongle } = desk(kind, { seed });
      const device = await world.device("sensor", { policy: JUST_WORKS });
      const backend = await open();
      const connection = await reach(world, backend, device);
      const outcome = await world.until(pair(connection));
      assert.equal(outcome.persisted, true);
      await leave(world, connection);
      assert.equal(await encrypts(world, backend), true);
      assert.equal(dongle.device?.opened, true);
    });
  }

  test(`over ${name}: pulled out and plugged in again, the bond encrypts`, async () => {
    const { open, usb, dongle } = desk(kind);
    const device = await world.device("sensor", { policy: JUST_WORKS });
    const backend = await open();
    const connection = await reach(world, backend, device);
    await world.until(pair(connection));
    usb.pull(dongle);
    await world.until(connection.closed);
    assert.equal((await world.until(backend.availability(never))).state, "adapter-missing");
    usb.plug(dongle);
    assert.equal((await world.until(backend.availability(never))).state, "ready");
    assert.equal(await encrypts(world, backend), true);
  });
}

test("pulled out at any moment of a pairing, there is no bond or one that is marked, and never a wrong one", async () => {
  for (let at = 1; at <= 12; at++) {
    newProfile();
    world = new HciWorld();
    await using keys = openKeysTab();
    tab = keys;
    const { open, usb, dongle } = desk(BT400);
    const device = await world.device("sensor", { policy: JUST_WORKS });
    const backend = await open();
    const connection = await reach(world, backend, device);
    let sent = 0;
    const stand = dongle.device;
    assert.ok(stand);
    const transferOut = stand.transferOut.bind(stand);
    stand.transferOut = (endpoint, data) => {
      if (++sent === at) usb.pull(dongle);
      return transferOut(endpoint, data);
    };
    const outcome = await world.until(pair(connection).then(() => "paired" as const, String));
    const [stored, ...others] = await keys.keys.list();
    assert.deepEqual(others, []);
    if (outcome === "paired") assert.equal(stored?.state, "unproven", `after ${at} packets`);
    else
      assert.ok(
        stored === undefined || stored.state === "half-bond",
        `after ${at} packets: ${stored?.state}`,
      );
    await world.close();
  }
});

const REFUSED: readonly (readonly [string, Kind, Partial<StandInOptions>, Failure])[] = [
  ["a protected class", ORDINARY, {}, { kind: "not-supported", what: "device" }],
  ["one that the kernel holds", BT400, { held: true }, { kind: "adapter", state: "held" }],
  ["one that the system denies", BT400, { denied: true }, { kind: "blocked", by: "system-permission" }],
];

for (const [name, kind, options, failure] of REFUSED) {
  test(`${name} is refused by name, and nothing stays open`, async () => {
    const { open, dongle } = desk(kind, options);
    const error = await world.failure(open());
    assert.ok(error instanceof DeviceError);
    assert.deepEqual(error.failure, failure);
    assert.equal(dongle.device?.opened, false);
  });
}

test("one that is not there is missing, and two of a kind without serial numbers are not guessed at", async () => {
  const { open, usb, dongle } = desk(BT400, {
    descriptors: usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: "" }),
  });
  const twin = new StandInDongle(dongle.options);
  twin.permitted = true;
  usb.plug(twin);
  const missing = { kind: "adapter", state: "missing" };
  const ambiguous = await world.failure(open());
  assert.deepEqual(ambiguous instanceof DeviceError && ambiguous.failure, missing);
  usb.pull(twin);
  usb.pull(dongle);
  usb.plug(dongle);
  const unpermitted = await world.failure(open());
  assert.deepEqual(unpermitted instanceof DeviceError && unpermitted.failure, missing);
});

test("an open that never answers ends by name", async () => {
  const { open, dongle } = desk(BT400);
  assert.ok(dongle.device);
  dongle.device.open = () => new Promise<never>(() => {});
  const error = await world.failure(open());
  assert.deepEqual(error instanceof DeviceError && error.failure, {
    kind: "timeout",
    during: "availability",
    afterMs: 10_000,
  });
});

test("a stalled endpoint is cleared and goes on; one that babbles, fails or stalls for ever ends the adapter", async () => {
  const { open, dongle } = desk(BT400);
  const device = await world.device("sensor", { policy: JUST_WORKS });
  const backend = await open();
  const connection = await reach(world, backend, device);
  await world.until(pair(connection));
  await leave(world, connection);
  for (const mishap of ["babble", "error"] as const) {
    const again = await world.until(backend.availability(never));
    assert.equal(again.state, "ready");
    dongle.device?.mishaps.push(mishap);
    const [peer] = await world.until(backend.known(never));
    assert.ok(peer);
    await world.failure(peer.connect(never));
  }
  assert.equal((await world.until(backend.availability(never))).state, "ready");
  assert.equal(await encrypts(world, backend), true);
});
