/** What is counted in the time of the air, kept in a file, left in memory, and waited for at the start. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "@playwright/test";
import { build } from "vite";
import { useLongPackets } from "../../hci/gap/link-tuning.ts";
import { newIdentity } from "../../hci/gap/own-address.ts";
import { openFileKeys, type FileKeys } from "../../src/cli/file-key-store.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { collector } from "../soak/cycles.ts";
import { findChromium } from "../support/find-chromium.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { StackRig } from "../support/stack-rig.ts";
import { StaticServer } from "../support/static-server.ts";
import type { Finding, Section } from "./findings.ts";
import { median, stopwatch } from "./harness.ts";
import { ourPushed } from "./hosts.ts";
import { CONTROLLER, PUSHED } from "./pairs.ts";
import { CLAIM, LOCAL, NOW, peerOf, recordOf } from "./records.ts";
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

const MINUTES = 60;

/** Each minute one reconnection, 60 values and the end; the hosts keep their bond, and change their addresses. */
async function hour(): Promise<Finding> {
  const collect = collector();
  const rig = new StackRig({ pace: "interval" });
  const phone = await rig.host("phone", { services: null, privacy: true });
  const sensor = await rig.host("sensor", {
    services: SERVICES,
    policy: { ioCapability: "NoInputNoOutput" },
  });
  await rig.bond(phone, sensor);
  const rows: string[][] = [];
  const start = rig.clock.now();
  let values = 0;
  for (let minute = 1; minute <= MINUTES; minute++) {
    const { central: link } = await rig.connect(phone, sensor);
    const client = await rig.until(link.secure());
    await rig.until(client.subscribe(ourPushed(client), () => void values++));
    for (let second = 0; second < 58; second++) {
      await sensor.server?.notify(PUSHED, new Uint8Array(20));
      await rig.clock.advance(1000);
    }
    await rig.end(link);
    for (const host of [phone, sensor]) {
      host.sent.length = 0;
      host.events.length = 0;
      host.connections.length = 0;
    }
    if (![1, 10, 30, MINUTES].includes(minute)) continue;
    collect();
    const heap = `${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(2)} MiB`;
    const simulated = `${((rig.clock.now() - start) / 60_000).toFixed(0)} min`;
    rows.push([simulated, String(minute), String(values), heap, String(rig.clock.pending)]);
  }
  rig.assertClean();
  return {
    kind: "table",
    name: "Memory in an hour of simulated use",
    note: "two hosts on a paced link: each minute a bonded reconnection, a value a second, and the end",
    head: ["Simulated", "Reconnections", "Values", "Live heap", "Alarms that wait"],
    rows,
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

/** Every page marks the frame in which the list of devices says what there is. */
function watch(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const has = (root: ParentNode): boolean =>
      [...root.querySelectorAll("*")].some(
        (one) => one.localName === "empty-list" || (one.shadowRoot !== null && has(one.shadowRoot)),
      );
    const look = (): void => {
      if (has(document)) performance.mark("useful");
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

async function startOf(page: Page, go: () => Promise<unknown>): Promise<number> {
  await go();
  const mark = await page.waitForFunction(() => performance.getEntriesByName("useful")[0]?.startTime);
  return (await mark.jsonValue()) ?? 0;
}

const STARTS = 7;

async function visits(context: BrowserContext, server: StaticServer): Promise<readonly number[]> {
  const page = await context.newPage();
  await watch(page);
  const cold = await startOf(page, () => page.goto(server.url));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const warm = await startOf(page, () => page.reload());
  await context.setOffline(true);
  const offline = await startOf(page, () => page.reload());
  return [cold, warm, offline];
}

async function starts(): Promise<Finding> {
  const name = "Start-up to the list of devices";
  const executablePath = findChromium();
  if (executablePath === undefined) return { kind: "skipped", name, why: "there is no Chromium here" };
  const outDir = mkdtempSync(join(tmpdir(), "bench-start-"));
  const root = join(import.meta.dirname, "../..");
  await build({ root, logLevel: "silent", build: { outDir, emptyOutDir: true } });
  const server = await StaticServer.start(outDir, "/");
  const browser = await chromium.launch({ executablePath });
  try {
    const seen: (readonly number[])[] = [];
    for (let i = 0; i < STARTS; i++) {
      const context = await browser.newContext();
      seen.push(await visits(context, server));
      await context.close();
    }
    const row = (what: string, at: number): string[] => {
      const all = seen.map((each) => each[at] ?? 0);
      return [what, ...[median(all), Math.min(...all), Math.max(...all)].map((ms) => duration(ms * 1e6))];
    };
    return {
      kind: "table",
      name,
      note: `${STARTS} visitors each, from the navigation to the frame after the list is there`,
      head: ["Visit", "Median", "Least", "Most"],
      rows: [
        row("cold, nothing kept", 0),
        row("warm, by the service worker", 1),
        row("offline, by the service worker", 2),
      ],
    };
  } finally {
    await browser.close();
    await server.stop();
    rmSync(outDir, { recursive: true, force: true });
  }
}

export const lasting = (): Section => ({
  name: "lasting",
  title: "Air time, files, memory and start-up",
  measurements: [
    { name: "link capacity on a paced link", run: capacity },
    { name: "memory in an hour of simulated use", run: hour },
    { name: "bonds in the key store of a process", run: file },
    { name: "start-up of the page", run: starts },
  ],
});
