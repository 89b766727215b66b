import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddress } from "../../../../hci/gap/address.ts";
import { kindOf } from "../../../../hci/gap/address.ts";
import { Gap } from "../../../../hci/gap/gap.ts";
import { resolvesWith } from "../../../../hci/gap/rpa.ts";
import { LeCreateConnection, LeCreateConnectionCancel } from "../../../../hci/host/commands/le-connection.ts";
import { LeSetAdvertisingSetRandomAddress } from "../../../../hci/host/commands/le-extended.ts";
import {
  LeAddDeviceToResolvingList,
  LeSetResolvablePrivateAddressTimeout,
} from "../../../../hci/host/commands/le-privacy.ts";
import { LeSetScanParameters } from "../../../../hci/host/commands/le-scanning.ts";
import { LeSetRandomAddress } from "../../../../hci/host/commands/le-setup.ts";
import type { Address } from "../../../../hci/ports.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import { settle } from "../../../support/manual-clock.ts";
import type { ScriptedController } from "../../../support/scripted-controller.ts";
import { startHost } from "../../../support/scripted-controller.ts";
import { connectedTo, failed, gapOver, identity, peer } from "./gap-rig.ts";
import { text } from "../../../support/gap-world.ts";

const listen = { active: false, duplicates: { report: "all" } } as const;

function shown(controller: ScriptedController): Address {
  return { type: "random", octets: controller.last(LeSetRandomAddress).address };
}

describe("our own address", () => {
  test("is the identity without privacy, and set once", async () => {
    const { gap, controller, clock } = await gapOver("legacy");
    const scan = await gap.scanner.start(listen, () => {});
    await scan.stop();
    await gap.scanner.start(listen, () => {});
    assert.deepEqual(shown(controller), identity.address);
    assert.equal(controller.take().filter((name) => name === "LE Set Random Address").length, 1);
    assert.equal(clock.pending, 0);
  });

  test("is the adapter's where the identity is its public address", async () => {
    const publicAddress = parseAddress("A0:00:00:00:00:01", "public");
    const { gap, controller } = await gapOver("legacy", {
      identity: { ...identity, address: publicAddress },
    });
    await gap.scanner.start(listen, () => {});
    assert.equal(controller.last(LeSetScanParameters).ownAddressType, "public");
    assert(!controller.take().includes("LE Set Random Address"));
  });

  test("is refused where the identity belongs to another adapter or is no identity", async () => {
    for (const address of [
      parseAddress("A0:00:00:00:00:99", "public"),
      parseAddress("40:00:00:00:00:01", "random"),
    ]) {
      const { host } = await startHost();
      const options = { crypto: nodeCrypto, text, identity: { ...identity, address }, privacy: false };
      await assert.rejects(Gap.start(host, options), /Cannot use this identity/);
    }
  });

  test("with privacy is resolvable with our IRK, and a new one every 15 minutes while the radio is in use", async () => {
    const { gap, controller, clock } = await gapOver("no-privacy", { privacy: true });
    await gap.scanner.start(listen, () => {});
    const first = shown(controller);
    assert.equal(kindOf(first), "resolvable");
    assert(resolvesWith(nodeCrypto, identity.irk, first));
    controller.take();
    await clock.advance(899_999);
    assert.deepEqual(controller.take(), []);
    await clock.advance(1);
    assert.deepEqual(controller.take(), [
      "LE Set Scan Enable",
      "LE Set Random Address",
      "LE Set Scan Parameters",
      "LE Set Scan Enable",
    ]);
    gap.close();
    assert.equal(clock.pending, 0);
  });

  test("with privacy an idle radio changes nothing; its next use shows a new address", async () => {
    const { gap, controller, clock } = await gapOver("no-privacy", { privacy: true });
    const scan = await gap.scanner.start(listen, () => {});
    const first = shown(controller);
    await scan.stop();
    controller.take();
    await clock.advance(2_000_000);
    assert.deepEqual(controller.take(), []);
    await gap.scanner.start(listen, () => {});
    assert.notDeepEqual(shown(controller), first);
  });

  test("can be renewed at once, because the old one may have been recognised", async () => {
    const { gap, controller } = await gapOver("no-privacy", { privacy: true });
    await gap.scanner.start(listen, () => {});
    const first = shown(controller);
    await gap.own.renew();
    assert.notDeepEqual(shown(controller), first);
    assert.deepEqual(gap.own.current, shown(controller));
  });

  test("a waiting attempt to connect is cancelled and made again with the new address", async () => {
    const { gap, controller, clock } = await gapOver("no-privacy", { privacy: true, rotationMs: 10_000 });
    controller.script(LeCreateConnectionCancel, () => {
      void Promise.resolve().then(() => failed(controller, 0x02));
      return { returns: Uint8Array.of(0) };
    });
    const connecting = gap.connect({ address: peer });
    await settle();
    controller.take();
    await clock.advance(10_000);
    assert.deepEqual(controller.take(), [
      "LE Create Connection Cancel",
      "LE Set Random Address",
      "LE Create Connection",
    ]);
    connectedTo(controller, peer);
    assert.deepEqual((await connecting).localAddress, gap.own.current);
  });

  test("an advertising set gets the new address while it stands still", async () => {
    const { gap, controller, clock } = await gapOver("extended", { privacy: true, rotationMs: 10_000 });
    await gap.advertiser.start({ data: new Uint8Array(0), connectable: true }, () => {});
    const first = controller.last(LeSetAdvertisingSetRandomAddress).address;
    controller.take();
    await clock.advance(10_000);
    assert.deepEqual(controller.take(), [
      "LE Set Extended Advertising Enable",
      "LE Set Random Address",
      "LE Set Advertising Set Random Address",
      "LE Set Extended Advertising Enable",
    ]);
    assert.notDeepEqual(gap.own.current.octets, first);
    gap.close();
  });

  test("starting a second activity at the moment of rotation does not disturb the first", async () => {
    const { gap, controller, clock } = await gapOver("no-privacy", { privacy: true, rotationMs: 10_000 });
    await gap.advertiser.start({ data: new Uint8Array(0), connectable: true }, () => {});
    controller.script(LeSetRandomAddress, () => {
      const running = controller.commands.findLast(({ name }) => name === "LE Set Advertising Enable");
      return running?.packet[3] === 1 ? { status: 0x0c } : { returns: Uint8Array.of(0) };
    });
    const starting = Promise.all([clock.advance(10_000), gap.scanner.start(listen, () => {})]);
    await starting;
    await settle();
    gap.close();
    assert.deepEqual(gap.own.current, shown(controller));
  });
});

