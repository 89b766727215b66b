/** Pairing Keypress Notification (2.3.5.6.3, 3.5.8): heard only where both agreed, while a passkey is typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../../support/manual-clock.ts";
import { CENTRAL_SHOWS, duoOf, JUST_WORKS } from "../../support/smp/cases.ts";
import { Scripted } from "../../support/smp/scripted.ts";

const AGREED = { central: { keypress: true }, peripheral: { keypress: true } };

/** A central that shows a passkey, to a peer that types it and talks about it. */
async function showing(): Promise<Scripted> {
  const scripted = new Scripted("central", { policy: { ioCapability: "DisplayOnly", keypress: true } });
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive("0202001d100303");
  return scripted;
}

test("A notification of a wrong length or kind ends the pairing with 0x0A", async () => {
  for (const pdu of ["0e", "0e0000", "0e05", "0eff"]) {
    const scripted = await showing();
    await scripted.receive(pdu);
    assert.equal(scripted.last, "050a", pdu);
  }
});

test("Notifications without end do not keep a pairing alive without end: the 65th ends it with 0x08", async () => {
  const scripted = await showing();
  for (let i = 0; i < 64; i++) await scripted.receive("0e01");
  assert.deepEqual(scripted.side.events, []);
  assert.equal(scripted.side.person.heard.length, 64);
  await scripted.receive("0e01");
  assert.equal(scripted.last, "0508");
});

test("A notification where no passkey is typed, or where only one side set the bit, ends with 0x08", async () => {
  for (const [kind, policy] of [
    [JUST_WORKS, AGREED],
    [CENTRAL_SHOWS, { central: { keypress: true } }],
    [CENTRAL_SHOWS, {}],
  ] as const) {
    const duo = await duoOf({ ...kind, policy });
    duo.channel.tamper = (pdu, from) =>
      from === "b" && pdu[0] === 0x0c ? [pdu, Uint8Array.of(0x0e, 0)] : [pdu];
    duo.central.manager.pair().catch(() => {});
    await settle();
    await settle();
    assert.equal(duo.sentBy("a").at(-1), "0508");
  }
});

test("A notification from the side that shows the passkey ends with 0x08", async () => {
  const duo = await duoOf({ ...CENTRAL_SHOWS, policy: AGREED });
  duo.channel.tamper = (pdu, from) =>
    from === "a" && pdu[0] === 0x0c ? [pdu, Uint8Array.of(0x0e, 0)] : [pdu];
  duo.central.manager.pair().catch(() => {});
  await settle();
  assert.equal(duo.sentBy("b").at(-1), "0508");
});

test("A listener that throws ends the pairing and nothing else", async () => {
  const scripted = await showing();
  scripted.side.person.keypress = () => {
    throw new Error("the screen is gone");
  };
  await scripted.receive("0e00");
  assert.equal(scripted.last, "0508");
  assert.deepEqual(scripted.side.told, ["pairing-failed"]);
});

test("Keys that are pressed after the pairing ended are nobody's concern", async () => {
  const scripted = new Scripted("central", { policy: { ioCapability: "KeyboardOnly", keypress: true } });
  const pressed: (() => void)[] = [];
  scripted.side.person.onEnter = (entry) => {
    pressed.push(() => entry.pressed("DigitEntered"));
    return new Promise(() => {});
  };
  scripted.side.manager.pair().catch(() => {});
  await scripted.receive("0200001d100303");
  await scripted.receive(
    "0ccc0065e1f56c0dccec96472066c9db848175dac04dfcc79d1b3f3df23fe465f479b2ecd8aa55a1a843d46bca10b0c201c2333e16 24c4efee99d8bbbc48d00102".replaceAll(
      " ",
      "",
    ),
  );
  const before = scripted.sent.length;
  await scripted.receive("0501");
  for (const press of pressed) press();
  await settle();
  assert.equal(scripted.sent.length, before);
});
