/** In the page: the stand-in's end of the cable to the dongle in the room. */
import { fromController, H4Transport } from "../../../hci/transport/h4-transport.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import { TransportError } from "../../../hci/transport/transport.ts";

/** What is sent before the cable is through goes out when it is. */
export function cableTo(address: string): Transport {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  const transport = new H4Transport(
    {
      write(octets) {
        if (socket.readyState === WebSocket.CONNECTING) waiting.push(Uint8Array.from(octets));
        else socket.send(octets);
      },
      close: () => socket.close(),
    },
    fromController,
  );
  socket.addEventListener("open", () => {
    for (const octets of waiting.splice(0)) socket.send(octets);
  });
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) transport.receive(new Uint8Array(data));
  });
  socket.addEventListener("close", () =>
    transport.fail(new TransportError("Cannot go on: the dongle is off")),
  );
  return transport;
}
