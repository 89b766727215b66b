/** Peers by their addresses: `Peer.id` is `random-c63b117e4d02` or `public-…`, of the identity where it is known. */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { DeviceError } from "../failure.ts";

export function peerIdOf({ type, octets }: Address): string {
  return `${type}-${toHex(octets)}`;
}

/** Undefined for what is no id of ours. */
export function addressIn(peerId: string): Address | undefined {
  const [, type, digits = ""] = /^(public|random)-([\da-f]{12})$/u.exec(peerId) ?? [];
  return type === "public" || type === "random" ? { type, octets: fromHex(digits) } : undefined;
}

/** Throws DeviceError (`usage`) for what is no id of ours. */
export function addressOf(peerId: string): Address {
  const address = addressIn(peerId);
  if (address === undefined)
    throw new DeviceError({ kind: "usage", text: "Cannot find a peer: its id is not one of this adapter" });
  return address;
}
