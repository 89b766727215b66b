/** Wrong passkeys and persons who say no: both sides hear of it, and neither keeps a bond. */
import assert from "node:assert/strict";
import { PairingError } from "../../hci/smp/errors.ts";
import { nextEvent } from "../support/ble-host.ts";
import type { Room } from "./room.ts";
import { interop } from "./room.ts";

const KINDS = ["secure connections", "legacy"] as const;

/** How the pairing that their side begins fails with us. */
async function failAsPeripheral(
  room: Room,
): Promise<{ readonly ours: Error; readonly theirs: readonly unknown[] }> {
  const { rig, us } = room;
  const { other } = await room.accept();
  const theirs = nextEvent(other.smp, "pairingFail");
  other.smp.sendPairingRequest(room.features);
  const ended = await rig.until(theirs);
  await rig.clock.advance(10);
  const ours = us.events.flatMap((event) =>
    event.kind === "security" && event.event.kind === "pairing-failed" ? [event.event.error] : [],
  )[0];
  assert.ok(ours);
  return { ours, theirs: ended };
}

async function failAsCentral(
  room: Room,
): Promise<{ readonly ours: Error; readonly theirs: readonly unknown[] }> {
  const { link, other } = await room.connect();
  const theirs = nextEvent(other.smp, "pairingFail");
  const ours = await room.rig.failure(link.pair());
  return { ours, theirs: await room.rig.until(theirs) };
}

function assertReason(error: Error, reason: PairingError["reason"], by: PairingError["by"]): void {
  assert.ok(error instanceof PairingError, String(error));
  assert.deepEqual([error.reason, error.by], [reason, by]);
}

function assertNoBond({ us }: Room): void {
  assert.deepEqual(us.keys.bonds, []);
  assert.deepEqual(us.keys.puts, []);
}

const ROLES = [
  ["central", failAsCentral],
  ["peripheral", failAsPeripheral],
] as const;

for (const kind of KINDS) {
  const shown = { kind, ours: "DisplayOnly", theirs: "KeyboardOnly" } as const;
  const typed = { kind, ours: "KeyboardOnly", theirs: "DisplayOnly" } as const;
  const wrong = (digits: string | undefined): string => (digits === "000001" ? "000002" : "000001");

  for (const [role, fail] of ROLES) {
    interop(
      `${role}, ${kind}: a wrong passkey typed there ends it with Confirm Value Failed`,
      shown,
      async (room) => {
        room.onPasskey = async (_model, _shown, answer) => {
          await new Promise<void>((resolve) => {
            room.rig.clock.after(100, resolve);
          });
          answer(wrong(room.us.person.shown));
        };
        const { ours, theirs } = await fail(room);
        assert.ok(ours instanceof PairingError);
        assert.equal(ours.reason, "ConfirmValueFailed");
        assert.equal(theirs[0], 0x04);
        assertNoBond(room);
      },
    );

    interop(
      `${role}, ${kind}: a wrong passkey typed here ends it with Confirm Value Failed`,
      typed,
      async (room) => {
        let screen: string | undefined;
        room.onPasskey = async (_model, digits) => {
          screen = digits ?? undefined;
        };
        room.us.person.onEnter = () =>
          new Promise((resolve) => {
            room.rig.clock.after(100, () => resolve(wrong(screen)));
          });
        const { ours, theirs } = await fail(room);
        assert.ok(ours instanceof PairingError);
        assert.equal(ours.reason, "ConfirmValueFailed");
        assert.equal(theirs[0], 0x04);
        assertNoBond(room);
      },
    );

    interop(`${role}, ${kind}: nobody types here, and both give up`, typed, async (room) => {
      room.onPasskey = async () => {};
      room.us.person.onEnter = () => null;
      const { ours, theirs } = await fail(room);
      assertReason(ours, "PasskeyEntryFailed", "local");
      assert.deepEqual(theirs, [0x01, true]);
      assertNoBond(room);
    });
  }
}

const compares = { ours: "DisplayYesNo", theirs: "DisplayYesNo" } as const;
for (const [role, fail] of ROLES) {
  interop(`${role}: our person sees another number and says no`, compares, async (room) => {
    room.us.person.onCompare = () => false;
    const { ours, theirs } = await fail(room);
    assertReason(ours, "NumericComparisonFailed", "local");
    assert.deepEqual(theirs, [0x0c, true]);
    assertNoBond(room);
  });

  for (const [code, reason] of [
    [0x0c, "NumericComparisonFailed"],
    [0x04, "ConfirmValueFailed"],
  ] as const) {
    interop(`${role}: their person says no with 0x0${code.toString(16)}`, compares, async (room) => {
      room.onPasskey = async () => {
        room.rig.clock.after(100, () => room.other?.smp.sendPairingFailed(code));
      };
      const { ours, theirs } = await fail(room);
      assertReason(ours, reason, "peer");
      assert.deepEqual(theirs, [code, false]);
      assertNoBond(room);
    });
  }
}

interop("peripheral: our person does not want to pair", {}, async (room) => {
  room.us.person.onAccept = () => false;
  const { ours, theirs } = await failAsPeripheral(room);
  assertReason(ours, "PairingNotSupported", "local");
  assert.deepEqual(theirs, [0x05, true]);
  assertNoBond(room);
});

interop("central: they do not want to pair", {}, async (room) => {
  const { link, other } = await room.connect();
  other.smp.removeAllListeners("pairingRequest");
  other.smp.on("pairingRequest", () => other.smp.sendPairingFailed(0x05));
  assertReason(await room.rig.failure(link.pair()), "PairingNotSupported", "peer");
  assertNoBond(room);
});

interop(
  "A7 central: a host that allows Secure Connections only takes no legacy pairing",
  { kind: "legacy", policy: { legacy: false } },
  async (room) => {
    const { ours, theirs } = await failAsCentral(room);
    assertReason(ours, "AuthenticationRequirements", "local");
    assert.deepEqual(theirs, [0x03, true]);
    assertNoBond(room);
  },
);

interop(
  "central: a device that cannot protect against somebody in the middle is refused where that is needed",
  { policy: { mitm: "required" } },
  async (room) => {
    const { ours, theirs } = await failAsCentral(room);
    assertReason(ours, "AuthenticationRequirements", "local");
    assert.deepEqual(theirs, [0x03, true]);
    assertNoBond(room);
  },
);
