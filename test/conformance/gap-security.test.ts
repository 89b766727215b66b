/**
 * GAP: the authentication procedure. With a bonded peer we encrypt before the first request (what the suite calls
 * encryption before service request), so the cases of a lost bond begin there.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AttError } from "../../hci/att/errors.ts";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import { BondFailedError } from "../../hci/device/errors.ts";
import { PairingError, SecurityBlocked } from "../../hci/smp/errors.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import type { PairingPolicy } from "../../hci/smp/policy.ts";
import { AUTHENTICATED, ENCRYPTED } from "../support/att-rig.ts";
import {
  ask,
  BONDING,
  ENABLE_ENCRYPTION,
  featuresIn,
  find,
  forget,
  heard,
  MITM,
  offering,
  PAIRING_REQUEST,
  PAIRING_RESPONSE,
  pdu,
  read,
  refusal,
  requestSecurity,
  SECURE_CONNECTIONS,
  SECURITY_REQUEST,
  spoil,
  talk,
  verdicts,
} from "../support/gap-cases.ts";
import type { HostOptions, RigHost } from "../support/stack-rig.ts";
import { StackRig, together } from "../support/stack-rig.ts";

const UNAUTHENTICATED: PairingPolicy = { ...DEFAULT_POLICY, mitm: "off", ioCapability: "NoInputNoOutput" };
const AUTHENTICATION = 0x05;
const ENCRYPTION = 0x0f;

/** Both sides have a screen and a yes, unless said otherwise. */
async function room(ours: HostOptions = {}, theirs: HostOptions = {}) {
  const rig = new StackRig();
  const us = await rig.host("us", ours);
  const tester = await rig.host("tester", { policy: { ioCapability: "DisplayYesNo" }, ...theirs });
  together(rig, us, tester);
  return { rig, us, tester };
}

/** The same, bonded in an earlier link, in which we were central or peripheral. */
async function bonded(role: "central" | "peripheral", policy: PairingPolicy = DEFAULT_POLICY) {
  const all = await room();
  const { rig, us, tester } = all;
  const [central, peripheral] = role === "central" ? [us, tester] : [tester, us];
  const links = await rig.connect(central, peripheral);
  await rig.until(links.central.pair({ policy }));
  await rig.until(links.central.secure());
  await rig.until(links.peripheral.explore());
  await rig.end(links.central);
  const [bond] = us.keys.bonds;
  assert.ok(bond);
  us.events.length = 0;
  us.person.asked.length = 0;
  us.person.proposals.length = 0;
  return { ...all, bond };
}

const identity = ({ stack }: RigHost) => stack.identity.address;

async function refused(rig: StackRig, link: DeviceLink, uuid: string): Promise<number> {
  const error = await rig.failure(link.gatt.read(find(link, uuid).handle));
  assert.ok(error instanceof AttError);
  return error.code;
}

test("GAP/SEC/AUT/BV-11-C: as peripheral we refuse an unbonded client, and serve it after an authenticated pairing", async () => {
  const { rig, us, tester } = await room();
  const { central } = await rig.connect(tester, us);
  await rig.until(central.explore());
  assert.equal(await refused(rig, central, AUTHENTICATED), AUTHENTICATION);
  const { authenticated } = await rig.until(central.pair());
  assert.ok(authenticated);
  assert.deepEqual(await read(rig, central, AUTHENTICATED), [5]);
  rig.assertClean();
});

test("GAP/SEC/AUT/BV-12-C: as central we refuse an unbonded client, and serve it after the pairing that it asks for", async () => {
  const { rig, us, tester } = await room();
  const { peripheral } = await rig.connect(us, tester);
  assert.deepEqual(await ask(rig, peripheral, us, AUTHENTICATED), refusal(us, AUTHENTICATED, AUTHENTICATION));
  assert.deepEqual(talk(us, 0, "06"), [], "nobody asked for a pairing yet");
  await requestSecurity(rig, peripheral, BONDING | MITM | SECURE_CONNECTIONS);
  assert.equal(us.person.proposals[0]?.kind, "security");
  assert.deepEqual(await ask(rig, peripheral, us, AUTHENTICATED), [0x0b, 5]);
  rig.assertClean();
});

