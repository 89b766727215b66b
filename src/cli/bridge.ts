/** Controllers behind a socket, in Node: H4 over TCP or in WebSocket messages. */
import { connect } from "node:net";
import type { Clock } from "../../hci/ports.ts";
import { streamTransport } from "../../hci/transport/stream.ts";
import { type Transport, TransportError } from "../../hci/transport/transport.ts";
import { openWebSocket } from "../../hci/transport/websocket.ts";

/** Milliseconds until somebody must have answered. */
const OPEN_MS = 5_000;

/** Rejects with TransportError where nobody answers in time, and with the reason of `signal`. */
export async function openTcp(
  address: { readonly host: string; readonly port: number },
  clock: Clock,
  signal: AbortSignal,
): Promise<Transport> {
  const socket = connect({ ...address, noDelay: true });
  const opened = Promise.withResolvers<void>();
  socket.once("connect", () => opened.resolve());
  socket.once("error", (cause) =>
    opened.reject(new TransportError(`Cannot reach the controller at ${nameOf(address)}`, { cause })),
  );
  await within(opened.promise, clock, signal, () => socket.destroy());
  return streamTransport(socket);
}

/** As `openTcp`. */
export async function openBridge(url: string, clock: Clock, signal: AbortSignal): Promise<Transport> {
  const socket = new WebSocket(url);
  const opened = openWebSocket(socket).catch((cause: unknown) => {
    throw new TransportError(`Cannot reach the bridge at ${url}`, { cause });
  });
  return within(opened, clock, signal, () => socket.close());
}

/** `opened`, unless time or the caller ends it; then `giveUp`. */
async function within<T>(
  opened: Promise<T>,
  clock: Clock,
  signal: AbortSignal,
  giveUp: () => void,
): Promise<T> {
  const over = Promise.withResolvers<never>();
  const stop = clock.after(OPEN_MS, () =>
    over.reject(new TransportError(`Cannot reach the controller: no answer for ${OPEN_MS / 1_000} s`)),
  );
  const abort = (): void => over.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([opened, over.promise]);
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}

const nameOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host}, port ${port}`;
