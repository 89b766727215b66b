/** Every method that both hosts know, in both roles, then the stored key on a new link. */
import assert from "node:assert/strict";
import type { PairingMethod } from "../../hci/ports.ts";
import type { IoCapability } from "../../hci/smp/pdus.ts";
import { nextEvent } from "../support/ble-host.ts";
import type { Kind, TheirIo } from "./room.ts";
import { GUARDED, interop } from "./room.ts";

interface Case {
  readonly name: string;
  readonly kind: Kind;
  readonly ours: IoCapability;
  readonly theirs: TheirIo;
  readonly method: PairingMethod;
}

const CASES: readonly Case[] = [
  ...(["secure connections", "legacy"] as const).flatMap((kind): readonly Case[] => {
    const legacy = kind === "legacy";
    const passkey = legacy ? "legacy-passkey" : "passkey";
    return [
      {
        name: "Just Works",
        kind,
        ours: "KeyboardDisplay",
        theirs: "NoInputNoOutput",
        method: legacy ? "legacy-just-works" : "just-works",
      },
      { name: "passkey, ours is shown", kind, ours: "DisplayOnly", theirs: "KeyboardOnly", method: passkey },
      {
        name: "passkey, theirs is shown",
        kind,
        ours: "KeyboardOnly",
        theirs: "DisplayOnly",
        method: passkey,
      },
      { name: "passkey, typed on both", kind, ours: "KeyboardOnly", theirs: "KeyboardOnly", method: passkey },
    ];
  }),
  {
    name: "numeric comparison",
    kind: "secure connections",
    ours: "DisplayYesNo",
    theirs: "DisplayYesNo",
    method: "numeric-comparison",
  },
];

for (const { name, kind, ours, theirs, method } of CASES) {
  interop(
    `central, ${kind}, ${name}: paired, and the key works again`,
    { kind, ours, theirs },
    async (room) => {
      const { rig, us } = room;
      const { link, other } = await room.connect();
      const theirEnd = nextEvent(other.smp, "pairingComplete");
      const result = await rig.until(link.pair());
      await rig.until(theirEnd);
      assert.equal(result.method, method);
      assert.equal(result.secureConnections, kind === "secure connections");
      assert.equal(us.keys.bonds.length, 1);
      await room.end(link);

      const again = await room.connect();
      const gatt = await rig.until(again.link.secure());
      assert.ok(again.other.smp.isEncrypted);
      const guarded = gatt.table?.services
        .flatMap(({ characteristics }) => characteristics)
        .find(({ uuid }) => uuid === GUARDED);
      assert.ok(guarded);
      assert.deepEqual([...(await rig.until(gatt.read(guarded.handle)))], [2]);
      await room.end(again.link);
    },
  );

  interop(
    `peripheral, ${kind}, ${name}: paired, and the key works again`,
    { kind, ours, theirs },
    async (room) => {
      const { rig, us } = room;
      const { link, other } = await room.accept();
      const theirEnd = nextEvent(other.smp, "pairingComplete");
      assert.ok(other.smp.sendPairingRequest(room.features));
      await rig.until(theirEnd);
      await rig.clock.advance(10);
      const paired = us.events.flatMap((event) =>
        event.kind === "security" && event.event.kind === "paired" ? [event.event.result] : [],
      );
      assert.equal(paired[0]?.method, method);
      assert.equal(us.keys.bonds.length, 1);
      assert.equal(link.security?.level, paired[0]?.level);
      await room.end(link);

      const again = await room.accept();
      assert.ok(again.other.smp.hasLtk);
      const encrypted = nextEvent(again.other.smp, "encrypt");
      again.other.smp.startEncryption();
      assert.equal((await rig.until(encrypted))[0], 0);
      await rig.clock.advance(10);
      assert.equal(again.link.security?.bond?.method, method);
      await room.end(again.link);
    },
  );
}
