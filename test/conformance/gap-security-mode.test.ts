/** GAP: LE security mode 1 as central, with Secure Connections only: levels reached, refused, and what comes too early. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AttError } from "../../hci/att/errors.ts";
import { BondFailedError, NotReadyError, WeakBondError } from "../../hci/device/errors.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import type { Features, LinkSecurity } from "../../hci/smp/settings.ts";
import { INDICATING, PUSHING } from "../support/att-rig.ts";
import type { Level } from "../support/gap-cases.ts";
import {
  ask,
  BONDING,
  ENABLE_ENCRYPTION,
  featuresIn,
  find,
  forget,
  LEVEL_2,
  LEVEL_3,
  LEVEL_4,
  LEVELLED,
  MITM,
  offering,
  PAIRING_REQUEST,
  pdu,
  read,
  refusal,
  requestSecurity,
  SECURE_CONNECTIONS,
  talk,
  verdicts,
} from "../support/gap-cases.ts";
import { withoutSecureConnections } from "../support/smp/legacy-only.ts";
import { StackRig, together } from "../support/stack-rig.ts";

/** With `features` the tester takes whatever comes of them, as a tester must. */
async function room({ policy, tester: theirs }: Level, features?: Features) {
  const rig = new StackRig();
  const us = await rig.host("us", { policy, services: LEVELLED });
  const tester = await rig.host("tester", {
    services: LEVELLED,
    ...(features === undefined
      ? { policy: theirs }
      : { policy: { ...theirs, legacy: true, minimumKeySize: 7 }, features }),
  });
  together(rig, us, tester);
  return { rig, us, tester };
}

function assertReached(security: LinkSecurity | null, level: Level): void {
  assert.deepEqual(
    [security?.secureConnections, security?.authenticated, security?.keySize],
    [true, level.authenticated, 16],
  );
}

/** What the tester writes into its Security Request. */
const wishOf = ({ authenticated }: Level): number =>
  BONDING | SECURE_CONNECTIONS | (authenticated ? MITM : 0);

for (const { outgoing, incoming, level } of [
  { outgoing: "BV-26-C", incoming: "BV-27-C", level: LEVEL_4 },
  { outgoing: "BV-41-C", incoming: "BV-43-C", level: LEVEL_2 },
  { outgoing: "BV-42-C", incoming: "BV-44-C", level: LEVEL_3 },
]) {
  test(`GAP/SEC/SEM/${outgoing}: our request is served after we reached ${level.name}`, async () => {
    const { rig, us, tester } = await room(level);
    const { central } = await rig.connect(us, tester);
    await rig.until(central.explore());
    central.wantPairing();
    assert.deepEqual(await read(rig, central, level.needs), [level.value]);
    assert.ok((featuresIn(pdu(us, PAIRING_REQUEST)).authReq & SECURE_CONNECTIONS) !== 0);
    assertReached(central.security, level);
    rig.assertClean();
  });

  test(`GAP/SEC/SEM/${incoming}: the tester's request is served after it made us reach ${level.name}`, async () => {
    const { rig, us, tester } = await room(level);
    const { central, peripheral } = await rig.connect(us, tester);
    await requestSecurity(rig, peripheral, wishOf(level));
    assert.deepEqual(us.person.asked.slice(0, 1), ["accept"], "a person was asked");
    assertReached(central.security, level);
    assert.deepEqual(await ask(rig, peripheral, us, level.needs), [0x0b, level.value]);
    rig.assertClean();
  });
}

const legacyTester = offering(withoutSecureConnections);