describe("the controller's resolving list", () => {
  const peers = Array.from({ length: 10 }, (_, i) => ({
    identity: parseAddress(`A0:00:00:00:01:0${i}`, "public"),
    irk: nodeCrypto.random(16),
  }));
  const zero = { identity: peer, irk: new Uint8Array(16) };

  test("takes as many as there is room for; peers without an IRK need none", async () => {
    const { gap, controller } = await gapOver("legacy", { privacy: true });
    await gap.recognise([zero, ...peers]);
    const names = controller.take();
    assert.equal(names.filter((name) => name === "LE Add Device To Resolving List").length, 8);
    assert.equal(names[0], "LE Set Address Resolution Enable");
    assert.equal(names.at(-1), "LE Set Address Resolution Enable");
    assert(!gap.resolvingList.has(peer));
    assert(gap.resolvingList.has(peers[7]?.identity ?? peer));
    assert(!gap.resolvingList.has(peers[8]?.identity ?? peer));
  });

  test("gets our IRK only with privacy on", async () => {
    for (const privacy of [true, false]) {
      const { gap, controller } = await gapOver("legacy", { privacy });
      await gap.recognise(peers.slice(0, 1));
      assert.deepEqual(
        controller.last(LeAddDeviceToResolvingList).localIrk,
        privacy ? identity.irk : new Uint8Array(16),
      );
    }
  });

  test("changes only while scan and advertising stand aside", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.scanner.start(listen, () => {});
    controller.take();
    await gap.recognise(peers.slice(0, 1));
    assert.deepEqual(controller.take(), [
      "LE Set Scan Enable",
      "LE Set Address Resolution Enable",
      "LE Clear Resolving List",
      "LE Add Device To Resolving List",
      "LE Set Privacy Mode",
      "LE Set Address Resolution Enable",
      "LE Set Scan Parameters",
      "LE Set Scan Enable",
    ]);
  });

  test("in use, the controller makes our private address for those on it", async () => {
    const { gap, controller } = await gapOver("legacy", { privacy: true });
    await gap.recognise(peers.slice(0, 1));
    const connecting = gap.connect({ identity: peers[0]?.identity ?? peer, irk: null });
    await settle();
    assert.equal(controller.last(LeCreateConnection).ownAddressType, "resolvableOrRandom");
    connectedTo(controller, peers[0]?.identity ?? peer, { peerAddressType: "publicIdentity" });
    await connecting;
  });

  test("that takes less than it claims leaves the rest to the host", async () => {
    const { gap, controller } = await gapOver("legacy");
    let added = 0;
    controller.script(LeAddDeviceToResolvingList, () =>
      ++added > 2 ? { status: 0x07 } : { returns: Uint8Array.of(0) },
    );
    await gap.recognise(peers);
    assert(gap.resolvingList.has(peers[1]?.identity ?? peer));
    assert(!gap.resolvingList.has(peers[2]?.identity ?? peer));
    assert(gap.resolvingList.active);
  });

  test("empty again switches resolution off", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.recognise(peers.slice(0, 1));
    controller.take();
    await gap.recognise([]);
    assert.deepEqual(controller.take(), ["LE Set Address Resolution Enable", "LE Clear Resolving List"]);
    assert(!gap.resolvingList.active);
  });

  test("is left alone on an adapter without LL privacy", async () => {
    const { gap, controller } = await gapOver("no-privacy");
    await gap.recognise(peers);
    assert.deepEqual(controller.take(), []);
  });

  test("rotates in the controller as often as in the host", async () => {
    const { host, controller } = await startHost();
    await Gap.start(host, { crypto: nodeCrypto, text, identity, privacy: true, rotationMs: 600_000 });
    assert.equal(controller.last(LeSetResolvablePrivateAddressTimeout).timeout, 600);
  });
});
