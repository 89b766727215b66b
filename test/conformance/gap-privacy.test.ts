/** GAP: bonded peers with private addresses, from the pairing that hands over the keys to the links that use them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildAdvertisingData } from "../../hci/gap/advertising-data.ts";
import { kindOf, sameAddress } from "../../hci/gap/address.ts";
import type { Advertisement } from "../../hci/gap/advertisement.ts";
import { resolvesWith } from "../../hci/gap/rpa.ts";
import type { ProfileName } from "../../hci/virtual/profile.ts";
import { nodeCrypto } from "../support/crypto.ts";
import { ENABLE_ENCRYPTION, talk } from "../support/gap-cases.ts";
import type { RigHost } from "../support/stack-rig.ts";
import { StackRig, text } from "../support/stack-rig.ts";

const listen = { active: true, duplicates: { report: "all" } } as const;
const policy = { ioCapability: "NoInputNoOutput" } as const;
const identity = ({ stack }: RigHost) => stack.identity;

async function bonded(profile: ProfileName) {
  const rig = new StackRig();
  const us = await rig.host("us", { privacy: true, controller: { profile } });
  const tester = await rig.host("tester", { privacy: true, controller: { profile }, policy });
  await rig.advertise(tester);
  const link = await rig.until(us.stack.connect(tester.stack.gap.own.current));
  await rig.until(link.pair());
  await rig.end(link);
  return { rig, us, tester };
}

for (const profile of ["4.0", "4.2", "5.2"] as const) {
  test(`GAP/CONN/PRDA/BV-02-C GAP/CONN/GCEP/BV-06-C: a bonded peer is reached and secured behind three new private addresses (${profile})`, async () => {
    const { rig, us, tester } = await bonded(profile);
    const seen: string[] = [];
    for (let round = 0; round < 3; round++) {
      await rig.until(tester.stack.gap.own.renew());
      const from = us.sent.length;
      await rig.advertise(tester);
      const link = await rig.until(us.stack.connect(identity(tester).address));
      const { peerAddress, localAddress } = link.link;
      assert.ok(resolvesWith(nodeCrypto, identity(tester).irk, peerAddress), "the tester hides");
      assert.ok(resolvesWith(nodeCrypto, identity(us).irk, localAddress), "and so do we");
      assert.ok(!seen.includes(String(peerAddress.octets)));
      seen.push(String(peerAddress.octets));
      await rig.until(link.secure());
      assert.deepEqual(link.security?.bond?.peer, identity(tester).address);
      assert.equal(talk(us, from)[0], ENABLE_ENCRYPTION);
      assert.deepEqual(talk(us, from, "06"), [], "nothing was paired");
      await rig.end(link);
    }
    rig.assertClean();
  });
}

test("GAP/CONN/GCEP/BV-05-C: whoever calls us by a private address is heard, recognised and connected to", async () => {
  const { rig, us, tester } = await bonded("5.2");
  await rig.until(tester.stack.gap.own.renew());
  const heard: Advertisement[] = [];
  const scan = await rig.until(us.stack.scanner.start(listen, (one) => void heard.push(one)));
  const data = buildAdvertisingData({}, text);
  const directed = { to: identity(us).address, duty: "low" } as const;
  await rig.until(tester.stack.advertise({ data, connectable: true, directed }));
  await rig.clock.advance(1000);
  await rig.until(scan.stop());
  const call = heard.find((one) => one.directed && one.connectable);
  assert.ok(call?.address, "it was heard though nobody but us can know that it is for us");
  assert.ok(call.resolved && sameAddress(call.address, identity(tester).address), "and recognised");

  const link = await rig.until(us.stack.connect(call.address));
  const theirs = tester.connections.at(-1);
  assert.ok(theirs);
  assert.equal(kindOf(link.link.peerAddress), "resolvable");
  assert.ok(resolvesWith(nodeCrypto, identity(tester).irk, link.link.peerAddress));
  assert.ok(sameAddress(link.link.peerAddress, theirs.link.localAddress), "as it stood in the call");
  assert.ok(resolvesWith(nodeCrypto, identity(us).irk, theirs.link.peerAddress), "we hide as well");
  await rig.until(link.secure());
  await rig.end(link);
  rig.assertClean();
});