for (const level of [LEVEL_2, LEVEL_3, LEVEL_4]) {
  test(`GAP/SEC/SEM/BV-28-C: we do not pair with a peer without Secure Connections, and our request is not served (${level.name})`, async () => {
    const { rig, us, tester } = await room(level, legacyTester);
    const { central } = await rig.connect(us, tester);
    await rig.until(central.explore());
    central.wantPairing();
    const error = await rig.failure(central.gatt.read(find(central, level.needs).handle));
    assert.ok(error instanceof AttError);
    assert.ok((featuresIn(pdu(us, PAIRING_REQUEST)).authReq & SECURE_CONNECTIONS) !== 0);
    assert.deepEqual(talk(us, 0, "06").slice(1), ["06 0503"], "Authentication Requirements");
    assert.equal(central.security, null);
    assert.deepEqual(us.keys.bonds, []);
    rig.assertClean();
  });

  test(`GAP/SEC/SEM/BV-29-C: we refuse a peer without Secure Connections before and after it wants to pair (${level.name})`, async () => {
    const { rig, us, tester } = await room(level, legacyTester);
    const { central, peripheral } = await rig.connect(us, tester);
    const refused = refusal(us, level.needs, 0x05);
    assert.deepEqual(await ask(rig, peripheral, us, level.needs), refused);
    await requestSecurity(rig, peripheral, BONDING | MITM);
    assert.deepEqual(talk(us, 0, "06").slice(1), ["06 0503"], "Authentication Requirements");
    assert.equal(central.security, null);
    assert.deepEqual(await ask(rig, peripheral, us, level.needs), refused);
    assert.deepEqual(us.keys.bonds, []);
    rig.assertClean();
  });
}

for (const { id, level } of [
  { id: "BI-10-C", level: LEVEL_4 },
  { id: "BI-22-C", level: LEVEL_3 },
  { id: "BI-23-C", level: LEVEL_2 },
]) {
  test(`GAP/SEC/SEM/${id}: every key of 7 to 15 octets is refused (${level.name})`, async () => {
    for (let maxKeySize = 7; maxKeySize < 16; maxKeySize++) {
      const short = offering((offer) => ({ ...offer, maxKeySize }));
      const { rig, us, tester } = await room(level, short);
      const { central } = await rig.connect(us, tester);
      const error = await rig.failure(central.pair());
      assert.match(error.message, new RegExp(`${maxKeySize} octets`));
      assert.equal(featuresIn(pdu(us, PAIRING_REQUEST)).keySize, 16);
      assert.deepEqual(talk(us, 0, "06").slice(1), ["06 0506"], "Encryption Key Size");
      assert.equal(central.security, null);
      rig.assertClean();
    }
  });
}

test("GAP/SEC/SEM/BV-45-C: where encryption fails at mode 1 level 4 we stop, and a person has the next word", async () => {
  const { rig, us, tester } = await room(LEVEL_4);
  assert.equal((await rig.bond(us, tester)).level, "secure");
  const [bond] = us.keys.bonds;
  await forget(tester, us);
  const from = us.sent.length;
  const { central } = await rig.connect(us, tester);
  const error = await rig.failure(central.secure());
  assert.ok(error instanceof BondFailedError, "the upper layer hears that it failed");
  assert.deepEqual(verdicts(us).at(-1), { code: 0x06, bond: "suspect", next: "ask" });
  assert.throws(() => central.gatt, NotReadyError);
  await rig.until(central.closed);
  await rig.clock.advance(60_000);
  assert.deepEqual(talk(us, from), [ENABLE_ENCRYPTION], "no pairing, no second try, no request");
  assert.deepEqual(us.keys.bonds, [bond]);

  const { central: next } = await rig.connect(us, tester);
  await rig.until(next.pair({ replaces: tester.stack.identity.address }));
  await rig.until(next.secure());
  assert.deepEqual(await read(rig, next, LEVEL_4.needs), [LEVEL_4.value]);
  assert.equal(next.security?.level, "secure");
  rig.assertClean();
});

const SERVICE_CHANGED = "00002a05-0000-1000-8000-00805f9b34fb";
const NOTIFICATION = 0x1b;
const INDICATION = 0x1d;

/** Bonded at this level, and the tester's client characteristic configuration written. */
async function subscribed(level: Level, uuid: string) {
  const all = await room(level);
  const { rig, us, tester } = all;
  const { central } = await rig.connect(us, tester);
  await rig.until(central.pair());
  const gatt = await rig.until(central.secure());
  assertReached(central.security, level);
  const characteristic = find(central, uuid);
  await rig.until(gatt.subscribe(characteristic, () => {}));
  await rig.clock.advance(200);
  await rig.end(central);
  return { ...all, handle: characteristic.handle };
}

