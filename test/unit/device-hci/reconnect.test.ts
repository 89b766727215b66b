/** Back to a bonded device: encryption comes first, and costs what it must and no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BondFailedError, NotBondedError, NotReadyError, WeakBondError } from "../../../hci/device/errors.ts";
import { SecurityBlocked } from "../../../hci/smp/errors.ts";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { ENCRYPTED, PUSHING, SERVICE, SERVICES } from "../../support/att-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { StackRig, together } from "../../support/stack-rig.ts";

const ENABLE_ENCRYPTION = "command 2019";

/** What the host sent since, without the bookkeeping of the radio: encryption, ATT and SMP. */
function talk({ sent }: RigHost, from = 0): string[] {
  return sent.slice(from).filter((line) => line === ENABLE_ENCRYPTION || /^0[46] /.test(line));
}

/** A phone and a sensor, bonded, the phone knowing the sensor's attributes. */
async function bonded(change: { readonly justWorks?: boolean } = {}) {
  const rig = new StackRig();
  const ioCapability = change.justWorks === true ? "NoInputNoOutput" : "DisplayYesNo";
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor", { policy: { ioCapability } });
  together(rig, phone, sensor);
  const links = await rig.connect(phone, sensor);
  await rig.until(links.central.pair());
  await rig.until(links.central.secure());
  await rig.end(links.central);
  return { rig, phone, sensor };
}

test("encryption, MTU, hash: a known device is ready after two requests", async () => {
  const { rig, phone, sensor } = await bonded();
  const from = phone.sent.length;
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.secure());
  assert.deepEqual(talk(phone, from), [ENABLE_ENCRYPTION, "04 020502", "04 080100ffff2a2b"]);
  assert.equal(central.requests, 2);
  assert.equal(central.mtu, 517);
  assert.equal(central.security?.level, "secure");
  assert.ok(central.gatt.table);
  rig.assertClean();
});

test("without a known table the device is discovered, and what was found is kept", async () => {
  const { rig, phone, sensor } = await bonded();
  const [known] = phone.tables.entries.values();
  phone.tables.entries.clear();
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.secure());
  assert.ok(central.requests > 2);
  assert.deepEqual([...phone.tables.entries.values()], [known]);
  assert.equal(known?.configured, true);
});

test("a changed database is discovered again before anybody uses it", async () => {
  const { rig, phone, sensor } = await bonded();
  const before = [...phone.tables.entries.values()][0]?.hash;
  sensor.server?.replaceServices(SERVICES.concat({ uuid: SERVICE, characteristics: [] }));
  const { central } = await rig.connect(phone, sensor);
  const gatt = await rig.until(central.secure());
  assert.equal(gatt.table?.services.filter(({ uuid }) => uuid === SERVICE).length, 2);
  assert.notDeepEqual(gatt.hash, before);
  assert.deepEqual([...phone.tables.entries.values()][0]?.hash, gatt.hash);
  rig.assertClean();
});

test("a cache that fails costs a discovery and nothing else", async () => {
  const { rig, phone, sensor } = await bonded();
  phone.tables.failing = true;
  const { central } = await rig.connect(phone, sensor);
  await rig.until(central.secure());
  assert.ok(central.gatt.table);
  assert.ok(phone.events.some((event) => event.kind === "keeping-failed" && event.what === "tables"));
});

test("B4 BLESA: what is pushed before encryption reaches nobody, and an indication is confirmed", async () => {
  const { rig, phone, sensor } = await bonded();
  const [entry] = phone.tables.entries.values();
  const pushing = entry && characteristicsOf(entry.table, SERVICE, PUSHING)[0];
  assert.ok(pushing);
  const heard: string[] = [];
  const { central, peripheral } = await rig.connect(phone, sensor);
  const from = phone.sent.length;
  const value = [pushing.handle, 0, 0x66];
  await rig.until(peripheral.link.send(4, Uint8Array.from([0x1b, ...value])));
  await rig.until(peripheral.link.send(4, Uint8Array.from([0x1d, ...value])));
  await rig.clock.advance(100);
  assert.deepEqual(talk(phone, from), ["04 1e"]);
  const gatt = await rig.until(central.secure());
  await rig.until(gatt.subscribe(pushing, (octets) => heard.push(String(octets))));
  assert.deepEqual(heard, []);
  await rig.until(sensor.server?.notify(PUSHING, Uint8Array.of(7)) ?? Promise.resolve());
  await rig.clock.advance(100);
  assert.deepEqual(heard, ["7"]);
  rig.assertClean();
});

