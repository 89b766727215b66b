import type { WebSocketPort } from "../../../../hci/transport/websocket.ts";
import { openWebSocket } from "../../../../hci/transport/websocket.ts";
import { cancelled } from "../../bounded.ts";
import { DeviceError } from "../../failure.ts";
import type { AdapterPort } from "../ports.ts";

/** Milliseconds for a bridge to answer. */
const OPEN_MS = 10_000;

export interface WebSocketAdapterOptions {
  /** A new socket to the bridge each time; the caller has decided that this bridge may see keys. */
  readonly connect: () => WebSocketPort;
  /** Runs once after `ms`; the result cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** An adapter behind a bridge that speaks H4 in binary messages. */
export function webSocketAdapter({ connect, after }: WebSocketAdapterOptions): AdapterPort {
  return {
    async open(signal) {
      if (signal.aborted) throw cancelled(signal);
      const socket = connect();
      const giveUp = (): void => socket.close();
      signal.addEventListener("abort", giveUp, { once: true });
      const stopTimer = after(OPEN_MS, giveUp);
      try {
        return { transport: await openWebSocket(socket), usb: null };
      } catch (cause) {
        if (signal.aborted) throw cancelled(signal);
        throw new DeviceError({ kind: "adapter", state: "missing" }, { cause });
      } finally {
        stopTimer();
        signal.removeEventListener("abort", giveUp);
      }
    },
  };
}