for (const { kind, uuid, opcode, rows } of [
  {
    kind: "an indication",
    uuid: INDICATING,
    opcode: INDICATION,
    rows: [
      { id: "BV-62-C", level: LEVEL_2 },
      { id: "BV-63-C", level: LEVEL_3 },
      { id: "BV-64-C", level: LEVEL_4 },
    ],
  },
  {
    kind: "a notification",
    uuid: PUSHING,
    opcode: NOTIFICATION,
    rows: [
      { id: "BV-65-C", level: LEVEL_2 },
      { id: "BV-66-C", level: LEVEL_3 },
      { id: "BV-67-C", level: LEVEL_4 },
    ],
  },
]) {
  for (const { id, level } of rows) {
    const confirmed = opcode === INDICATION ? ["04 1e"] : [];
    test(
      `GAP/SEC/SEM/${id}: ${kind} in clear reaches nobody, one after encryption does (${level.name})`.replace(
        "an n",
        "a n",
      ),
      async () => {
        const { rig, us, tester, handle } = await subscribed(level, uuid);
        const tables = [...us.tables.entries.values()];
        const { central, peripheral } = await rig.connect(us, tester);
        const from = us.sent.length;
        const push = async (at: number, ...value: number[]) => {
          await rig.until(peripheral.link.send(4, Uint8Array.of(opcode, at & 0xff, at >> 8, ...value)));
          await rig.clock.advance(100);
        };
        await push(handle, 0x66);
        assert.deepEqual(talk(us, from), confirmed);
        // What we would act upon ourselves counts for nothing either: everything changed, it says.
        us.events.length = 0;
        await push(tester.server?.characteristic(SERVICE_CHANGED)?.handle ?? 0, 1, 0, 0xff, 0xff);
        assert.deepEqual(talk(us, from), [...confirmed, ...confirmed]);
        assert.deepEqual(us.events, []);
        assert.deepEqual([...us.tables.entries.values()], tables);

        const heard: number[] = [];
        const gatt = await rig.until(central.secure());
        await rig.until(gatt.subscribe(find(central, uuid), ([octet]) => void heard.push(octet ?? -1)));
        assert.deepEqual(heard, []);
        await rig.until(tester.server?.notify(uuid, Uint8Array.of(0x77)) ?? Promise.resolve());
        await rig.clock.advance(100);
        assert.deepEqual(heard, [0x77]);
        rig.assertClean();
      },
    );
  }
}

for (const { id, level, uuid, opcode } of [
  { id: "BV-63-C", level: LEVEL_3, uuid: INDICATING, opcode: INDICATION },
  { id: "BV-64-C", level: LEVEL_4, uuid: INDICATING, opcode: INDICATION },
  { id: "BV-66-C", level: LEVEL_3, uuid: PUSHING, opcode: NOTIFICATION },
  { id: "BV-67-C", level: LEVEL_4, uuid: PUSHING, opcode: NOTIFICATION },
]) {
  test(`GAP/SEC/SEM/${id}: encrypted, but with less than ${level.name}, a pushed value reaches nobody either`, async () => {
    const rig = new StackRig();
    const now = { policy: { ...DEFAULT_POLICY, ...LEVEL_2.policy } };
    const us = await rig.host("us", { policyFor: () => now.policy });
    const tester = await rig.host("tester", { policy: LEVEL_2.tester });
    const link = await rig.connect(us, tester);
    await rig.until(link.central.pair());
    await rig.until(link.central.secure());
    await rig.end(link.central);

    now.policy = { ...DEFAULT_POLICY, ...level.policy };
    const tables = [...us.tables.entries.values()];
    assert.equal(tables.length, 1, "we know which handle is Service Changed");
    const { central, peripheral } = await rig.connect(us, tester);
    assert.ok((await rig.failure(central.secure())) instanceof WeakBondError);
    assert.equal(central.security?.level, "encrypted");
    const from = us.sent.length;
    us.events.length = 0;
    const changed = tester.server?.characteristic(SERVICE_CHANGED)?.handle ?? 0;
    const handle = tester.server?.characteristic(uuid)?.handle ?? 0;
    for (const at of [handle, changed])
      await rig.until(peripheral.link.send(4, Uint8Array.of(opcode, at, 0, 1, 0, 0xff, 0xff)));
    await rig.clock.advance(100);
    assert.deepEqual(talk(us, from), opcode === INDICATION ? ["04 1e", "04 1e"] : []);
    assert.deepEqual(us.events, []);
    assert.deepEqual([...us.tables.entries.values()], tables);
    assert.throws(() => central.gatt, NotReadyError);
    rig.assertClean();
  });
}