test("attributes of a bonded device are closed until it is secured", async () => {
  const { rig, phone, sensor } = await bonded();
  const { central } = await rig.connect(phone, sensor);
  const from = phone.sent.length;
  assert.throws(() => central.gatt, NotReadyError);
  assert.ok((await rig.failure(central.explore())) instanceof NotReadyError);
  assert.deepEqual(talk(phone, from), []);
});

test("0x06: the device lost its bond; the link ends, nothing is paired, the key stays", async () => {
  const { rig, phone, sensor } = await bonded();
  const kept = phone.keys.bonds;
  await sensor.keys.delete(sensor.stack.identity.address, phone.stack.identity.address);
  const { central } = await rig.connect(phone, sensor);
  const from = phone.sent.length;
  const error = await rig.failure(central.secure());
  assert.ok(error instanceof BondFailedError);
  assert.deepEqual(error.verdict, { code: 0x06, bond: "suspect", next: "ask" });
  assert.ok(central.link.end, "the link is gone");
  assert.deepEqual(talk(phone, from), [ENABLE_ENCRYPTION]);
  assert.deepEqual(phone.keys.bonds, kept);
  const again = await rig.failure(central.pair({ replaces: sensor.stack.identity.address }));
  assert.ok(again instanceof SecurityBlocked);
  const verdicts = phone.events.flatMap((event) => (event.kind === "verdict" ? [event.verdict] : []));
  assert.deepEqual(verdicts.at(-1), error.verdict);
  rig.assertClean();
});

test("0x3d: another key at the device is in doubt too, and no key changes", async () => {
  const { rig, phone, sensor } = await bonded();
  const [there] = sensor.keys.bonds;
  assert.ok(there?.asPeripheral);
  const wrong = {
    ...there.asPeripheral,
    value: Uint8Array.from(there.asPeripheral.value, (octet) => octet ^ 1),
  };
  await sensor.keys.put({ ...there, asCentral: wrong, asPeripheral: wrong });
  const kept = phone.keys.bonds;
  const { central } = await rig.connect(phone, sensor);
  const error = await rig.failure(central.secure());
  assert.ok(error instanceof BondFailedError);
  assert.deepEqual(error.verdict, { code: 0x3d, bond: "suspect", next: "ask" });
  assert.deepEqual(phone.keys.bonds, kept);
  const other = sensor.events.flatMap((event) => (event.kind === "verdict" ? [event.verdict] : []));
  assert.equal(other.at(-1)?.code, 0x3d, "the device sees it as well");
  const ours = phone.events.flatMap((event) => (event.kind === "verdict" ? [event.verdict.bond] : []));
  assert.deepEqual(ours, ["keep", "suspect"], "one verdict for each of the two links");
});

test("0x08: a controller that falls silent at a wrong key leaves the bond as it is", async () => {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor", {
    policy: { ioCapability: "NoInputNoOutput" },
    controller: { silentMicFailure: true },
  });
  await rig.bond(phone, sensor);
  const [there] = sensor.keys.bonds;
  assert.ok(there?.asPeripheral);
  const wrong = { ...there.asPeripheral, value: new Uint8Array(16).fill(9) };
  await sensor.keys.put({ ...there, asPeripheral: wrong });
  const { central } = await rig.connect(phone, sensor);
  const error = await rig.failure(central.secure());
  assert.ok(error instanceof BondFailedError);
  assert.deepEqual(error.verdict, { code: 0x08, bond: "keep", next: "reconnect" });
});

test("a bond weaker than the policy encrypts the link and opens nothing", async () => {
  const { rig, phone, sensor } = await bonded({ justWorks: true });
  const strict = await rig.host("phone", {
    policy: { minimumLevel: "authenticated" },
    keys: phone.keys,
  });
  const { central } = await rig.connect(strict, sensor);
  assert.ok((await rig.failure(central.secure())) instanceof WeakBondError);
  assert.throws(() => central.gatt, NotReadyError);
  assert.equal(central.security?.level, "encrypted");
  assert.equal(central.link.end, undefined);
});

