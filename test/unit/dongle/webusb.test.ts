/** Whole hosts over USB dongles: strict stand-ins for the browser's objects in front of strict controllers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../hci/virtual/random.ts";
import type { Failure } from "../../../src/link/failure.ts";
import type { UsbAlternate } from "../../../src/link/hci/grader/descriptors.ts";
import type { AdapterPort } from "../../../src/link/hci/ports.ts";
import { claimOfUsb, webUsbAdapter } from "../../../src/link/hci/transports/webusb.ts";
import { StandInDongle, StandInUsb } from "../../support/usb-bus-stand-in.ts";
import type { StandInOptions } from "../../support/usb-stand-in.ts";
import { Desk, never } from "./desk.ts";
import { H4_PAIR, usbDevice, VENDOR, WIRELESS } from "./usb-devices.ts";

type Kind = readonly [ids: readonly [number, number], alternate: UsbAlternate];
const BT400: Kind = [[0x0b05, 0x17cb], VENDOR];
const ZEPHYR: Kind = [[0x2fe3, 0x0010], H4_PAIR];
const ORDINARY: Kind = [[0x2357, 0x0604], WIRELESS];

/** With a dongle that was chosen once. */
class UsbDesk extends Desk {
  readonly usb = new StandInUsb();
  readonly dongle: StandInDongle;
  protected readonly adapter: AdapterPort;

  constructor([ids, alternate]: Kind, options: Partial<StandInOptions> & { seed?: number } = {}) {
    super();
    const controller = this.world.rig.controller("dongle");
    this.dongle = new StandInDongle({
      descriptors: usbDevice(ids, [alternate]),
      power: () => controller.plug(),
      random: seededRandom(options.seed ?? 1),
      ...options,
    });
    this.dongle.permitted = true;
    this.adapter = webUsbAdapter({
      bus: this.usb,
      wanted: claimOfUsb(this.usb.plug(this.dongle)),
      context: { system: "linux", unrestricted: false },
      clock: this.world.rig.clock,
    });
  }
}

for (const [name, kind] of [
  ["endpoints of HCI", BT400],
  ["two bulk pipes", ZEPHYR],
] as const) {
  for (const seed of [1, 2, 3]) {
    test(`over ${name}: pairs, and encrypts on another link (cuts ${seed})`, async () => {
      await using at = new UsbDesk(kind, { seed });
      const { backend, connection } = await at.reach();
      const outcome = await at.pair(connection);
      assert.equal(outcome.persisted, true);
      await at.leave(connection);
      assert.equal(await at.encrypts(backend), true);
      assert.equal(at.dongle.device?.opened, true);
    });
  }

  test(`over ${name}: pulled out and plugged in again, the bond encrypts`, async () => {
    await using at = new UsbDesk(kind);
    const { backend, connection } = await at.reach();
    await at.pair(connection);
    at.usb.pull(at.dongle);
    await at.world.until(connection.closed);
    assert.equal(await at.state(backend), "adapter-missing");
    at.usb.plug(at.dongle);
    assert.equal(await at.state(backend), "ready");
    assert.equal(await at.encrypts(backend), true);
  });
}

test("pulled out at any moment of a pairing, there is no bond or one that is marked, and never a wrong one", async () => {
  for (let moment = 1; moment <= 12; moment++) {
    await using at = new UsbDesk(BT400);
    const { connection } = await at.reach();
    let sent = 0;
    const stand = at.dongle.device;
    assert.ok(stand);
    const transferOut = stand.transferOut.bind(stand);
    stand.transferOut = (endpoint, data) => {
      if (++sent === moment) at.usb.pull(at.dongle);
      return transferOut(endpoint, data);
    };
    const outcome = await at.pair(connection).then(() => "paired" as const, String);
    const [stored, ...others] = await at.keys.list();
    assert.deepEqual(others, []);
    if (outcome === "paired") assert.equal(stored?.state, "unproven", `after ${moment} packets`);
    else
      assert.ok(
        stored === undefined || stored.state === "half-bond",
        `after ${moment} packets: ${stored?.state}`,
      );
  }
});

const REFUSED: readonly (readonly [string, Kind, Partial<StandInOptions>, Failure])[] = [
  ["a protected class", ORDINARY, {}, { kind: "not-supported", what: "device" }],
  ["one that the kernel holds", BT400, { held: true }, { kind: "adapter", state: "held" }],
  ["one that the system denies", BT400, { denied: true }, { kind: "blocked", by: "system-permission" }],
];

for (const [name, kind, options, failure] of REFUSED) {
  test(`${name} is refused by name, and nothing stays open`, async () => {
    await using at = new UsbDesk(kind, options);
    assert.deepEqual(await at.refusal(), failure);
    assert.equal(at.dongle.device?.opened, false);
  });
}

test("one that is not there is missing, and two of a kind without serial numbers are not guessed at", async () => {
  await using at = new UsbDesk(BT400, {
    descriptors: usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: "" }),
  });
  const twin = new StandInDongle(at.dongle.options);
  twin.permitted = true;
  at.usb.plug(twin);
  const missing = { kind: "adapter", state: "missing" };
  assert.deepEqual(await at.refusal(), missing);
  at.usb.pull(twin);
  at.usb.pull(at.dongle);
  at.usb.plug(at.dongle);
  assert.deepEqual(await at.refusal(), missing, "not permitted any more");
});

test("an open that never answers ends by name", async () => {
  await using at = new UsbDesk(BT400);
  assert.ok(at.dongle.device);
  at.dongle.device.open = () => new Promise<never>(() => {});
  assert.deepEqual(await at.refusal(), { kind: "timeout", during: "availability", afterMs: 10_000 });
});

test("a stalled endpoint is cleared and goes on; one that babbles, fails or stalls for ever ends the adapter", async () => {
  await using at = new UsbDesk(BT400);
  const backend = await at.bonded();
  for (const mishap of ["babble", "error"] as const) {
    assert.equal(await at.state(backend), "ready");
    at.dongle.device?.mishaps.push(mishap);
    const [peer] = await at.world.until(backend.known(never));
    assert.ok(peer);
    await at.world.failure(peer.connect(never));
  }
  assert.equal(await at.state(backend), "ready");
  assert.equal(await at.encrypts(backend), true);
});
