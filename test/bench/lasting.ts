/** What is counted in the time of the air, and the key store in a file; memory and start-up beside them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useLongPackets } from "../../hci/gap/link-tuning.ts";
import { newIdentity } from "../../hci/gap/own-address.ts";
import { openFileKeys, type FileKeys } from "../../src/cli/file-key-store.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { StackRig } from "../support/stack-rig.ts";
import type { Finding, Section } from "./findings.ts";
import { median, stopwatch } from "./harness.ts";
import { ourPushed } from "./hosts.ts";
import { hourOfHosts, hourOfPage } from "./memory.ts";
import { CONTROLLER, PUSHED } from "./pairs.ts";
import { CLAIM, LOCAL, NOW, peerOf, recordOf } from "./records.ts";
import { starts } from "./start-up.ts";
import { duration } from "./figures.ts";

const SERVICES = [
  {
    uuid: "0000b000-0000-1000-8000-00805f9b34fb",
    characteristics: [{ uuid: PUSHED, properties: ["read", "notify"], value: Uint8Array.of(1) }],
  },
] as const;

const PUSHES = 1000;

async function capacity(): Promise<Finding> {
  const rig = new StackRig({ pace: "interval" });
  const central = await rig.host("central", { services: null, mtu: 247, controller: CONTROLLER });
  const peripheral = await rig.host("peripheral", { services: SERVICES, mtu: 247, controller: CONTROLLER });
  const { central: link } = await rig.connect(central, peripheral);
  const client = await rig.until(link.explore());
  const all = Promise.withResolvers<void>();
  let heard = 0;
  await rig.until(client.subscribe(ourPushed(client), () => void (++heard === PUSHES && all.resolve())));
  const [lower] = peripheral.stack.host.links.all;
  assert.ok(lower !== undefined && (await rig.until(useLongPackets(peripheral.stack.host, lower))));
  await rig.clock.advance(1000);
  const interval = (central.stack.host.links.all[0]?.timing.interval ?? 0) * 1.25;
  const start = rig.clock.now();
  for (let i = 0; i < PUSHES; i++) void peripheral.server?.notify(PUSHED, new Uint8Array(244));
  await rig.until(all.promise, 1_000_000);
  const ms = rig.clock.now() - start;
  await rig.end(link);
  return {
    kind: "count",
    name: `${PUSHES} notifications of 244 octets on a paced link with long packets`,
    ours: Math.round(ms),
    unit: "ms on the air",
    against: "a data PDU at every connection event, the most that the virtual link carries",
    limit: Math.round(PUSHES * interval),
  };
}

const BONDS = 10_000;

const openAt = (directory: string): Promise<FileKeys> =>
  openFileKeys({
    directory,
    passphrase: null,
    clock: new ManualClock(),
    idleMs: null,
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    newIdentity: () => newIdentity(nodeCrypto),
    onWarning: () => {},
    onDamaged: () => {},
    onListenerError: () => {},
  });

async function middle(work: (i: number) => Promise<unknown>, times = 5): Promise<string> {
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const elapsed = stopwatch();
    await work(i);
    samples.push(elapsed());
  }
  return duration(median(samples));
}

async function file(): Promise<Finding> {
  const directory = mkdtempSync(join(tmpdir(), "bench-keys-"));
  try {
    const rows: string[][] = [];
    const filled = await openAt(directory);
    const adapter = await filled.keys.adapters.add(CLAIM, "stick");
    const records = Array.from({ length: BONDS }, (_, n) => recordOf(adapter.id, n));
    rows.push(["import all", await middle(() => filled.keys.restore(records), 1)]);
    await filled.close();
    const peer = peerOf(BONDS / 2);
    const opening = async (): Promise<void> => {
      const again = await openAt(directory);
      const admitted = await again.keys.adapters.admit(CLAIM);
      assert.ok(await again.keys.forAdapter(admitted).get(LOCAL, peer));
      await again.close();
    };
    rows.push(["open and search once", await middle(opening)]);
    const open = await openAt(directory);
    const store = open.keys.forAdapter(await open.keys.adapters.admit(CLAIM));
    const bond = await store.get(LOCAL, peer);
    assert.ok(bond !== undefined);
    rows.push(["search", await middle(() => store.get(LOCAL, peer), 50)]);
    rows.push(["write one", await middle((i) => store.put({ ...bond, peer: peerOf(2 ** 24 + i) }))]);
    rows.push(["list all", await middle(() => open.keys.list())]);
    await open.close();
    return {
      kind: "table",
      name: `${BONDS} bonds in the key store of a process`,
      note: "one file, written whole and synchronised with the disk at every change",
      head: ["What", "Time"],
      rows,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const lasting = (): Section => ({
  name: "lasting",
  title: "Air time, files, memory and start-up",
  measurements: [
    { name: "link capacity on a paced link", run: capacity },
    { name: "memory in an hour of simulated use, hosts", run: hourOfHosts },
    { name: "memory in an hour of simulated use, page", run: hourOfPage },
    { name: "bonds in the key store of a process", run: file },
    { name: "start-up of the page", run: starts },
  ],
});
