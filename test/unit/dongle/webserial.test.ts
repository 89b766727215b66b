/** Whole hosts over a serial port: a strict stand-in for the browser's objects in front of a strict controller. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../hci/virtual/random.ts";
import type { AdapterPort } from "../../../src/link/hci/ports.ts";
import { claimOfSerial } from "../../../src/link/hci/transports/wanted.ts";
import { webSerialAdapter } from "../../../src/link/hci/transports/webserial.ts";
import { DEFAULT_SERIAL } from "../../../src/link/serial.ts";
import {
  StandInSerial,
  StandInSerialDevice,
  type StandInSerialOptions,
} from "../../support/serial-stand-in.ts";
import { Desk } from "./desk.ts";

/** With a port that was chosen once. */
class SerialDesk extends Desk {
  readonly serial = new StandInSerial();
  readonly device: StandInSerialDevice;
  protected readonly adapter: AdapterPort;

  constructor(options: Partial<StandInSerialOptions> = {}) {
    super();
    const controller = this.world.rig.controller("dongle");
    this.device = new StandInSerialDevice({
      ids: { usbVendorId: 0x2fe3, usbProductId: 0x0100 },
      power: () => controller.plug(),
      random: seededRandom(4),
      ...options,
    });
    this.device.permitted = true;
    this.adapter = webSerialAdapter({
      bus: this.serial,
      wanted: claimOfSerial(this.serial.plug(this.device)),
      settings: DEFAULT_SERIAL,
      clock: this.world.rig.clock,
    });
  }
}

test("pairs and encrypts over a serial port, opened as it was asked for", async () => {
  await using at = new SerialDesk();
  const backend = await at.bonded();
  assert.equal(await at.encrypts(backend), true);
  const { port } = at.device;
  assert.deepEqual(port?.opened, { ...DEFAULT_SERIAL, bufferSize: 65_536 });
  assert.equal(port?.terminalReady, true);
});

test("closing lets go of the port, so that another program finds it free", async () => {
  await using at = new SerialDesk();
  await at.bonded();
  const { port } = at.device;
  await at.world.close();
  assert.equal(port?.opened, undefined);
});

test("garbage ends the adapter by name; opened again with Reset, the bond encrypts", async () => {
  await using at = new SerialDesk();
  const backend = await at.bonded();
  at.device.port?.inject(0x77, 0x01, 0x02);
  await at.world.rig.clock.advance(100);
  assert.equal(await at.state(backend), "ready");
  assert.equal(await at.encrypts(backend), true);
});

test("the rest of an earlier session in the port is dropped", async () => {
  await using at = new SerialDesk();
  const opening = at.open();
  await Promise.resolve();
  // The second half of an event, and a whole one, from before Reset.
  for (let turn = 0; turn < 20 && at.device.port?.opened === undefined; turn++) await Promise.resolve();
  at.device.port?.inject(0x01, 0x00, 0x04, 0x05, 0x04, 0x00, 0x40, 0x00, 0x13);
  const backend = await opening;
  assert.equal(await at.state(backend), "ready");
});

test("a break on the line and a pulled plug are a lost adapter; plugged in again, the bond encrypts", async () => {
  await using at = new SerialDesk();
  const backend = await at.bonded();
  at.device.port?.breakLine();
  await at.world.rig.clock.advance(100);
  assert.equal(await at.state(backend), "ready");
  at.serial.pull(at.device);
  await at.world.rig.clock.advance(100);
  assert.equal(await at.state(backend), "adapter-missing");
  at.serial.plug(at.device);
  assert.equal(await at.state(backend), "ready");
  assert.equal(await at.encrypts(backend), true);
});

test("a busy port and two that look alike are errors by name", async () => {
  await using busy = new SerialDesk({ busy: true });
  assert.deepEqual(await busy.refusal(), { kind: "adapter", state: "held" });
  await using at = new SerialDesk();
  const twin = new StandInSerialDevice(at.device.options);
  twin.permitted = true;
  at.serial.plug(twin);
  assert.deepEqual(await at.refusal(), { kind: "adapter", state: "missing" });
});
