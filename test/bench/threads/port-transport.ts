/** HCI packets through a MessagePort, as they are: what USB transfers are to a page, without their cost. */
import type { Packet, PacketType } from "../../../hci/transport/packet.ts";
import type { Transport } from "../../../hci/transport/transport.ts";

const TYPES: readonly PacketType[] = ["command", "acl", "synchronous", "event", "iso"];

export function portTransport(port: MessagePort): Transport {
  const transport: Transport = {
    onPacket: (_packet: Packet) => {},
    onClosed: () => {},
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no other origins
    send: ({ type, bytes }) => port.postMessage({ type, bytes: Uint8Array.from(bytes) }),
    async close() {
      port.close();
    },
  };
  port.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const packet = packetIn(data);
    if (packet !== undefined) transport.onPacket(packet);
  });
  port.start();
  return transport;
}

function packetIn(data: unknown): Packet | undefined {
  if (typeof data !== "object" || data === null || !("type" in data) || !("bytes" in data)) return undefined;
  const type = TYPES.find((name) => name === data.type);
  return type !== undefined && data.bytes instanceof Uint8Array ? { type, bytes: data.bytes } : undefined;
}
