/**
 * Every HCI status or reason, at three moments, with every kind of bond, through a whole host: the verdict is the one
 * of the table, and no key and no record changes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Packet } from "../../../hci/transport/packet.ts";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { CODES } from "../../support/bond-codes.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { StackRig, together } from "../../support/stack-rig.ts";

const DISCONNECTION_COMPLETE = 0x05;
const ENCRYPTION_CHANGE = 0x08;
const ENCRYPTION_CHANGE_V2 = 0x59;
const BONDS = ["none", "just-works", "authenticated"] as const;
const MOMENTS = ["before", "encrypting", "encrypted"] as const;

type Kind = (typeof BONDS)[number];

/** A phone whose controller reports another code than it saw, while `lie` says so. */
async function room(kind: Kind) {
  const rig = new StackRig();
  const lie: { code: number | undefined } = { code: undefined };
  const changed = (packet: Packet): Packet => {
    const { type, bytes } = packet;
    if (type !== "event" || lie.code === undefined) return packet;
    const told = Uint8Array.from(bytes);
    if (bytes[0] === DISCONNECTION_COMPLETE) told[5] = lie.code;
    else if (bytes[0] === ENCRYPTION_CHANGE || bytes[0] === ENCRYPTION_CHANGE_V2) told[2] = lie.code;
    return { type, bytes: told };
  };
  const phone = await rig.host("phone", {
    cable: (inner, clock) =>
      intercept(inner, { clock, incoming: (packet) => [{ packet: changed(packet), delayMs: 0 }] }),
  });
  const ioCapability = kind === "authenticated" ? "DisplayYesNo" : "NoInputNoOutput";
  const sensor = await rig.host("sensor", { policy: { ioCapability } });
  together(rig, phone, sensor);
  if (kind !== "none") {
    const { authenticated } = await rig.bond(phone, sensor);
    assert.equal(authenticated, kind === "authenticated");
  }
  return { rig, phone, sensor, lie };
}

const contents = ({ keys }: RigHost): string =>
  JSON.stringify(keys.bonds, (_, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value));

/** The marks that one link gave the bond, in order. */
async function marksOf(
  kind: Kind,
  code: number,
  moment: (typeof MOMENTS)[number],
): Promise<{ readonly marks: readonly string[]; readonly unchanged: boolean }> {
  const { rig, phone, sensor, lie } = await room(kind);
  const before = contents(phone);
  phone.events.length = 0;
  const { central, peripheral } = await rig.connect(phone, sensor);
  if (moment === "encrypting") {
    lie.code = code;
    await rig.failure(central.secure());
  } else {
    if (moment === "encrypted" && kind !== "none") await rig.until(central.secure());
    lie.code = code;
    await rig.until(peripheral.disconnect());
  }
  if (kind === "none" && moment === "encrypting") await rig.end(central);
  await rig.until(central.closed);
  const marks = phone.events.flatMap((event) => (event.kind === "verdict" ? [event.verdict.bond] : []));
  assert.deepEqual(sensor.person.proposals.length + phone.person.proposals.length, kind === "none" ? 0 : 1);
  return { marks, unchanged: contents(phone) === before };
}

for (const row of CODES) {
  const { code } = row;
  test(`0x${toHex(Uint8Array.of(code))}: three moments, three bonds, one verdict each and no key touched`, async () => {
    for (const kind of BONDS) {
      for (const moment of MOMENTS) {
        const { marks, unchanged } = await marksOf(kind, code, moment);
        assert.deepEqual(marks, kind === "none" ? [] : [row[moment]], `${kind}, ${moment}`);
        assert.ok(unchanged, `${kind}, ${moment}: the keys are as they were`);
      }
    }
  });
}
