import { LeSetDataLength, LeSetPhy } from "../host/commands/le-connection.ts";
import { LePhyUpdateComplete } from "../host/events.ts";
import { HciError } from "../host/hci-error.ts";
import type { Host } from "../host/host.ts";
import type { Link } from "../host/link.ts";
import { LeFeature } from "../host/supported.ts";

/**
 * Long packets and the faster PHY, for a link that has more to carry than a packet of 27 octets holds. Nobody has to wait
 * for it: where adapter or peer can do neither, the link goes on as it is.
 */
export async function quicken(host: Host, link: Link): Promise<void> {
  try {
    await useLongPackets(host, link);
    await use2M(host, link);
  } catch {
    // The link or the adapter is gone; whoever uses it learns of that.
  }
}

/** Asks for the longest packets the adapter can do. False where it, or the peer, cannot; nothing changes then. */
export async function useLongPackets(host: Host, link: Link): Promise<boolean> {
  const { controller } = host;
  if (!controller.has(LeFeature.dataPacketLengthExtension) || !controller.supports(LeSetDataLength))
    return false;
  const { txOctets, txTime } = controller.facts.maxDataLength;
  const { handle } = link;
  return (await unlessRefused(host.run(LeSetDataLength, { handle, txOctets, txTime }))) !== undefined;
}

/**
 * Asks for the 2M PHY in both directions, once. False where the link stays at 1M in either: the adapter or the peer cannot,
 * or rather would not. 1M is a wish too, as this one holds for the rest of the link (Vol 4 Part E 7.8.49): with 2M alone
 * a peer that goes back to 1M when it is hardly heard any more would find no PHY in common, and lose the link.
 */
export async function use2M(host: Host, link: Link): Promise<boolean> {
  const { controller } = host;
  if (!controller.has(LeFeature.phy2M) || !controller.supports(LeSetPhy)) return false;
  const wanted = { "1M": true, "2M": true, coded: false } as const;
  const parameters = {
    handle: link.handle,
    noPreference: { tx: false, rx: false },
    tx: wanted,
    rx: wanted,
    codedOptions: 0,
  } as const;
  const update = await unlessRefused(link.procedure(LeSetPhy, parameters, LePhyUpdateComplete));
  return update?.tx === "2M" && update.rx === "2M";
}

/** A refusal is an answer, undefined; the end of the link is not. */
async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HciError) return undefined;
    throw error;
  }
}
