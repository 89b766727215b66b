/** What is left in memory after an hour of use, simulated: two hosts without a page, and the page over its simulator. */
import { chromium, type CDPSession, type Page } from "@playwright/test";
import { TraceRecorder } from "../../src/link/hci/trace-recorder.ts";
import { collector, forgetLog } from "../soak/cycles.ts";
import { findChromium } from "../support/find-chromium.ts";
import { StackRig } from "../support/stack-rig.ts";
import { serveBuiltPage } from "./built-page.ts";
import { grouped } from "./figures.ts";
import type { Finding } from "./findings.ts";
import { ourPushed } from "./hosts.ts";
import { PUSHED } from "./pairs.ts";

const MINUTES = 60;
const LOOKS = [1, 10, 30, MINUTES];
const START = Date.parse("2026-06-01T10:00:00.000Z");

const SERVICES = [
  {
    uuid: "0000b000-0000-1000-8000-00805f9b34fb",
    characteristics: [{ uuid: PUSHED, properties: ["read", "notify"], value: Uint8Array.of(1) }],
  },
] as const;

const mebi = (octets: number): string => `${(octets / 2 ** 20).toFixed(2)} MiB`;

/** Each minute one reconnection, 58 values and the end; the hosts keep their bond, and change their addresses. */
export async function hourOfHosts(): Promise<Finding> {
  const collect = collector();
  const rig = new StackRig({ pace: "interval" });
  const recorder = new TraceRecorder({ clock: rig.clock, now: () => START + rig.clock.now() });
  const phone = await rig.host("phone", {
    services: null,
    privacy: true,
    cable: (inner) => recorder.traced(inner),
  });
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
    for (const host of [phone, sensor]) forgetLog(host);
    if (!LOOKS.includes(minute)) continue;
    collect();
    rows.push([
      `${((rig.clock.now() - start) / 60_000).toFixed(0)} min`,
      String(minute),
      grouped(values),
      mebi(process.memoryUsage().heapUsed),
      grouped(recorder.lines().length),
      String(rig.clock.pending),
    ]);
  }
  rig.assertClean();
  return {
    kind: "table",
    name: "Memory in an hour of simulated use, hosts",
    note: "two hosts on a paced link: each minute a bonded reconnection, a value a second, and the end; the central keeps the trace that the product keeps",
    head: ["Simulated", "Reconnections", "Values", "Live heap", "Packets in the trace", "Alarms that wait"],
    rows,
  };
}

async function liveHeap(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  return (await cdp.send("Runtime.getHeapUsage")).usedSize;
}

/** The scanner listens to the devices of the simulator; private ones come with a new address every quarter of an hour. */
async function scanned(page: Page, url: string): Promise<string[][]> {
  await page.clock.install({ time: START });
  await page.goto(`${url}?adapter=simulator#/scan`);
  await page.getByRole("list", { name: "Devices in the air" }).getByRole("button").first().waitFor();
  const cdp = await page.context().newCDPSession(page);
  const rows: string[][] = [];
  let before = 0;
  for (const minute of LOOKS) {
    await page.clock.runFor((minute - before) * 60_000);
    before = minute;
    const heap = await liveHeap(cdp);
    const { nodes, jsEventListeners } = await cdp.send("Memory.getDOMCounters");
    const heard = await page.getByText(/\d+ devices, \d+ reports a second/).textContent();
    const devices = /(\d+) devices/.exec(heard ?? "")?.[1] ?? "";
    rows.push([`${minute} min`, devices, mebi(heap), grouped(nodes), grouped(jsEventListeners)]);
  }
  return rows;
}

export async function hourOfPage(): Promise<Finding> {
  const name = "Memory in an hour of simulated use, page";
  const executablePath = findChromium();
  if (executablePath === undefined) return { kind: "skipped", name, why: "there is no Chromium here" };
  await using served = await serveBuiltPage();
  const browser = await chromium.launch({ executablePath });
  try {
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    return {
      kind: "table",
      name,
      note: "real Chromium, our host over its simulator, the scanner open and listening all the time; private devices change their addresses",
      head: ["Simulated", "Devices in the list", "Live heap", "Nodes", "Listeners"],
      rows: await scanned(page, served.url),
    };
  } finally {
    await browser.close();
  }
}
