import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as privacy from "../../../hci/host/commands/le-privacy.ts";
import * as scanning from "../../../hci/host/commands/le-scanning.ts";
import * as security from "../../../hci/host/commands/le-security.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import { commandsByOpcode, supports } from "../../../hci/host/supported.ts";
import type { ProfileName } from "../../../hci/virtual/profile.ts";
import { settle } from "../../support/manual-clock.ts";
import { advertisingParameters, allLeEvents, connect, connectTo, message, Rig } from "./rig.ts";

const unknownCommand = 0xfc77;
const passiveScan = {
  type: "passive",
  interval: 0x10,
  window: 0x10,
  ownAddressType: "public",
  filter: "all",
} as const;

test("C1: an unknown command is answered with 0x01, as Command Complete or Command Status", async () => {
  for (const way of ["complete", "status"] as const) {
    const probe = await new Rig().probe("dongle", { unknownCommandAnswer: way });
    probe.raw(Uint8Array.of(unknownCommand & 0xff, unknownCommand >> 8, 0));
    await settle();
    const [answer] = probe.inbox;
    assert.equal(answer?.bytes[0], way === "complete" ? 0x0e : 0x0f);
    assert.equal((await probe.answerTo(unknownCommand)).status, 0x01);
  }
});

test("C1: by default the way of refusing changes", async () => {
  const probe = await new Rig().probe("dongle");
  const ways = new Set<number | undefined>();
  for (let i = 0; i < 20; i++) {
    probe.raw(Uint8Array.of(unknownCommand & 0xff, unknownCommand >> 8, 0));
    await settle();
    ways.add(probe.inbox.shift()?.bytes[0]);
  }
  assert.deepEqual(
    [...ways].sort((a, b) => (a ?? 0) - (b ?? 0)),
    [0x0e, 0x0f],
  );
});

test("C1, C7: every command is answered; what the mask does not list is 0x01, what it lists is not", async () => {
  for (const profile of ["4.0", "4.2", "5.2"] satisfies ProfileName[]) {
    const probe = await new Rig().probe("dongle", { profile, unknownCommandAnswer: "complete" });
    const { commands } = await probe.ok(basic.ReadLocalSupportedCommands, {});
    let listed = 0;
    for (const [opcode, command] of commandsByOpcode) {
      if (opcode === 0 || opcode === basic.HostNumberOfCompletedPackets.opcode) continue;
      probe.raw(Uint8Array.of(opcode & 0xff, opcode >> 8, 0));
      const { status } = await probe.answerTo(opcode);
      const known = supports(commands, command) || command === basic.ReadLocalSupportedCommands;
      assert.equal(status === 0x01, !known, `${profile}: ${command.name} answered ${status}`);
      if (known) listed++;
    }
    assert.ok(listed > 30, `${profile} lists ${listed}`);
    assert.deepEqual(probe.controller.violations, []);
  }
});

test("C2: a command without a credit is a violation and is dropped", async () => {
  const probe = await new Rig().probe("dongle");
  probe.raw(fromHex("091000"));
  probe.raw(fromHex("011000"));
  await settle();
  assert.equal(probe.count(events.CommandComplete), 1);
  const [violation] = probe.controller.violations;
  assert.equal(violation?.rule, "C2");
  assert.equal(toHex(violation?.packet ?? new Uint8Array()), "011000");
});

test("C2: by switch an answer gives no credit; a Command Complete for opcode 0 does, later", async () => {
  const rig = new Rig();
  const probe = rig.bare("dongle", { separateCredits: true });
  probe.raw(fromHex("091000"));
  await settle();
  assert.equal(probe.take(events.CommandComplete)?.credits, 0);
  probe.raw(fromHex("011000"));
  await settle();
  assert.equal(probe.controller.violations[0]?.rule, "C2");
  await rig.clock.advance(10);
  assert.deepEqual(probe.take(events.CommandComplete), {
    credits: 1,
    opcode: 0,
    returns: new Uint8Array(0),
  });
  probe.raw(fromHex("011000"));
  await settle();
  assert.equal(probe.take(events.CommandComplete)?.opcode, 0x1001);
  assert.equal(probe.controller.violations.length, 1);
});