test("GAP/SEC/AUT/BV-13-C: as central that serves we encrypt with an unauthenticated bond, and raise it only with a person", async () => {
  const { rig, us, tester } = await bonded("central", UNAUTHENTICATED);
  const from = us.sent.length;
  const { central, peripheral } = await rig.connect(us, tester);
  await requestSecurity(rig, peripheral, BONDING);
  assert.deepEqual(talk(us, from), [ENABLE_ENCRYPTION], "the old key first, and no pairing");
  assert.deepEqual(await ask(rig, peripheral, us, AUTHENTICATED), refusal(us, AUTHENTICATED, AUTHENTICATION));

  await requestSecurity(rig, peripheral, BONDING | MITM);
  assert.deepEqual(talk(us, from, "06"), [], "a request over the air raises nothing by itself");
  assert.equal(heard(us, "upgrade-wanted").length, 1);
  const mitm: PairingPolicy = { ...DEFAULT_POLICY, mitm: "required" };
  const { authenticated } = await rig.until(central.pair({ policy: mitm, replaces: identity(tester) }));
  assert.ok(authenticated);
  assert.ok((featuresIn(pdu(us, PAIRING_REQUEST, from)).authReq & MITM) !== 0);
  await rig.clock.advance(200);
  assert.deepEqual(await ask(rig, peripheral, us, AUTHENTICATED), [0x0b, 5]);
  rig.assertClean();
});

test("GAP/SEC/AUT/BV-13-C: as central that reads we encrypt with an unauthenticated bond, and raise it at a person's wish", async () => {
  const { rig, us, tester } = await bonded("central", UNAUTHENTICATED);
  const from = us.sent.length;
  const { central } = await rig.connect(us, tester);
  await rig.until(central.secure());
  assert.equal(talk(us, from)[0], ENABLE_ENCRYPTION);
  assert.equal(await refused(rig, central, AUTHENTICATED), AUTHENTICATION);
  assert.deepEqual(talk(us, from, "06"), []);
  central.wantPairing({ replaces: identity(tester) });
  assert.deepEqual(await read(rig, central, AUTHENTICATED), [5]);
  assert.ok((featuresIn(pdu(us, PAIRING_REQUEST, from)).authReq & MITM) !== 0);
  assert.equal(us.keys.bonds[0]?.authenticated, true);
  rig.assertClean();
});

test("GAP/SEC/AUT/BV-14-C: as peripheral we refuse what an unauthenticated bond does not give, and serve it after the upgrade", async () => {
  const { rig, us, tester } = await bonded("peripheral", UNAUTHENTICATED);
  const { central } = await rig.connect(tester, us);
  await rig.until(central.secure());
  assert.equal(await refused(rig, central, AUTHENTICATED), AUTHENTICATION);
  await rig.until(central.pair({ replaces: identity(us) }));
  const [proposal] = us.person.proposals;
  assert.deepEqual(
    [proposal?.proven, proposal?.replaces?.authenticated],
    [true, false],
    "a person allowed the replacement, on a link that the old key protects",
  );
  assert.deepEqual(await read(rig, central, AUTHENTICATED), [5]);
  rig.assertClean();
});

/** `bits`: what the tester says in its half of the feature exchange. */
const poor = (bits: "none" | "as asked"): HostOptions => ({
  policy: { ...UNAUTHENTICATED, legacy: true },
  features: offering((offer) =>
    bits === "as asked"
      ? offer
      : {
          ...offer,
          authReq: { bonding: false, mitm: false, secureConnections: false, keypress: false },
        },
  ),
});

