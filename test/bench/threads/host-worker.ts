/** The host in a worker of its own. What it hears goes to the page in bundles, sixty a second. */
import { benchHost, type Heard } from "./host.ts";
import { portTransport } from "./port-transport.ts";

const BUNDLE_MS = 16;

async function begin(port: MessagePort): Promise<void> {
  let bundle: Heard[] = [];
  const host = await benchHost(portTransport(port), (heard) => void bundle.push(heard));
  setInterval(() => {
    if (bundle.length > 0) say({ bundle });
    bundle = [];
  }, BUNDLE_MS);
  addEventListener("message", ({ data }: MessageEvent<unknown>) => void answer(data));
  say({ ready: true });

  async function answer(data: unknown): Promise<void> {
    if (!isCall(data)) return;
    const { call, ms } = data;
    const result = call === "pair" ? await host.pair() : await host[call](ms);
    say({ result: result ?? 0 });
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origins
const say = (what: object): void => postMessage(what);

interface Call {
  readonly call: "scan" | "pair" | "notifications";
  readonly ms: number;
}

function isCall(data: unknown): data is Call {
  return typeof data === "object" && data !== null && "call" in data && "ms" in data;
}

addEventListener("message", ({ ports: [port] }: MessageEvent) => {
  if (port !== undefined) void begin(port);
});