test("C3: a wrong length and a reserved value are 0x12", async () => {
  const probe = await new Rig().probe("dongle");
  const cases = {
    "Reset with a parameter": ["030c0100", 0x0c03],
    "LE Set Scan Enable one octet short": ["0c200101", 0x200c],
    "LE Set Scan Enable one octet long": ["0c2003010000", 0x200c],
    "LE Set Scan Enable with the value 2": ["0c20020200", 0x200c],
    "LE Set Scan Parameters with a reserved own address type": ["0b2007001000100004 00", 0x200b],
  } as const;
  for (const [name, [packet, opcode]] of Object.entries(cases)) {
    probe.raw(fromHex(packet));
    assert.equal((await probe.answerTo(opcode)).status, 0x12, name);
  }
  const tooWide = { ...passiveScan, window: 0x20 };
  assert.equal(await probe.refused(scanning.LeSetScanParameters, tooWide), 0x12);
});

test("C4: after Reset LE events are masked out, and with LE Meta on only the first five come", async () => {
  const rig = new Rig();
  const central = rig.bare("central");
  const peripheral = await rig.probe("peripheral");
  await central.ok(basic.Reset, {});
  await peripheral.ok(advertising.LeSetAdvertisingParameters, advertisingParameters);
  await peripheral.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  await central.ok(scanning.LeSetScanParameters, passiveScan);
  await central.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "off" });
  await rig.clock.advance(500);
  assert.deepEqual(central.inbox, []);

  const mask = { disconnectionComplete: true, encryptionChange: true, leMeta: true };
  const rest = {
    readRemoteVersionInformationComplete: false,
    hardwareError: false,
    dataBufferOverflow: false,
    encryptionKeyRefreshComplete: false,
  };
  await central.ok(basic.SetEventMask, { mask: { ...mask, ...rest } });
  assert.ok((await central.next(events.LeAdvertisingReport)).reports.length > 0);
  await central.ok(scanning.LeSetScanEnable, { enable: "off", filterDuplicates: "off" });
  await central.ok(connection.LeCreateConnection, connectTo(peripheral.controller.publicAddress.octets));
  const { handle } = await central.next(events.LeConnectionComplete);
  // Data Length Change is the seventh LE event, and Read Remote Version was masked out just now.
  await central.ok(connection.LeSetDataLength, { handle, txOctets: 251, txTime: 2120 });
  await central.ok(basic.ReadRemoteVersionInformation, { handle });
  await rig.clock.advance(2_000);
  assert.equal(central.count(events.LeDataLengthChange), 0);
  assert.equal(central.count(events.ReadRemoteVersionInformationComplete), 0);
  assert.equal((await peripheral.next(events.LeDataLengthChange)).maxRxOctets, 251);
});

test("C5: legacy and extended commands mixed since Reset are 0x0C; Reset allows the other kind", async () => {
  const probe = await new Rig().probe("dongle");
  await probe.ok(scanning.LeSetScanParameters, passiveScan);
  const extended = { enable: "on", filterDuplicates: "off", duration: 0, period: 0 } as const;
  assert.equal(await probe.refused(scanning.LeSetExtendedScanEnable, extended), 0x0c);
  await probe.ok(basic.Reset, {});
  await probe.ok(scanning.LeSetExtendedScanEnable, extended);
  assert.equal(await probe.refused(advertising.LeSetAdvertisingEnable, { enable: "on" }), 0x0c);
});

