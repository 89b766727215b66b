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
  return succeeds(host.run(LeSetDataLength, { handle: link.handle, txOctets, txTime }));
}

/** Asks for the 2M PHY in both directions. False where the adapter, or the peer, cannot. */
export async function use2M(host: Host, link: Link): Promise<boolean> {
  const { controller } = host;
  if (!controller.has(LeFeature.phy2M) || !controller.supports(LeSetPhy)) return false;
  const wanted = { "1M": false, "2M": true, coded: false } as const;
  const parameters = {
    handle: link.handle,
    noPreference: { tx: false, rx: false },
    tx: wanted,
    rx: wanted,
    codedOptions: 0,
  } as const;
  return succeeds(link.procedure(LeSetPhy, parameters, LePhyUpdateComplete));
}

/** A refusal is an answer; the end of the link is not. */
async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof HciError) return false;
    throw error;
  }
}
