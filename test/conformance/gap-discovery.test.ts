/** GAP: the name of a peer, and what our own GAP service says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GattServer } from "../../hci/gatt/server.ts";
import { characteristicsOf } from "../../hci/gatt/table.ts";
import { CENTRAL_ADDRESS_RESOLUTION, DEVICE_NAME, GENERIC_ACCESS } from "../../hci/gatt/uuids.ts";
import type { ProfileName } from "../../hci/virtual/profile.ts";
import { cmacOfZeroKey, SERVICES } from "../support/att-rig.ts";
import { StackRig, text } from "../support/stack-rig.ts";

for (const [name, mtu] of [
  ["thermometer", 517],
  ["Kühlschrank ".repeat(15), 23],
] as const) {
  for (const role of ["central", "peripheral"] as const) {
    test(`GAP/IDLE/NAMP/BV-01-C: as ${role} we read the peer's name, ${text.encode(name).length} octets by an MTU of ${mtu}`, async () => {
      const rig = new StackRig();
      const us = await rig.host("us", { mtu });
      const server = new GattServer({
        deviceName: text.encode(name),
        services: SERVICES,
        cmac: cmacOfZeroKey,
        clock: rig.clock,
      });
      const tester = await rig.host("tester", { services: null, server });
      const [central, peripheral] = role === "central" ? [us, tester] : [tester, us];
      const links = await rig.connect(central, peripheral);
      const gatt = await rig.until(links[role].explore());
      const [found] = characteristicsOf(gatt.table ?? { services: [] }, GENERIC_ACCESS, DEVICE_NAME);
      assert.ok(found);
      assert.equal(text.decode(await rig.until(gatt.read(found.handle))), name);
      assert.equal(links[role].security, null, "a name needs no pairing");
      rig.assertClean();
    });
  }
}

const RESOLVES: readonly (readonly [ProfileName, number])[] = [
  ["4.0", 0],
  ["4.2", 0],
  ["5.2", 1],
];

for (const [profile, value] of RESOLVES) {
  for (const role of ["central", "peripheral"] as const) {
    test(`GAP/GAT/BV-18-C: as ${role} with a controller of ${profile} we say ${value} for Central Address Resolution, to be read only`, async () => {
      const rig = new StackRig();
      const us = await rig.host("us", { controller: { profile } });
      const tester = await rig.host("tester");
      const [central, peripheral] = role === "central" ? [us, tester] : [tester, us];
      const links = await rig.connect(central, peripheral);
      const theirs = role === "central" ? links.peripheral : links.central;
      const gatt = await rig.until(theirs.explore());
      const [found, ...more] = characteristicsOf(
        gatt.table ?? { services: [] },
        GENERIC_ACCESS,
        CENTRAL_ADDRESS_RESOLUTION,
      );
      assert.ok(found);
      assert.equal(more.length, 0);
      const { read, write, writeWithoutResponse } = found.properties;
      assert.deepEqual([read, write, writeWithoutResponse], [true, false, false]);
      assert.deepEqual([...(await rig.until(gatt.read(found.handle)))], [value]);
      await rig.failure(gatt.write(found.handle, Uint8Array.of(1 - value)));
      assert.deepEqual([...(await rig.until(gatt.read(found.handle)))], [value]);
      rig.assertClean();
    });
  }
}
