import type { PacketType } from "./packet.ts";
import { BACKLOG_LIMIT, H4Transport } from "./h4-transport.ts";
import type { Transport } from "./transport.ts";
import { TransportError } from "./transport.ts";

/** The part of a WebSocket that is used here; the browser's and Node's fit as they are. */
export interface WebSocketPort {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(octets: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: "open" | "error" | "close", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

const CONNECTING = 0;
const OPEN = 1;

/**
 * H4 in the binary messages of a WebSocket. Message borders mean nothing. Resolves when the socket is open, rejects
 * with TransportError when it cannot be opened. To give up while waiting, close the socket.
 */
export function openWebSocket(socket: WebSocketPort, allowed?: readonly PacketType[]): Promise<Transport> {
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<Transport>();
  const gone = Promise.withResolvers<void>();
  const transport = new H4Transport(
    {
      write(octets) {
        if (socket.readyState !== OPEN) throw new TransportError("Cannot send: the WebSocket is not open");
        if (socket.bufferedAmount > BACKLOG_LIMIT)
          throw new TransportError("Cannot send: the other side does not read");
        // Not zeroed, though it may carry a key: when the platform has read it, it does not say.
        socket.send(octets);
      },
      close() {
        socket.close();
        return gone.promise;
      },
    },
    allowed,
  );
  socket.addEventListener("open", () => opened.resolve(transport));
  socket.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) transport.receive(new Uint8Array(data));
    else transport.fail(new TransportError("Cannot read a text message: HCI is binary"));
  });
  const lost = (): void => {
    const error = new TransportError("Cannot go on: the WebSocket was closed");
    gone.resolve();
    opened.reject(error);
    transport.fail(error);
  };
  socket.addEventListener("error", lost);
  socket.addEventListener("close", lost);
  if (socket.readyState === OPEN) opened.resolve(transport);
  else if (socket.readyState !== CONNECTING) lost();
  return opened.promise;
}
