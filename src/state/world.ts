/** Which way to Bluetooth this page load has: one at a time, chosen by the address or as it was chosen last. */

export const ADAPTER_KINDS = ["web-bluetooth", "usb", "serial", "bridge", "simulator"] as const;
export type AdapterKind = (typeof ADAPTER_KINDS)[number];
/** Those over which our own host runs. */
export type OwnKind = Exclude<AdapterKind, "web-bluetooth">;
export type WorldChoice = AdapterKind | "demo";

export const ADAPTER_QUERY = "adapter";
export const DEMO_QUERY = "demo";
/** With the bridge: its address. Another than the one that is remembered, for this page load. */
export const BRIDGE_QUERY = "bridge";

/** `search`: "?adapter=usb". An address decides over what was remembered; words that nobody knows decide nothing. */
export function worldChoice(search: string, remembered: string | null): WorldChoice {
  const query = new URLSearchParams(search);
  if (query.has(DEMO_QUERY)) return "demo";
  const named = kindOf(query.get(ADAPTER_QUERY));
  return named ?? kindOf(remembered) ?? "web-bluetooth";
}

/** Name of the database of such a world; undefined for that of real devices. Nothing invented stands beside a real bond. */
export function databaseOf(choice: WorldChoice): string | undefined {
  return choice === "demo" || choice === "simulator" ? `bondkeeper-${choice}` : undefined;
}

function kindOf(text: string | null): AdapterKind | undefined {
  return ADAPTER_KINDS.find((kind) => kind === text);
}

export const DEFAULT_BRIDGE = "ws://127.0.0.1:9001/";
