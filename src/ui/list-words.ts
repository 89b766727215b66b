/** What the device list says of all bonds together. No lit. */
import type { ListView } from "../state/device-list.ts";

/** The state of all bonds in one sentence. Bonds are counted apart only where a device has several. */
export function headline({
  counts,
  devices,
}: Pick<Extract<ListView, { readonly kind: "ready" }>, "counts" | "devices">): string {
  if (counts.all === 0) return "No device in use.";
  const several = counts.all > devices;
  const all = several
    ? `${counted(devices, "device")}, ${counts.all} bonds.`
    : `${counted(devices, "device")}.`;
  if (counts.suspect > 0) {
    const some = several ? counted(counts.suspect, "bond") : String(counts.suspect);
    return `${all} ${some} ${counts.suspect === 1 ? "needs" : "need"} a look.`;
  }
  return counts.recorded === counts.all ? `${all} None proven yet.` : all;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
