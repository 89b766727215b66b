/** The way to an adapter behind a bridge: which one, by a link, by what was used last, or where one usually is. */
import { cancelled } from "../link/bounded.ts";
import { DeviceError } from "../link/failure.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import { webSocketAdapter } from "../link/hci/transports/websocket.ts";
import { pageTimers } from "../link/timers.ts";
import { type BridgeDesk, type BridgeTrust, type BridgeView, bridgeTrust } from "../state/bridge.ts";
import { Store } from "../state/store.ts";
import type { Lead } from "../state/leads.ts";
import { BRIDGE_QUERY, DEFAULT_BRIDGE } from "../state/world.ts";
import { BRIDGE_KEY, recall, remember } from "./remembered.ts";

export interface BridgeWay {
  readonly port: AdapterPort;
  /** `use` only notes the address; whoever owns the adapter opens it anew. */
  readonly desk: BridgeDesk;
  /** To the bridge that is used. Null for one that a link named: nobody chose it. */
  readonly lead: () => Lead | null;
}

export function bridgeWay(): BridgeWay {
  const judge = (text: string): BridgeTrust => bridgeTrust(text, location.href, __BRIDGES__);
  const view = new Store(startingView(judge));
  let changed = new AbortController();
  const open: AdapterPort["open"] = async (signal) => {
    const { trust } = view.value;
    if (trust.kind === "refused") throw new DeviceError({ kind: "usage", text: REFUSED[trust.why] });
    const either = AbortSignal.any([signal, changed.signal]);
    if (either.aborted) throw cancelled(either);
    const { address } = trust;
    return webSocketAdapter({
      connect: () => new WebSocket(address),
      after: (ms, run) => pageTimers.after(ms, run),
    }).open(either);
  };
  const desk: BridgeDesk = {
    view,
    judge,
    allowed: __BRIDGES__,
    async use(text) {
      const trust = judge(text);
      if (trust.kind === "refused") return;
      const { address } = trust;
      settleOn(address);
      view.set({ text: address, trust, from: "remembered" });
      // Whoever still waits for the one before need not.
      changed.abort();
      changed = new AbortController();
    },
  };
  const lead = (): Lead | null => {
    const { trust, from } = view.value;
    return trust.kind === "refused" || from === "link" ? null : { kind: "bridge", address: trust.address };
  };
  return { port: { open }, desk, lead };
}

const REFUSED = {
  "not-a-bridge": "The address of the bridge does not begin with ws:// or wss://",
  "in-clear": "The bridge is elsewhere and not encrypted",
  elsewhere: "The bridge is neither on this machine nor where the page is from",
} as const;

function startingView(judge: (text: string) => BridgeTrust): BridgeView {
  const linked = new URLSearchParams(location.search).get(BRIDGE_QUERY);
  if (linked !== null) return { text: linked.slice(0, 1000), trust: judge(linked), from: "link" };
  const last = recall(BRIDGE_KEY);
  if (last !== null) return { text: last, trust: judge(last), from: "remembered" };
  return { text: DEFAULT_BRIDGE, trust: judge(DEFAULT_BRIDGE), from: "default" };
}

/** From now on what a link said counts no more, for the next load of this page either. */
function settleOn(address: string): void {
  remember(BRIDGE_KEY, address);
  const url = new URL(location.href);
  if (!url.searchParams.has(BRIDGE_QUERY)) return;
  url.searchParams.delete(BRIDGE_QUERY);
  history.replaceState(history.state, "", url);
}
