/** GAP: connecting, parameters and privacy, between two hosts over strict controllers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../hci/codec/bytes.ts";
import { kindOf, sameAddress } from "../../hci/gap/address.ts";
import type { Advertisement } from "../../hci/gap/advertisement.ts";
import type { AdvertisingEnd } from "../../hci/gap/advertiser.ts";
import { applyPolicy, updateParameters } from "../../hci/gap/connection-parameters.ts";
import { resolvesWith } from "../../hci/gap/rpa.ts";
import { L2cap } from "../../hci/l2cap/l2cap.ts";
import { nodeCrypto } from "../support/crypto.ts";
import type { World } from "../support/gap-world.ts";
import { connect, data, during, noViolations, pair } from "../support/gap-world.ts";

const listen = { active: true, duplicates: { report: "all" } } as const;
const slow = { intervalMin: 80, intervalMax: 80, latency: 0, supervisionTimeout: 400 };

async function withChannels(world: World) {
  const { ours, theirs } = await connect(world);
  const [central, peripheral] = [new L2cap(ours, world.clock), new L2cap(theirs, world.clock)];
  applyPolicy(ours, central.signalling);
  return { ours, theirs, peripheral };
}

/** What each side knows of the other after bonding: identity and IRK. */
async function bonded(world: World) {
  const { central, peripheral } = world;
  const knows = ({ identity }: typeof central) => ({ identity: identity.address, irk: identity.irk });
  await during(world, central.gap.recognise([knows(peripheral)]));
  await during(world, peripheral.gap.recognise([knows(central)]));
  return { central: knows(central), peripheral: knows(peripheral) };
}

test("GAP/CONN/CPUP/BV-04-C: the central accepts valid parameters from the peripheral", async () => {
  const world = await pair();
  const { ours, theirs, peripheral } = await withChannels(world);
  assert.equal(await during(world, peripheral.signalling.requestParameters(slow)), true);
  await world.clock.advance(3000);
  assert.equal(ours.timing.interval, 80);
  assert.equal(theirs.timing.interval, 80);
  noViolations(world);
});

test("GAP/CONN/CPUP/BV-05-C: the central rejects invalid parameters", async () => {
  const world = await pair();
  const { ours, peripheral } = await withChannels(world);
  const before = ours.timing.interval;
  const refused = peripheral.signalling.requestParameters({ ...slow, supervisionTimeout: 10 });
  assert.equal(await during(world, refused), false);
  await world.clock.advance(3000);
  assert.equal(ours.timing.interval, before);
  noViolations(world);
});

test("GAP/CONN/CPUP/BV-06-C: the central initiates an update", async () => {
  const world = await pair();
  const { ours, theirs } = await withChannels(world);
  await during(world, updateParameters(ours, slow));
  await world.clock.advance(1000);
  assert.equal(theirs.timing.interval, 80);
  noViolations(world);
});

test("GAP/CONN/TERM/BV-01-C: a disconnection ends the link on both sides", async () => {
  const world = await pair();
  const { ours, theirs } = await connect(world);
  await during(world, ours.disconnect(0x13));
  assert.equal((await during(world, theirs.closed)).reason, 0x13);
  noViolations(world);
});

for (const profile of ["4.0", "4.2", "5.2"] as const) {
  test(`GAP/PRIV/CONN/BV-11-C: the central shows a private address and changes it in time (${profile})`, async () => {
    const world = await pair({ profile, privacy: true });
    const { central } = world;
    const scan = await during(
      world,
      central.gap.scanner.start(listen, () => {}),
    );
    const first = central.gap.own.current;
    assert.equal(kindOf(first), "resolvable");
    await world.clock.advance(910_000);
    const second = central.gap.own.current;
    assert(!sameAddress(first, second));
    await during(world, scan.stop());
    const { theirs } = await connect(world);
    assert(resolvesWith(nodeCrypto, central.identity.irk, theirs.peerAddress));
    noViolations(world);
  });

  test(`GAP/CONN/PRDA/BV-02-C: a bonded peer with a private address is connected to (${profile})`, async () => {
    const world = await pair({ profile, privacy: true });
    const peers = await bonded(world);
    await during(
      world,
      world.peripheral.gap.advertiser.start({ data, connectable: true }, () => {}),
    );
    const link = await during(world, world.central.gap.connect(peers.peripheral));
    assert(resolvesWith(nodeCrypto, peers.peripheral.irk, link.peerAddress));
    noViolations(world);
  });

  test(`GAP/DISC/RPA/BV-01-C: a bonded peer is found behind its private address (${profile})`, async () => {
    const world = await pair({ profile, privacy: true });
    const { central, peripheral } = world;
    const peers = await bonded(world);
    const heard: Advertisement[] = [];
    await during(
      world,
      peripheral.gap.advertiser.start({ data, connectable: true }, () => {}),
    );
    await during(
      world,
      central.gap.scanner.start(listen, (one) => void heard.push(one)),
    );
    await world.clock.advance(2000);
    const [one] = heard;
    assert(one?.address !== undefined);
    if (one.resolved) {
      assert(sameAddress(one.address, peers.peripheral.identity), "the controller resolved it");
    } else {
      const resolution = await during(world, central.gap.resolver.resolve(one.address));
      assert(resolution.kind === "one" && sameAddress(resolution.identity, peers.peripheral.identity));
    }
    noViolations(world);
  });

  test(`GAP/CONN/DCEP/BV-06-C: direct connection to a private address, undirected advertising (${profile})`, async () => {
    const world = await pair({ profile, privacy: true });
    const { ours, theirs } = await connect(world);
    assert(resolvesWith(nodeCrypto, world.peripheral.identity.irk, ours.peerAddress));
    assert(sameAddress(ours.peerAddress, theirs.localAddress), toHex(theirs.localAddress.octets));
    noViolations(world);
  });
}

// Being found by directed advertising behind a private address takes a controller that resolves addresses for us, which
// we ask only of those that know device privacy mode.
test("GAP/CONN/DCEP/BV-05-C: direct connection to a private address, directed advertising", async () => {
  const world = await pair({ profile: "5.2", privacy: true });
  const peers = await bonded(world);
  const ended = Promise.withResolvers<AdvertisingEnd>();
  const directed = { to: peers.central.identity, duty: "low" } as const;
  const starting = world.peripheral.gap.advertiser.start(
    { data, connectable: true, directed },
    ended.resolve,
  );
  await during(world, starting);
  const link = await during(world, world.central.gap.connect(peers.peripheral));
  const end = await during(world, ended.promise);
  assert("link" in end);
  assert(resolvesWith(nodeCrypto, peers.peripheral.irk, link.peerAddress));
  assert(resolvesWith(nodeCrypto, peers.central.irk, end.link.peerAddress));
  noViolations(world);
});

test("GAP/CONN/GCEP/BV-06-C: general connection to a private address, undirected advertising", async () => {
  const world = await pair({ profile: "4.0", privacy: true });
  const peers = await bonded(world);
  await during(
    world,
    world.peripheral.gap.advertiser.start({ data, connectable: true }, () => {}),
  );
  const link = await during(world, world.central.gap.connect(peers.peripheral));
  assert(resolvesWith(nodeCrypto, peers.peripheral.irk, link.peerAddress));
  noViolations(world);
});
