/** GAP: bonding and not bonding, in both roles, begun by us and by the tester. */
import assert from "node:assert/strict";
import { copyOfBond } from "../../hci/smp/wipe.ts";
import { test } from "node:test";
import { toHex } from "../../hci/codec/bytes.ts";
import type { Address } from "../../hci/ports.ts";
import type { HostOptions, RigHost } from "../support/stack-rig.ts";
import { identityOf, StackRig } from "../support/stack-rig.ts";
import {
  BONDING,
  ENABLE_ENCRYPTION,
  featuresIn,
  offering,
  PAIRING_REQUEST,
  PAIRING_RESPONSE,
  pdu,
  requestSecurity,
  SECURITY_REQUEST,
  talk,
} from "../support/gap-cases.ts";
import { withoutSecureConnections } from "../support/smp/legacy-only.ts";

const JUST_WORKS = { ioCapability: "NoInputNoOutput", mitm: "off" } as const;
const ID_KEY = 0x02;
const ENC_KEY = 0x01;
const IDENTITY_INFORMATION = "06 08";

interface Way {
  readonly name: string;
  readonly legacy: boolean;
  readonly privacy: boolean;
}

const WAYS: readonly Way[] = [
  { name: "Secure Connections, our identity shown", legacy: false, privacy: false },
  { name: "Secure Connections, private addresses", legacy: false, privacy: true },
  { name: "legacy pairing, our identity shown", legacy: true, privacy: false },
];

/** We are called `us`, the other one is the tester. */
async function room({ legacy, privacy }: Way) {
  const rig = new StackRig();
  const policy = { ...JUST_WORKS, legacy };
  const ours: HostOptions = { policy, privacy };
  const us = await rig.host("us", ours);
  const features = offering((offer) => (legacy ? withoutSecureConnections(offer) : offer));
  const tester = await rig.host("tester", { policy, features });
  return { rig, ours, us, tester };
}

async function link(rig: StackRig, central: RigHost, peripheral: RigHost, to?: Address) {
  await rig.advertise(peripheral);
  const ours = await rig.until(central.stack.connect(to ?? peripheral.stack.gap.own.current));
  await rig.clock.advance(1);
  const theirs = peripheral.connections.at(-1);
  assert.ok(theirs, "the peripheral knows of the link");
  return { central: ours, peripheral: theirs };
}

/** Another run of our host, that knows only what the first one stored. */
async function restarted(rig: StackRig, us: RigHost, ours: HostOptions): Promise<RigHost> {
  await rig.until(us.stack.close());
  return rig.host("us", { ...ours, keys: us.keys });
}

/** Who hides sends the key to recognise it by, who does not sends zeros; both want the tester's. */
function assertKeysGoBothWays(us: RigHost, { privacy, legacy }: Way, keys: readonly (number | undefined)[]) {
  const [ownKeys = 0, wanted = 0] = keys;
  assert.ok((ownKeys & wanted & ID_KEY) !== 0, "both identities are handed over");
  if (legacy) assert.ok((ownKeys & wanted & ENC_KEY) !== 0, "both LTKs are handed over");
  const irk = pdu(us, IDENTITY_INFORMATION).slice(1).toReversed();
  const shown = privacy ? identityOf("us").irk : new Uint8Array(16);
  assert.equal(toHex(Uint8Array.from(irk)), toHex(shown));
}

