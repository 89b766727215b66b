/** One run in one page: the host here (`?where=page`) or in a worker, and how smooth the page stays. */
import { type BenchHost, benchHost, type Heard } from "./host.ts";
import { portTransport } from "./port-transport.ts";

/** Of one kind of work. */
export interface Smoothness {
  /** Reports or notifications a second, or milliseconds for the pairing. */
  readonly result: number;
  /** Milliseconds between two frames: the longest, and the one that 99 of 100 keep below. */
  readonly longestFrame: number;
  readonly frame99: number;
  /** Tasks over 50 ms. */
  readonly longTasks: number;
  /** Milliseconds that the page's thread was late, of 1 000: sampled by a timer that wants to run every 4 ms. */
  readonly late: number;
}

const rows = new Map<string, number>();
let heard = 0;
function show(what: Heard): void {
  heard++;
  if (what.kind === "report") rows.set(what.name, what.rssi);
  else rows.set("value", what.value[0] ?? 0);
}

async function hostOf(where: string | null): Promise<BenchHost> {
  const channel = new MessageChannel();
  const dongle = new Worker(new URL("./dongle.ts", import.meta.url), { type: "module" });
  const ready = new Promise((resolve) => dongle.addEventListener("message", resolve, { once: true }));
  dongle.postMessage(null, [channel.port1]);
  await ready;
  return where === "page" ? benchHost(portTransport(channel.port2), show) : workerHost(channel.port2);
}

async function workerHost(port: MessagePort): Promise<BenchHost> {
  const worker = new Worker(new URL("./host-worker.ts", import.meta.url), { type: "module" });
  let settle: (result: number) => void = () => {};
  const next = (): Promise<number> =>
    new Promise((resolve) => {
      settle = resolve;
    });
  worker.addEventListener("message", ({ data }: MessageEvent<{ bundle?: Heard[]; result?: number }>) => {
    if (data.bundle === undefined) settle(data.result ?? 0);
    else for (const one of data.bundle) show(one);
  });
  const ready = next();
  worker.postMessage(null, [port]);
  await ready;
  const call = (name: string, ms: number): Promise<number> => {
    const answer = next();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origins
    worker.postMessage({ call: name, ms });
    return answer;
  };
  return {
    scan: async (ms) => void (await call("scan", ms)),
    pair: () => call("pair", 0),
    notifications: async (ms) => void (await call("notifications", ms)),
  };
}

async function watched(work: () => Promise<number>): Promise<Smoothness> {
  const frames: number[] = [];
  let longTasks = 0;
  let late = 0;
  let on = true;
  let last = performance.now();
  const frame = (now: number): void => {
    frames.push(now - last);
    last = now;
    const list = document.querySelector("pre");
    if (list !== null) list.textContent = [...rows].map(([name, rssi]) => `${name} ${rssi}`).join("\n");
    if (on) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  let due = performance.now() + 4;
  const timer = setInterval(() => {
    late += Math.max(0, performance.now() - due);
    due = performance.now() + 4;
  }, 4);
  const observer = new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  });
  observer.observe({ type: "longtask" });
  const from = performance.now();
  const result = await work();
  const took = performance.now() - from;
  on = false;
  clearInterval(timer);
  observer.disconnect();
  const sorted = frames.slice(1).toSorted((a, b) => a - b);
  return {
    result,
    longestFrame: sorted.at(-1) ?? 0,
    frame99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    longTasks,
    late: (late / took) * 1_000,
  };
}

async function rate(ms: number, work: () => Promise<void>): Promise<number> {
  const before = heard;
  await work();
  return ((heard - before) / ms) * 1_000;
}

const MS = 4_000;

export async function run(): Promise<Readonly<Record<string, Smoothness>>> {
  const host = await hostOf(new URLSearchParams(location.search).get("where"));
  await host.scan(500); // warm
  return {
    scan: await watched(() => rate(MS, () => host.scan(MS))),
    pair: await watched(() => host.pair()),
    notifications: await watched(() => rate(MS, () => host.notifications(MS))),
  };
}

Reflect.set(globalThis, "run", run);