test("C6: Reset ends links without event here, and the peer sees 0x08 after its timeout", async () => {
  const rig = new Rig();
  const central = await rig.probe("central");
  const peripheral = await rig.probe("peripheral");
  const handles = await connect(central, peripheral);
  await rig.clock.advance(500);
  const before = rig.clock.now();
  await central.ok(basic.Reset, {});
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x08);
  assert.ok(rig.clock.now() - before > 950, "not before the supervision timeout of 1 s");
  assert.equal(central.count(events.DisconnectionComplete), 0);
  assert.equal(await central.refused(basic.Disconnect, { handle: handles.central, reason: 0x13 }), 0x02);
});

test("C6: Reset clears lists, random address, masks, scanning, advertising and buffers", async () => {
  const rig = new Rig();
  const probe = await rig.probe("dongle", { acceptListSize: 1, resolvingListSize: 1 });
  const listener = await rig.probe("listener");
  const entry = { addressType: "public", address: fromHex("0102030405ff") } as const;
  const peer = { peerAddressType: "public", peerAddress: fromHex("0102030405ff") } as const;
  const device = { ...peer, peerIrk: new Uint8Array(16), localIrk: new Uint8Array(16) };
  await probe.ok(scanning.LeAddDeviceToFilterAcceptList, entry);
  await probe.ok(privacy.LeAddDeviceToResolvingList, device);
  await probe.ok(setup.LeSetRandomAddress, { address: fromHex("c00000000001") });
  await probe.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  await probe.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "off" });

  await probe.ok(basic.Reset, {});
  await probe.ok(scanning.LeAddDeviceToFilterAcceptList, entry);
  await probe.ok(privacy.LeAddDeviceToResolvingList, device);
  const random = { ...advertisingParameters, ownAddressType: "random" } as const;
  await probe.ok(advertising.LeSetAdvertisingParameters, random);
  assert.equal(await probe.refused(advertising.LeSetAdvertisingEnable, { enable: "on" }), 0x12);
  await listener.ok(scanning.LeSetScanParameters, passiveScan);
  await listener.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "off" });
  await rig.clock.advance(3_000);
  assert.equal(listener.count(events.LeAdvertisingReport), 0);
});

test("C6: the buffers are free again after Reset, although data was on its way", async () => {
  const rig = new Rig();
  const central = await rig.probe("central");
  const peripheral = await rig.probe("peripheral");
  const first = await connect(central, peripheral);
  rig.radio.cut(central.controller, peripheral.controller);
  for (let i = 0; i < 3; i++) central.data(first.central, 0, message(10));
  await central.open();
  await peripheral.open();
  rig.radio.mend(central.controller, peripheral.controller);
  const second = await connect(central, peripheral);
  for (let i = 0; i < 3; i++) central.data(second.central, 0, message(10));
  await rig.clock.advance(500);
  assert.equal(peripheral.received().length, 3);
  assert.deepEqual(central.controller.violations, []);
});

test("C7: versions, features and states belong together", async () => {
  const rig = new Rig();
  const old = await rig.probe("old", { profile: "4.0" });
  const young = await rig.probe("young");
  assert.equal((await old.ok(basic.ReadLocalVersionInformation, {})).hciVersion, 6);
  assert.equal((await young.ok(basic.ReadLocalVersionInformation, {})).hciVersion, 11);
  const features = async (probe: typeof old): Promise<string> =>
    toHex((await probe.ok(setup.LeReadLocalSupportedFeatures, {})).features);
  assert.equal(await features(old), "0100000000000000");
  assert.equal(await features(young), "ef59000000000000");
  assert.equal(toHex((await old.ok(setup.LeReadSupportedStates, {})).states), "ffffff1f00000000");
  assert.equal(toHex((await young.ok(setup.LeReadSupportedStates, {})).states), "ffffffffff030000");
});

