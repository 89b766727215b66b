import * as privacy from "../../host/commands/le-privacy.ts";
import type { Address, Bytes } from "../../ports.ts";
import type { ResolvingEntry } from "../resolving-list.ts";
import type { Session } from "../session.ts";
import { Refusal, Status } from "../status.ts";
import { allow, demand, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

/** The resolving list (7.8.38 to 7.8.45, 7.8.77). */
export function privacyCommands(session: Session): readonly Handler[] {
  const { resolvingList: list, core } = session;
  const size = core.settings.resolvingListSize;
  const change = (): void => allow(!(list.enabled && session.airInUse));
  const entryOf = (type: "public" | "random", octets: Bytes): ResolvingEntry => {
    const entry = list.find({ type, octets });
    if (entry === undefined) throw new Refusal(Status.UnknownConnection);
    return entry;
  };
  const octetsOf = (address: Address | undefined): Bytes => address?.octets ?? new Uint8Array(6);
  return [
    performs(privacy.LeAddDeviceToResolvingList, ({ peerAddressType, peerAddress, peerIrk, localIrk }) => {
      change();
      const peer: Address = { type: peerAddressType, octets: peerAddress };
      if (list.size >= size) throw new Refusal(Status.MemoryExceeded);
      demand(list.find(peer) === undefined);
      list.add(peer, peerIrk, localIrk);
    }),
    performs(privacy.LeRemoveDeviceFromResolvingList, ({ peerAddressType, peerAddress }) => {
      change();
      list.remove(entryOf(peerAddressType, peerAddress).peer);
    }),
    performs(privacy.LeClearResolvingList, () => {
      change();
      list.clear();
    }),
    answers(privacy.LeReadResolvingListSize, () => ({ size })),
    answers(privacy.LeReadPeerResolvableAddress, ({ peerAddressType, peerAddress }) => ({
      address: octetsOf(entryOf(peerAddressType, peerAddress).peerRpa),
    })),
    answers(privacy.LeReadLocalResolvableAddress, ({ peerAddressType, peerAddress }) => ({
      address: octetsOf(entryOf(peerAddressType, peerAddress).localRpa),
    })),
    performs(privacy.LeSetAddressResolutionEnable, ({ enable }) => {
      allow(!session.airInUse);
      list.enabled = enable === "on";
    }),
    performs(privacy.LeSetResolvablePrivateAddressTimeout, ({ timeout }) => {
      within(timeout, 1, 3600);
      list.setTimeout(timeout);
    }),
    performs(privacy.LeSetPrivacyMode, ({ peerAddressType, peerAddress, mode }) => {
      change();
      entryOf(peerAddressType, peerAddress).mode = mode;
    }),
  ];
}
