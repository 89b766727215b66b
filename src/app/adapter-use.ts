/** What of the adapter is in use, as the running host says. */
import { peerIdOf } from "../link/hci/addresses.ts";
import type { AdapterSession } from "../link/hci/session.ts";
import type { Usage } from "../state/adapter/slots.ts";

/** Null without a host. */
export function usageOf(session: AdapterSession): Usage {
  if (!session.isUp) return null;
  const { links, usage } = session.stack;
  return {
    ...usage,
    links: links.map(({ peer }) => {
      const peerId = peerIdOf(peer);
      return { peerId, name: session.nameOf(peerId) ?? "" };
    }),
  };
}
