/** Packets with keys are zeroed once the adapter took them; a trace that a person asked for in full keeps its own copy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../../hci/codec/bytes.ts";
import { Trace, traced } from "../../../../hci/trace/trace.ts";
import type { Transport } from "../../../../hci/transport/transport.ts";
import { StackRig } from "../../../support/stack-rig.ts";

/** Identity Information in one ACL packet: 21 octets, 17 of them on channel 6. */
const IDENTITY = /^.{4}15001100060008/;

test("the IRK that was handed out: zeroed in the packet, blank in the trace, and readable in the full one", async () => {
  const rig = new StackRig();
  const { clock } = rig;
  const trace = new Trace({ clock, unixMs: 0 });
  const full = new Trace({ clock, unixMs: 0, full: true });
  const held: { readonly octets: Uint8Array; readonly was: string }[] = [];
  const cable = (inner: Transport): Transport =>
    traced(inner, {
      record(packet, direction) {
        trace.record(packet, direction);
        full.record(packet, direction);
        if (direction === "sent" && packet.type === "acl")
          held.push({ octets: packet.bytes, was: toHex(packet.bytes) });
      },
    });
  const central = await rig.host("central", { cable, privacy: true });
  const peripheral = await rig.host("peripheral", {});
  await rig.bond(central, peripheral);

  const packets = held.filter(({ was }) => IDENTITY.test(was));
  assert.equal(packets.length, 1);
  const [{ octets, was } = { octets: new Uint8Array(), was: "" }] = packets;
  assert.ok(octets.every((octet) => octet === 0));
  assert.doesNotMatch(was, /^.{18}0+$/);
  const recorded = (from: Trace): readonly string[] =>
    from.records.map(({ bytes }) => toHex(bytes)).filter((line) => IDENTITY.test(line));
  assert.ok(recorded(full).includes(was), "what was asked for in full is kept in full");
  assert.match(recorded(trace).find((line) => line.startsWith(was.slice(0, 4))) ?? "", /^.{18}0{32}$/);
});
