/** Where the time of the busy contests goes, as V8's profiler samples it: hosts, controllers, the bench itself. */
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import type { Finding, Section } from "./findings.ts";
import type { Contest } from "./harness.ts";
import { duration } from "./figures.ts";
import { ownShares } from "./own-share.ts";
import { manyLinks, notifications, writes } from "./traffic.ts";

/** Some seconds of each: what starts a link is lost in it. */
const BATCHES = 500;
const INTERVAL_US = 200;

const LAYERS = ["host", "controllers", "bench", "garbage", "rest"] as const;
type Layer = (typeof LAYERS)[number];

/** Undefined for what works for its caller: the codec, and the built-in functions. */
function layerOf({ functionName, url }: Profiler.ProfileNode["callFrame"]): Layer | undefined {
  if (functionName === "(garbage collector)") return "garbage";
  if (["(root)", "(program)", "(idle)"].includes(functionName)) return "rest";
  if (url.includes("/hci/virtual/") || url.includes("/hci/transport/")) return "controllers";
  if (url.includes("/hci/codec/")) return undefined;
  if (url.includes("/hci/") || url.includes("/src/") || url.includes("/ble-host/")) return "host";
  return url.includes("/test/") ? "bench" : undefined;
}

interface Shares {
  readonly layers: ReadonlyMap<Layer, number>;
  /** Functions of the host, the costliest first, with their share. */
  readonly functions: readonly (readonly [string, number])[];
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const self = new Map<number, number>();
  for (const [i, id] of samples.entries()) self.set(id, (self.get(id) ?? 0) + (timeDeltas[i] ?? 0));
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const layers = new Map<Layer, number>();
  const functions = new Map<string, number>();
  const add = <K>(to: Map<K, number>, key: K, us: number): void =>
    void to.set(key, (to.get(key) ?? 0) + us / total);
  const walk = (id: number, inherited: Layer): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const layer = layerOf(node.callFrame) ?? inherited;
    const us = self.get(id) ?? 0;
    add(layers, layer, us);
    const { url, functionName } = node.callFrame;
    if (layer === "host") add(functions, `${functionName} (${url.split("/").slice(-2).join("/")})`, us);
    for (const child of node.children ?? []) walk(child, layer);
  };
  walk(nodes[0]?.id ?? 0, "rest");
  return { layers, functions: [...functions].sort(([, a], [, b]) => b - a) };
}

async function profiled(work: () => Promise<number> | number): Promise<Shares & { readonly ns: number }> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    await session.post("Profiler.start");
    const ns = await work();
    const { profile: seen } = await session.post("Profiler.stop");
    return { ns, ...sharesOf(seen) };
  } finally {
    session.disconnect();
  }
}

const CONTESTS: readonly ((batches: number) => Contest)[] = [
  (count) => notifications(20, { count }),
  (batches) => notifications(244, { count: Math.ceil(batches / 8) }),
  writes,
  manyLinks,
];

const part = (ns: number, share = 0): string => `${duration(ns * share)} (${(100 * share).toFixed(0)} %)`;

async function shares(): Promise<Finding> {
  const rows: string[][] = [];
  const costly: string[] = [];
  for (const make of CONTESTS) {
    const contest = make(BATCHES);
    for (const rival of contest.rivals.slice(0, 2)) {
      const { ns, layers, functions } = await profiled(() => rival.sample());
      rows.push([
        contest.name,
        rival.name,
        duration(ns),
        ...LAYERS.map((layer) => part(ns, layers.get(layer))),
      ]);
      if (rival.name !== contest.rivals[0].name) continue;
      const most = functions.slice(0, 5).map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`);
      costly.push(`${contest.name}: ${most.join(", ")}`);
    }
    await contest.close?.();
  }
  return {
    kind: "table",
    name: "Time of one value",
    note: `the costliest functions of our host are, for ${costly.join("; for ")}`,
    head: ["What", "Of", "All", "Host", "Controllers, radio", "Bench", "Collecting garbage", "Rest"],
    rows,
  };
}

export const profile = (): Section => ({
  name: "profile",
  title: "Where the time goes",
  measurements: [
    { name: "shares of the hosts", run: shares },
    { name: "hosts without their controllers", run: ownShares },
  ],
});