test("a device without a bond is not secured, and not paired either", async () => {
  const rig = new StackRig();
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor");
  const { central } = await rig.connect(phone, sensor);
  const from = phone.sent.length;
  assert.ok((await rig.failure(central.secure())) instanceof NotBondedError);
  assert.deepEqual(talk(phone, from), []);
  assert.equal(central.link.end, undefined);
});

test("a Security Request in the same moment leads to one encryption", async () => {
  const { rig, phone, sensor } = await bonded();
  sensor.stack.onConnection = (link) => {
    link.requestSecurity().catch(() => {});
  };
  await rig.advertise(sensor);
  const from = phone.sent.length;
  const central = await rig.until(phone.stack.connect(sensor.stack.identity.address));
  await rig.clock.advance(50);
  const [first, second] = [central.secure(), central.secure()];
  await rig.until(Promise.all([first, second]));
  assert.equal(talk(phone, from).filter((line) => line === ENABLE_ENCRYPTION).length, 1);
  assert.equal(talk(phone, from).filter((line) => line.startsWith("06")).length, 0);
});

test("a store that fails is not taken for no bond", async () => {
  const { rig, phone, sensor } = await bonded();
  phone.keys.failing.add("get");
  await rig.advertise(sensor);
  const error = await rig.failure(phone.stack.connect(sensor.stack.identity.address));
  assert.match(error.message, /asked to fail/);
});

test("whoever stops waiting for security ends the link", async () => {
  const { rig, phone, sensor } = await bonded();
  const { central } = await rig.connect(phone, sensor);
  const controller = new AbortController();
  const secured = central.secure(controller.signal);
  controller.abort(new Error("enough"));
  assert.equal((await rig.failure(secured)).message, "enough");
  await rig.until(central.closed);
});

test("security lost later closes the attributes and ends the link", async () => {
  const { rig, phone, sensor } = await bonded();
  const { central, peripheral } = await rig.connect(phone, sensor);
  const gatt = await rig.until(central.secure());
  const [secret] = characteristicsOf(gatt.table ?? { services: [] }, SERVICE, ENCRYPTED);
  assert.ok(secret);
  const reading = gatt.read(secret.handle);
  reading.catch(() => {});
  sensor.controller.injectPlain(peripheral.link.handle, true, Uint8Array.of(2, 0, 4, 0, 0x0b, 0x66));
  await rig.failure(reading);
  const { reason } = await rig.until(central.closed);
  assert.equal(reason, 0x3d);
  assert.throws(() => central.gatt, NotReadyError);
  const verdicts = phone.events.flatMap((event) => (event.kind === "verdict" ? [event.verdict] : []));
  assert.deepEqual(verdicts.at(-1), { code: 0x3d, bond: "keep", next: "reconnect" });
});

test("no answer for 30 s ends the link", async () => {
  const rig = new StackRig();
  let deaf = false;
  const phone = await rig.host("phone");
  const sensor = await rig.host("sensor", {
    cable: (inner, clock) =>
      intercept(inner, {
        clock,
        incoming: (packet) => (deaf && packet.type === "acl" ? [] : [{ packet, delayMs: 0 }]),
      }),
  });
  const { central } = await rig.connect(phone, sensor);
  const gatt = await rig.until(central.explore());
  deaf = true;
  const started = rig.clock.now();
  const error = await rig.failure(gatt.read(3));
  assert.equal(error.name, "AttTimeout");
  assert.equal(rig.clock.now() - started, 30_000);
  await rig.until(central.closed);
  assert.ok(phone.events.some(({ kind }) => kind === "att-timeout"));
});

test("reach: a bonded device is secured, another one explored, and what fails leaves no link", async () => {
  const { rig, phone, sensor } = await bonded();
  const { address } = sensor.stack.identity;
  await rig.advertise(sensor);
  const known = await rig.until(phone.stack.reach(address));
  assert.equal(known.security?.level, "secure");
  await rig.end(known);

  const stranger = await rig.host("stranger");
  await rig.advertise(sensor);
  const unknown = await rig.until(stranger.stack.reach(address));
  assert.equal(unknown.security, null);
  assert.ok(unknown.gatt.table);
  await rig.end(unknown);

  await sensor.keys.delete(address, phone.stack.identity.address);
  await rig.advertise(sensor);
  assert.ok((await rig.failure(phone.stack.reach(address))) instanceof BondFailedError);
  assert.deepEqual(phone.stack.links, []);
  rig.assertClean();
});