for (const [bits, legacy] of [
  ["none", true],
  ["as asked", false],
] as const) {
  for (const mitm of ["off", "preferred", "required"] as const) {
    test(`GAP/SEC/AUT/BV-17-C: as central we pair with a device without screen and keys after 0x05 (MITM ${mitm}, its requirements: ${bits})`, async () => {
      const policy = { mitm, legacy };
      const { rig, us, tester } = await room({ policy }, poor(bits));
      const { central } = await rig.connect(us, tester);
      await rig.until(central.explore());
      central.wantPairing();
      const { handle } = find(central, ENCRYPTED);
      if (mitm === "required") {
        const error = await rig.failure(central.gatt.read(handle));
        assert.ok(error instanceof AttError);
        assert.deepEqual(talk(us, 0, "06 05"), ["06 0503"], "Authentication Requirements");
        assert.equal(central.security, null);
      } else {
        assert.deepEqual([...(await rig.until(central.gatt.read(handle)))], [4]);
        assert.equal(central.security?.authenticated, false);
      }
      // Whoever prefers MITM goes on without it, and therefore may ask for it.
      const { authReq } = featuresIn(pdu(us, PAIRING_REQUEST));
      assert.equal((authReq & MITM) !== 0, mitm !== "off");
      rig.assertClean();
    });
  }
}

for (const mitm of ["off", "preferred", "required"] as const) {
  test(`GAP/SEC/AUT/BV-18-C: as peripheral we ask for security after 0x05, and pair with a central without screen and keys (MITM ${mitm})`, async () => {
    const { rig, us, tester } = await room({ policy: { mitm } }, { policy: UNAUTHENTICATED });
    const { peripheral } = await rig.connect(tester, us);
    await rig.until(peripheral.explore());
    assert.equal(await refused(rig, peripheral, ENCRYPTED), AUTHENTICATION);
    assert.deepEqual(talk(us, 0, "06"), [], "an error alone starts nothing");
    const asked = peripheral.requestSecurity();
    if (mitm === "required") {
      const error = await rig.failure(asked);
      assert.ok(error instanceof PairingError);
      assert.equal(error.reason, "AuthenticationRequirements");
    } else {
      const { authenticated } = await rig.until(asked);
      assert.equal(authenticated, false);
      assert.deepEqual(await read(rig, peripheral, ENCRYPTED), [4]);
      const answer = featuresIn(pdu(us, PAIRING_RESPONSE)).authReq;
      assert.equal((answer & MITM) !== 0, mitm !== "off", "as our Security Request said");
    }
    const [, authReq = 0] = pdu(us, SECURITY_REQUEST);
    assert.equal((authReq & MITM) !== 0, mitm !== "off");
    rig.assertClean();
  });
}

/** Why encryption with the stored key fails, and the code that the controller reports. */
const LOST = [
  { id: "BV-25-C", name: "the tester lost the key", policy: UNAUTHENTICATED, lose: forget, code: 0x06 },
  { id: "BV-27-C", name: "the tester has another key", policy: DEFAULT_POLICY, lose: spoil, code: 0x3d },
] as const;

for (const { id, name, policy, lose, code } of LOST) {
  test(`GAP/SEC/AUT/${id} GAP/SEC/AUT/BV-19-C: as central we test the bond, stop when it fails, and pair only with a person (${name})`, async () => {
    const { rig, us, tester, bond } = await bonded("central", policy);
    await lose(tester, us);
    const from = us.sent.length;
    const { central } = await rig.connect(us, tester);
    const error = await rig.failure(central.secure());
    assert.ok(error instanceof BondFailedError);
    assert.deepEqual(error.verdict, { code, bond: "suspect", next: "ask" });
    assert.deepEqual(talk(us, from), [ENABLE_ENCRYPTION], "no request in clear, no pairing");
    assert.ok(central.link.end, "and not on this link either");

    const { central: next } = await rig.connect(us, tester);
    const blocked = await rig.failure(next.pair());
    assert.ok(blocked instanceof SecurityBlocked);
    assert.equal(blocked.obstacle, "bond-exists");
    assert.deepEqual(talk(us, from, "06"), [], "who did not confirm the device pairs with nobody");
    assert.deepEqual(us.keys.bonds, [bond]);

    await forget(tester, us); // a device that was reset knows nobody
    await rig.until(next.pair({ replaces: identity(tester) }));
    await rig.until(next.secure());
    assert.deepEqual(await read(rig, next, ENCRYPTED), [4]);
    assert.notDeepEqual(us.keys.bonds[0]?.asCentral, bond.asCentral, "a new key");
    rig.assertClean();
  });
}