test("C8: a random own address that was never set is 0x12; setting one while scanning or advertising is 0x0C", async () => {
  const probe = await new Rig().probe("dongle");
  const random = { ...passiveScan, ownAddressType: "random" } as const;
  const scan = { enable: "on", filterDuplicates: "off" } as const;
  await probe.ok(scanning.LeSetScanParameters, random);
  assert.equal(await probe.refused(scanning.LeSetScanEnable, scan), 0x12);
  const peer = connectTo(fromHex("010203040506"));
  const attempt = { ...peer, ownAddressType: "random" } as const;
  assert.equal(await probe.refused(connection.LeCreateConnection, attempt), 0x12);

  const address = fromHex("c00000000001");
  await probe.ok(setup.LeSetRandomAddress, { address });
  await probe.ok(scanning.LeSetScanEnable, scan);
  assert.equal(await probe.refused(setup.LeSetRandomAddress, { address }), 0x0c);
  await probe.ok(scanning.LeSetScanEnable, { enable: "off", filterDuplicates: "off" });
  await probe.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  assert.equal(await probe.refused(setup.LeSetRandomAddress, { address }), 0x0c);
});

test("E11: LE Encrypt is true AES-128 with its arguments least significant octet first", async () => {
  const probe = await new Rig().probe("dongle");
  // Vol 6 Part C 1: the key and plaintext of the sample session key, as they cross HCI
  const wire = "bf01fb9d4ef3bc36d874f5394138684c1302f1e0dfcebdac7968574635241302";
  probe.raw(fromHex(`172020${wire}`));
  const { octets } = await probe.answerTo(0x2017);
  assert.equal(toHex(octets), "66c6c2278e3b8e053e7ea326521bad99");
});

test("E11: LE Rand repeats with the seed and changes with every call", async () => {
  const draw = async (seed: number): Promise<readonly string[]> => {
    const probe = await new Rig().probe("dongle", { seed });
    const first = await probe.ok(security.LeRand, {});
    const second = await probe.ok(security.LeRand, {});
    return [toHex(first.random), toHex(second.random)];
  };
  const once = await draw(7);
  assert.deepEqual(await draw(7), once);
  assert.notDeepEqual(await draw(8), once);
  assert.notEqual(once[0], once[1]);
});

test("E11: P-256 is true: two controllers agree on one DHKey", async () => {
  const rig = new Rig();
  const [a, b] = [await rig.probe("a"), await rig.probe("b")];
  await a.ok(security.LeReadLocalP256PublicKey, {});
  await b.ok(security.LeReadLocalP256PublicKey, {});
  const keyA = await a.next(events.LeReadLocalP256PublicKeyComplete);
  const keyB = await b.next(events.LeReadLocalP256PublicKeyComplete);
  await a.ok(security.LeGenerateDhKey, { x: keyB.x, y: keyB.y });
  await b.ok(security.LeGenerateDhKey, { x: keyA.x, y: keyA.y });
  const secretA = await a.next(events.LeGenerateDhKeyComplete);
  const secretB = await b.next(events.LeGenerateDhKeyComplete);
  assert.equal(secretA.status, 0);
  assert.deepEqual(secretA.dhKey, secretB.dhKey);
});

test("E11: a peer point that is not on the curve gives status 0x12; no P-256 by switch gives 0x01", async () => {
  const rig = new Rig();
  const probe = await rig.probe("dongle");
  await probe.ok(security.LeReadLocalP256PublicKey, {});
  const { x, y } = await probe.next(events.LeReadLocalP256PublicKeyComplete);
  await probe.ok(security.LeGenerateDhKey, { x, y: y.map((octet, i) => (i === 31 ? octet ^ 1 : octet)) });
  assert.equal((await probe.next(events.LeGenerateDhKeyComplete)).status, 0x12);
  const without = await rig.probe("without", { p256: false });
  assert.equal(await without.refused(security.LeReadLocalP256PublicKey, {}), 0x01);
  const { commands } = await without.ok(basic.ReadLocalSupportedCommands, {});
  assert.equal(supports(commands, security.LeGenerateDhKey), false);
});

test("C4: the mask is honoured for the seventeen LE events that can be named", () => {
  assert.equal(Object.keys(allLeEvents).length, 17);
});