for (const way of WAYS) {
  test(`GAP/BOND/BON/BV-02-C: as central we initiate bonding, and the stored key encrypts the next link (${way.name})`, async () => {
    const { rig, ours, us, tester } = await room(way);
    const { central } = await link(rig, us, tester);
    const { bond, secureConnections } = await rig.until(central.pair());
    assert.ok(bond);
    const made = copyOfBond(bond); // the keys of a link are zeroed with it
    assert.equal(secureConnections, !way.legacy);
    const { authReq, initiatorKeys, responderKeys } = featuresIn(pdu(us, PAIRING_REQUEST));
    assert.ok((authReq & BONDING) !== 0);
    assertKeysGoBothWays(us, way, [initiatorKeys, responderKeys]);
    await rig.end(central);

    const again = await restarted(rig, us, ours);
    const { central: next } = await link(rig, again, tester, bond.peer);
    await rig.until(next.secure());
    assert.deepEqual(talk(again).slice(0, 1), [ENABLE_ENCRYPTION]);
    assert.deepEqual(talk(again, 0, "06"), [], "nothing was paired");
    assert.deepEqual(next.security?.bond, made);
    rig.assertClean();
  });

  test(`GAP/BOND/BON/BV-04-C: as central we answer a request for bonding, and the stored key encrypts the next link (${way.name})`, async () => {
    const { rig, ours, us, tester } = await room(way);
    const { central, peripheral } = await link(rig, us, tester);
    await requestSecurity(rig, peripheral, BONDING);
    assert.deepEqual(us.person.asked.slice(0, 1), ["accept"], "a person was asked");
    const { bond } = central;
    assert.ok(bond);
    const made = copyOfBond(bond);
    const { authReq, initiatorKeys, responderKeys } = featuresIn(pdu(us, PAIRING_REQUEST));
    assert.ok((authReq & BONDING) !== 0);
    assertKeysGoBothWays(us, way, [initiatorKeys, responderKeys]);
    await rig.end(peripheral);

    const again = await restarted(rig, us, ours);
    const { central: next } = await link(rig, again, tester, bond.peer);
    await rig.until(next.secure());
    assert.deepEqual(talk(again, 0, "06"), [], "nothing was paired");
    assert.deepEqual(next.security?.bond, made);
    rig.assertClean();
  });

  test(`GAP/BOND/BON/BV-01-C: as peripheral we initiate bonding, and give out the stored key on the next link (${way.name})`, async () => {
    const { rig, ours, us, tester } = await room(way);
    const { central, peripheral } = await link(rig, tester, us);
    await rig.until(peripheral.requestSecurity());
    const [, authReq = 0] = pdu(us, SECURITY_REQUEST);
    assert.ok((authReq & BONDING) !== 0);
    await rig.clock.advance(500);
    const [bond] = us.keys.bonds;
    assert.ok(bond);
    const { responderKeys, initiatorKeys } = featuresIn(pdu(us, PAIRING_RESPONSE));
    assertKeysGoBothWays(us, way, [responderKeys, initiatorKeys]);
    await rig.end(central);

    const again = await restarted(rig, us, ours);
    const next = await link(rig, tester, again);
    await rig.until(next.central.secure());
    assert.deepEqual(talk(again, 0, "06"), [], "nothing was paired");
    assert.deepEqual(next.peripheral.security?.bond, bond);
    rig.assertClean();
  });

  test(`GAP/BOND/BON/BV-03-C: as peripheral we answer bonding, and give out the stored key on the next link (${way.name})`, async () => {
    const { rig, ours, us, tester } = await room(way);
    const { central } = await link(rig, tester, us);
    await rig.until(central.pair());
    await rig.clock.advance(500);
    assert.deepEqual(us.person.asked.slice(0, 1), ["accept"], "a person was asked");
    const [bond] = us.keys.bonds;
    assert.ok(bond);
    const { authReq, responderKeys, initiatorKeys } = featuresIn(pdu(us, PAIRING_RESPONSE));
    assert.ok((authReq & BONDING) !== 0);
    assertKeysGoBothWays(us, way, [responderKeys, initiatorKeys]);
    await rig.end(central);

    const again = await restarted(rig, us, ours);
    const next = await link(rig, tester, again);
    await rig.until(next.central.secure());
    assert.deepEqual(talk(again, 0, "06"), [], "nothing was paired");
    assert.deepEqual(next.peripheral.security?.bond, bond);
    rig.assertClean();
  });
}

/** We keep no keys; nor does the tester unless said otherwise. */
async function fleeting(testerBonds = false) {
  const rig = new StackRig();
  const us = await rig.host("us", { policy: { ...JUST_WORKS, bondable: false } });
  const tester = await rig.host("tester", { policy: { ...JUST_WORKS, bondable: testerBonds } });
  return { rig, us, tester };
}

function assertNothingKept(us: RigHost, tester: RigHost, pairing: readonly number[]): void {
  const { authReq, initiatorKeys, responderKeys } = featuresIn(pairing);
  assert.equal(authReq & 0x03, 0, "Bonding_Flags says no bonding");
  assert.deepEqual([initiatorKeys, responderKeys], [0, 0]);
  assert.deepEqual([us.keys.bonds, tester.keys.bonds], [[], []]);
  assert.deepEqual([us.keys.puts, tester.keys.puts], [[], []]);
}

test("GAP/BOND/NBON/BV-01-C: as central that does not bond we pair at each Security Request, and keep nothing", async () => {
  const { rig, us, tester } = await fleeting();
  for (let round = 0; round < 2; round++) {
    const from = us.sent.length;
    const { central, peripheral } = await link(rig, us, tester);
    await requestSecurity(rig, peripheral, 0);
    assertNothingKept(us, tester, pdu(us, PAIRING_REQUEST, from));
    assert.equal(central.security?.level, "encrypted", `round ${round}`);
    assert.equal(central.bond, undefined);
    await rig.end(peripheral);
  }
  rig.assertClean();
});

for (const testerBonds of [false, true]) {
  const who = testerBonds ? "a tester that would bond" : "a tester that does not bond";
  test(`GAP/BOND/NBON/BV-02-C: as central that does not bond we pair each time anew with ${who}`, async () => {
    const { rig, us, tester } = await fleeting(testerBonds);
    for (let round = 0; round < 2; round++) {
      const from = us.sent.length;
      const { central } = await link(rig, us, tester);
      const result = await rig.until(central.pair());
      assert.equal(result.bond, null);
      assertNothingKept(us, tester, pdu(us, PAIRING_REQUEST, from));
      assert.equal(central.security?.level, "encrypted", `round ${round}`);
      await rig.end(central);
    }
    rig.assertClean();
  });

  test(`GAP/BOND/NBON/BV-03-C: as peripheral that does not bond we hand over no key to ${who}`, async () => {
    const { rig, us, tester } = await fleeting(testerBonds);
    const { central, peripheral } = await link(rig, tester, us);
    await rig.until(central.pair());
    await rig.clock.advance(500);
    assertNothingKept(us, tester, pdu(us, PAIRING_RESPONSE));
    assert.equal(peripheral.security?.level, "encrypted");
    await rig.end(central);
    rig.assertClean();
  });
}
