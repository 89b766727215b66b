import type { PacketType } from "./packet.ts";
import { BACKLOG_LIMIT, H4Transport } from "./h4-transport.ts";
import type { Transport } from "./transport.ts";
import { TransportError } from "./transport.ts";

/** The part of a duplex stream that is used here; a connected socket of Node fits as it is. */
export interface StreamPort {
  readonly writableLength: number;
  /** Calls `done` when it does not read `octets` any more, or never will. */
  write(octets: Uint8Array, done: () => void): unknown;
  destroy(): unknown;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
}

/** H4 over a stream that is already connected. */
export function streamTransport(stream: StreamPort, allowed?: readonly PacketType[]): Transport {
  const gone = Promise.withResolvers<void>();
  const transport = new H4Transport(
    {
      write(octets) {
        if (stream.writableLength > BACKLOG_LIMIT)
          throw new TransportError("Cannot send: the other side does not read");
        stream.write(octets, () => octets.fill(0)); // it may have carried a key
      },
      close() {
        stream.destroy();
        return gone.promise;
      },
    },
    allowed,
  );
  stream.on("data", (chunk) => transport.receive(chunk));
  stream.on("error", (cause) =>
    transport.fail(new TransportError("Cannot go on: the stream failed", { cause })),
  );
  stream.on("close", () => {
    gone.resolve();
    transport.fail(new TransportError("Cannot go on: the stream was closed"));
  });
  return transport;
}
