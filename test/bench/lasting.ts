/** What is counted in the time of the air, and the key store in a file; memory and start-up beside them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newIdentity } from "../../hci/gap/own-address.ts";
import { openFileKeys, type FileKeys } from "../../src/cli/file-key-store.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { capacity } from "./capacity.ts";
import type { Finding, Section } from "./findings.ts";
import { median, stopwatch } from "./harness.ts";
import { hourOfHosts, hourOfPage } from "./memory.ts";
import { CLAIM, LOCAL, NOW, peerOf, recordOf } from "./records.ts";
import { starts } from "./start-up.ts";
import { duration } from "./figures.ts";

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
    ...capacity,
    { name: "memory in an hour of simulated use, hosts", run: hourOfHosts },
    { name: "memory in an hour of simulated use, page", run: hourOfPage },
    { name: "bonds in the key store of a process", run: file },
    { name: "start-up of the page", run: starts },
  ],
});
