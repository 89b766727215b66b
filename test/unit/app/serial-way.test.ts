/** How a serial port is spoken to: by what a person set for boards of its kind, by a link, else as most are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../hci/virtual/random.ts";
import { serialWay } from "../../../src/app/serial-way.ts";
import { DEFAULT_SERIAL } from "../../../src/link/serial.ts";
import { rateIn, SerialMemory } from "../../../src/state/adapter/serial.ts";
import { StandInSerial, StandInSerialDevice } from "../../support/serial-stand-in.ts";
import { StackRig } from "../../support/stack-rig.ts";
import { TextItems } from "../../support/text-items.ts";

const { signal } = new AbortController();

function desk(usbProductId = 0x7523) {
  const rig = new StackRig();
  const serial = new StandInSerial();
  const device = new StandInSerialDevice({
    ids: { usbVendorId: 0x1a86, usbProductId },
    power: () => rig.controller("board").plug(),
    random: seededRandom(3),
  });
  serial.plug(device);
  return { serial, device, clock: rig.clock };
}

/** A page load, and a person who picks the one port there is. */
async function opened(store: TextItems, { search = "", productId = 0x7523 } = {}) {
  const { serial, device, clock } = desk(productId);
  const way = serialWay({ serial, clock, store, search });
  assert.equal(way.desk.view.value.port, null);
  serial.gesture = true;
  await way.pick();
  const { transport } = await way.port.open(signal);
  const as = device.port?.opened;
  await transport.close();
  return { way, as, device };
}

test("what was set for boards of one kind is used for them again, and not for others", async () => {
  const store = new TextItems();
  const { way, as } = await opened(store);
  assert.equal(as?.baudRate, DEFAULT_SERIAL.baudRate);
  assert.equal(way.desk.view.value.port, "1a86:7523");
  await way.desk.use({ baudRate: 115_200, flowControl: "none" });
  const again = await opened(store);
  assert.deepEqual([again.as?.baudRate, again.as?.flowControl], [115_200, "none"]);
  const other = await opened(store, { productId: 0x55d4 });
  assert.deepEqual([other.as?.baudRate, other.as?.flowControl], [1_000_000, "hardware"]);
});

test("a link sets the rate of the port that it opens, for later, too; nonsense in it changes nothing", async () => {
  const store = new TextItems();
  assert.equal((await opened(store, { search: "?adapter=serial&baud=921600" })).as?.baudRate, 921_600);
  for (const baud of ["", "fast", "0", "-1", "9599", "4000001", "115200.5", "1e6"])
    assert.equal((await opened(store, { search: `?baud=${baud}` })).as?.baudRate, 921_600, baud);
});

test("the rate that was once kept for all ports is where those begin that have none of their own", () => {
  const store = new TextItems();
  store.setItem("bondkeeper.baud", "460800");
  const memory = new SerialMemory(store, DEFAULT_SERIAL);
  assert.equal(memory.of("1a86:7523").baudRate, 460_800);
  memory.keep("1a86:7523", { baudRate: 9600, flowControl: "none" });
  assert.equal(memory.of("1a86:7523").baudRate, 9600);
  assert.equal(memory.of("other").baudRate, 460_800);
});

test("what was stored by others counts only where it fits", () => {
  for (const text of [
    "{",
    "7",
    "[[]]",
    '[["p",{"baudRate":"x","flowControl":"none"}]]',
    '[["p",{"baudRate":9600,"flowControl":"maybe"}]]',
    '[["p",null]]',
    '[[1,{"baudRate":9600,"flowControl":"none"}]]',
  ]) {
    const store = new TextItems();
    store.setItem("bondkeeper.serial", text);
    assert.deepEqual(new SerialMemory(store, DEFAULT_SERIAL).of("p"), DEFAULT_SERIAL, text);
  }
});

test("a browser that stores nothing keeps them until the page is left", async () => {
  const store = new TextItems();
  store.setItem = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
  const { way, device } = await opened(store);
  await way.desk.use({ baudRate: 115_200, flowControl: "none" });
  const { transport } = await way.port.open(signal);
  assert.equal(device.port?.opened?.baudRate, 115_200);
  await transport.close();
});

test("ports are not remembered without end, and the newest are", () => {
  const memory = new SerialMemory(new TextItems(), DEFAULT_SERIAL);
  for (let i = 0; i < 40; i++) memory.keep(`p${i}`, { baudRate: 115_200, flowControl: "none" });
  assert.equal(memory.of("p0").baudRate, 1_000_000);
  assert.equal(memory.of("p39").baudRate, 115_200);
});

test("a rate is a whole number that some UART can do", () => {
  assert.deepEqual(["115200", " 1 000 000 ", "3_000_000"].map(rateIn), [115_200, 1_000_000, 3_000_000]);
  for (const text of ["", "x", "0x10000", "12.5", "99999999", "٩٦٠٠"]) assert.equal(rateIn(text), null, text);
});

test("of two ports, the one that was picked last is opened by the next page load; else the first", async () => {
  const rig = new StackRig();
  const store = new TextItems();
  const [one, other] = [0x7523, 0x55d4].map((usbProductId) => {
    const power = () => rig.controller(`board ${usbProductId}`).plug();
    return new StandInSerialDevice({
      ids: { usbVendorId: 0x1a86, usbProductId },
      power,
      random: seededRandom(3),
    });
  });
  assert.ok(one !== undefined && other !== undefined);
  const serial = new StandInSerial();
  const load = async () => {
    const way = serialWay({ serial, clock: rig.clock, store, search: "" });
    const { transport } = await way.port.open(signal);
    await transport.close();
    return [way.desk.view.value.port, way.lead()];
  };
  for (const device of [one, other]) {
    device.permitted = true;
    serial.plug(device);
  }
  assert.deepEqual((await load())[0], "1a86:7523");
  const way = serialWay({ serial, clock: rig.clock, store, search: "" });
  assert.equal(way.lead(), null);
  serial.pick = (ports) => ports[1];
  serial.gesture = true;
  await way.pick();
  const lead = { kind: "serial", port: { vendorId: 0x1a86, productId: 0x55d4 } };
  assert.deepEqual(way.lead(), lead);
  assert.deepEqual(await load(), ["1a86:55d4", lead]);
  serial.pull(other);
  assert.deepEqual((await load())[0], "1a86:7523", "one that is not there keeps nobody from the other");
  store.setItem("bondkeeper.serial-port", "{");
  serial.plug(other);
  assert.deepEqual((await load())[0], "1a86:7523", "nonsense names no port");
});
