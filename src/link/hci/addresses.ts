/** Peers by their addresses: `Peer.id` is `random-c63b117e4d02` or `public-…`, of the identity where it is known. */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { DeviceError } from "../failure.ts";

export function peerIdOf({ type, octets }: Address): string {
  return `${type}-${toHex(octets)}`;
}

/** Throws DeviceError (`usage`) for what is no id of ours. */
export function addressOf(peerId: string): Address {
  const [, type, digits = ""] = /^(public|random)-([\da-f]{12})$/u.exec(peerId) ?? [];
  if (type !== "public" && type !== "random")
    throw new DeviceError({ kind: "usage", text: "Cannot find a peer: its id is not one of this adapter" });
  return { type, octets: fromHex(digits) };
}
