/** A capture of a pairing and a discovery between two hosts of ours, counted by tshark and by us. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ATT_PDUS } from "../../hci/att/pdus.ts";
import { concat, reversed, toHex } from "../../hci/codec/bytes.ts";
import { ACL_HEADER, aclBoundary, Boundary } from "../../hci/host/acl.ts";
import type { IoCapability } from "../../hci/smp/pdus.ts";
import { SMP_PDUS } from "../../hci/smp/pdus.ts";
import { btsnoop } from "../../hci/trace/btsnoop.ts";
import type { TraceRecord } from "../../hci/trace/trace.ts";
import { Trace, traced } from "../../hci/trace/trace.ts";
import { whyNoTshark } from "../support/requirements.ts";
import type { RigHost } from "../support/stack-rig.ts";
import { StackRig, text } from "../support/stack-rig.ts";

interface Recorded {
  readonly host: RigHost;
  readonly trace: Trace;
}

async function recorded(
  rig: StackRig,
  name: string,
  ioCapability: IoCapability,
  full: boolean,
): Promise<Recorded> {
  const trace = new Trace({ clock: rig.clock, unixMs: Date.UTC(2026, 0, 1), full });
  const host = await rig.host(name, {
    policy: { ioCapability },
    cable: (inner) => traced(inner, trace),
  });
  return { host, trace };
}

/** Pair by passkey, end, come back with the stored key, discover, read and write everything, end. */
async function session(full: boolean): Promise<readonly [central: Recorded, peripheral: Recorded]> {
  const rig = new StackRig();
  const central = await recorded(rig, "central", "KeyboardOnly", full);
  const peripheral = await recorded(rig, "peripheral", "DisplayOnly", full);
  central.host.person.onEnter = () => peripheral.host.person.shown ?? null;
  await rig.bond(central.host, peripheral.host);
  const links = await rig.connect(central.host, peripheral.host);
  const client = await rig.until(links.central.secure());
  for (const { characteristics } of client.table?.services ?? []) {
    for (const { handle, properties } of characteristics) {
      if (properties.read) await rig.until(client.read(handle));
      if (properties.write) await rig.until(client.write(handle, Uint8Array.of(1)).catch(() => {}));
    }
  }
  await rig.end(links.central);
  rig.assertClean();
  return [central, peripheral];
}

/** First octets of all PDUs on one channel, as tshark prints them, in the order of the capture. */
function opcodes(records: readonly TraceRecord[], channel: number): readonly string[] {
  return records
    .filter(({ type, bytes }) => type === "acl" && aclBoundary(bytes) !== Boundary.continuing)
    .map(({ bytes }) => bytes.subarray(ACL_HEADER))
    .filter((frame) => frame[2] === channel && frame[3] === 0)
    .map((frame) => `0x${toHex(frame.subarray(4, 5))}`);
}

function secretsOf({ host }: Recorded): readonly Uint8Array[] {
  const keys = host.keys.bonds.flatMap(({ asCentral, asPeripheral, irk }) => [
    asCentral?.value,
    asPeripheral?.value,
    irk,
  ]);
  const digits = host.person.shown;
  const passkey = digits === undefined ? [] : [text.encode(digits)];
  const found = [...keys, host.stack.identity.irk, ...passkey];
  return found.filter((key) => key !== undefined && key !== null);
}

function holds(file: Uint8Array, secret: Uint8Array): boolean {
  const hex = toHex(file);
  return hex.includes(toHex(secret)) || hex.includes(toHex(reversed(secret)));
}

describe("a capture of pairing, coming back and discovery", () => {
  const folder = mkdtempSync(join(tmpdir(), "capture-"));
  let sides: readonly Recorded[] = [];
  before(async () => {
    sides = await session(false);
  });
  after(() => rmSync(folder, { recursive: true }));

  test("has none of the keys and passkeys in it", async () => {
    const secrets = sides.flatMap(secretsOf);
    // Two keys and a passkey on each side, and who we are. Hosts that hide nothing give each other no IRK.
    assert.ok(secrets.length >= 7, `${secrets.length} secrets are known`);
    for (const { trace } of sides) {
      for (const secret of secrets) assert.ok(!holds(btsnoop(trace), secret), toHex(secret));
    }
    // and would have them, were they not blanked
    const open = await session(true);
    const file = concat(...open.map(({ trace }) => btsnoop(trace)));
    const keys = open.flatMap(({ host }) => host.keys.bonds.map(({ asCentral }) => asCentral?.value));
    for (const key of keys) assert.ok(key !== undefined && holds(file, key));
  });

  test("holds the whole conversation", () => {
    for (const { trace } of sides) {
      assert.equal(trace.dropped, 0);
      const smp = new Set(opcodes(trace.records, 6));
      for (const opcode of ["0x01", "0x02", "0x03", "0x04", "0x08", "0x09", "0x0c", "0x0d"]) {
        assert.ok(smp.has(opcode), `SMP ${opcode}`);
      }
      const att = new Set(opcodes(trace.records, 4));
      for (const opcode of ["0x02", "0x04", "0x08", "0x0a", "0x10", "0x11", "0x12"]) {
        assert.ok(att.has(opcode), `ATT ${opcode}`);
      }
    }
  });

  test("is counted by tshark as by us, PDU by PDU, each with its name and none malformed", {
    skip: whyNoTshark() ?? false,
  }, () => {
    for (const [index, { trace }] of sides.entries()) {
      const path = join(folder, `${index}.btsnoop`);
      writeFileSync(path, btsnoop(trace));
      const dissect = (...args: readonly string[]): readonly string[] => {
        const { stdout, stderr, status } = spawnSync("tshark", ["-r", path, ...args], { encoding: "utf8" });
        assert.equal(status, 0, stderr);
        return stdout.split("\n").filter((line) => line !== "");
      };
      const column = (filter: string, field: string): readonly string[] =>
        dissect("-Y", filter, "-T", "fields", "-E", "occurrence=f", "-e", field);
      assert.equal(dissect().length, trace.records.length);
      assert.deepEqual(dissect("-Y", "_ws.malformed"), []);
      assert.deepEqual(column("btsmp", "btsmp.opcode"), opcodes(trace.records, 6));
      assert.deepEqual(column("btatt", "btatt.opcode"), opcodes(trace.records, 4));
      const unnamed = dissect("-Y", "btsmp or btatt", "-T", "fields", "-e", "_ws.col.Info").filter(
        (info) =>
          !/Pairing|Identity|Request|Response|Notification|Indication|Confirmation|Command/.test(info),
      );
      assert.deepEqual(unnamed, []);
    }
  });

  test("has only PDUs that we declare", () => {
    const known = (pdus: readonly { readonly opcode: number }[]): ReadonlySet<string> =>
      new Set(pdus.map(({ opcode }) => `0x${opcode.toString(16).padStart(2, "0")}`));
    for (const { trace } of sides) {
      for (const opcode of opcodes(trace.records, 6)) assert.ok(known(SMP_PDUS).has(opcode), opcode);
      for (const opcode of opcodes(trace.records, 4)) assert.ok(known(ATT_PDUS).has(opcode), opcode);
    }
  });
});