test("GAP/SEC/AUT/BV-21-C: PIN or Key Missing is told to the upper layer, and the key is kept", async () => {
  const { rig, us, tester, bond } = await bonded("central");
  await forget(tester, us);
  const { central } = await rig.connect(us, tester);
  await rig.failure(central.secure());
  assert.deepEqual(verdicts(us), [{ code: 0x06, bond: "suspect", next: "ask" }]);
  const [doubt, ...more] = heard(us, "bond-in-doubt");
  assert.deepEqual([doubt?.kind === "bond-in-doubt" && doubt.why, more], ["key-failed", []]);
  assert.deepEqual(us.keys.bonds, [bond]);
  rig.assertClean();
});

for (const [id, policy] of [
  ["BV-20-C", UNAUTHENTICATED],
  ["BV-28-C", DEFAULT_POLICY],
] as const) {
  for (const agrees of [false, true]) {
    const end = agrees ? "and a person agrees" : "and nobody agrees";
    const kind = policy === DEFAULT_POLICY ? "authenticated" : "unauthenticated";
    test(`GAP/SEC/AUT/${id} GAP/SEC/AUT/BV-22-C: as peripheral we ask for encryption with an ${kind} bond, the central pairs instead, ${end}`, async () => {
      const { rig, us, tester, bond } = await bonded("peripheral", policy);
      await forget(tester, us);
      const from = us.sent.length;
      const before: { answered?: number; told?: number } = {};
      us.person.onAccept = ({ replaces, proven }) => {
        assert.deepEqual([replaces?.peer, replaces?.method, proven], [bond.peer, bond.method, false]);
        before.answered = talk(us, from, PAIRING_RESPONSE).length;
        before.told = heard(us, "bond-in-doubt").length;
        return agrees;
      };
      const { peripheral } = await rig.connect(tester, us);
      const securing = peripheral.secure();
      if (!agrees) {
        const error = await rig.failure(securing);
        assert.ok(error instanceof PairingError);
        assert.deepEqual(talk(us, from, PAIRING_RESPONSE), []);
        assert.deepEqual(us.keys.bonds, [bond]);
        assert.equal(peripheral.security, null);
      } else {
        await rig.until(securing);
        assert.deepEqual(await read(rig, peripheral, ENCRYPTED), [4]);
        assert.notDeepEqual(us.keys.bonds[0]?.asPeripheral, bond.asPeripheral, "a new key");
      }
      assert.deepEqual(
        before,
        { answered: 0, told: 1 },
        "the upper layer knows, a person says, then we answer",
      );
      assert.deepEqual(talk(us, from, "04").length > 0, agrees, "no request before the link is secured");
      rig.assertClean();
    });
  }
}

for (const keyKnown of [true, false]) {
  const [code, name] = keyKnown ? [ENCRYPTION, "0x0F with a key"] : [AUTHENTICATION, "0x05 without one"];
  test(`GAP/SEC/AUT/BV-23-C: as peripheral we refuse a bonded client in clear, and serve it encrypted (${name})`, async () => {
    const { rig, us, tester } = await bonded("peripheral");
    if (!keyKnown) await forget(us, tester);
    const { central } = await rig.connect(tester, us);
    assert.deepEqual(await ask(rig, central, us, ENCRYPTED), refusal(us, ENCRYPTED, code));
    if (!keyKnown) return;
    await rig.until(central.secure());
    assert.deepEqual(await read(rig, central, ENCRYPTED), [4]);
    rig.assertClean();
  });

  test(`GAP/SEC/AUT/BV-24-C: as central we refuse a bonded client in clear, and serve it encrypted (${name})`, async () => {
    const { rig, us, tester } = await bonded("central");
    if (!keyKnown) await forget(us, tester);
    const { peripheral } = await rig.connect(us, tester);
    assert.deepEqual(await ask(rig, peripheral, us, ENCRYPTED), refusal(us, ENCRYPTED, code));
    if (!keyKnown) return;
    await rig.until(peripheral.secure());
    assert.deepEqual(await read(rig, peripheral, ENCRYPTED), [4]);
    rig.assertClean();
  });
}
