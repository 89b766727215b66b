/** One tab has a dongle: whoever opens it holds a Web Lock as long as it is open, and another tab can ask for it. */
import type { Transport } from "../../hci/transport/transport.ts";
import { TransportError } from "../../hci/transport/transport.ts";
import { DeviceError } from "../link/failure.ts";
import type { AdapterPort, OpenAdapter } from "../link/hci/ports.ts";
import type { ChannelPort } from "../storage/changes.ts";

export interface OwnerPorts {
  /** Of the dongle, for locks and messages. */
  readonly name: string;
  readonly locks: LockManager;
  readonly channel: ChannelPort;
  /** How this tab is called when another one asks: when it was opened. */
  readonly self: string;
  /** Another tab told who it is. */
  onOwner(self: string): void;
  after(ms: number, run: () => void): () => void;
}

/** A tab that hangs does not answer: after so long the lock is taken from it. */
const POLITE_MS = 3_000;

type Message =
  | { readonly kind: "who" }
  | { readonly kind: "release" }
  | { readonly kind: "mine"; readonly self: string };

export class AdapterOwner {
  readonly #ports: OwnerPorts;
  /** The last try found the lock with another tab: what is held otherwise is held by the system. */
  elsewhere = false;
  #transport: OwnedTransport | undefined;
  /** The browser has taken the lock back that this tab gave up last. */
  #letting: Promise<unknown> = Promise.resolve();

  constructor(ports: OwnerPorts) {
    this.#ports = ports;
    ports.channel.addEventListener("message", ({ data }) => this.#heard(messageIn(data)));
  }

  /** As `port`, for one tab at a time: `open` rejects with `adapter` `held` while another tab has it. */
  guard(port: AdapterPort): AdapterPort {
    return { open: (signal) => this.#open(port, signal) };
  }

  /** Asks the owner to let go and waits for it; takes the lock from one that does not answer. */
  async takeOver(): Promise<void> {
    const { name, locks } = this.#ports;
    this.#tell({ kind: "release" });
    const patience = new AbortController();
    const stop = this.#ports.after(POLITE_MS, () => patience.abort());
    try {
      await locks.request(name, { signal: patience.signal }, () => undefined);
    } catch (error) {
      if (!patience.signal.aborted) throw error;
      await locks.request(name, { steal: true }, () => undefined);
    } finally {
      stop();
    }
  }

  /** Ends the transport and gives the lock back: for a person who pulls the dongle out. */
  letGo(): void {
    this.#transport?.end();
  }

  async #open(port: AdapterPort, signal: AbortSignal): Promise<OpenAdapter> {
    await this.#letting;
    const release = await this.#lock();
    this.elsewhere = release === null;
    if (release === null) {
      this.#tell({ kind: "who" });
      throw new DeviceError({ kind: "adapter", state: "held" });
    }
    try {
      const { transport, usb } = await port.open(signal);
      const owned = new OwnedTransport(transport, release);
      this.#transport = owned;
      return { transport: owned, usb };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Null while another tab has it; else what gives it back. */
  #lock(): Promise<(() => void) | null> {
    const { promise, resolve, reject } = Promise.withResolvers<(() => void) | null>();
    const held = this.#ports.locks.request(this.#ports.name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      const { promise: until, resolve: over } = Promise.withResolvers<void>();
      resolve(() => {
        this.#letting = held.then(
          () => {},
          () => {},
        );
        over();
      });
      return until;
    });
    held.catch((error: unknown) => {
      // Stolen: another tab waited for an answer in vain.
      this.#transport?.end();
      reject(error);
    });
    return promise;
  }

  #heard(message: Message | null): void {
    if (message?.kind === "who" && this.#transport?.ended === false)
      this.#tell({ kind: "mine", self: this.#ports.self });
    else if (message?.kind === "release") this.#transport?.end();
    else if (message?.kind === "mine") this.#ports.onOwner(message.self.slice(0, 100));
  }

  #tell(message: Message): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origins
    this.#ports.channel.postMessage(message);
  }
}

/** Whatever another script of this origin says may be anything. */
function messageIn(data: unknown): Message | null {
  if (typeof data !== "object" || data === null || !("kind" in data)) return null;
  if (data.kind === "who" || data.kind === "release") return { kind: data.kind };
  if (data.kind !== "mine" || !("self" in data) || typeof data.self !== "string") return null;
  return { kind: "mine", self: data.self };
}

/** Gives the lock back when it ends, however it ends. */
class OwnedTransport implements Transport {
  readonly #inner: Transport;
  readonly #release: () => void;
  #ended = false;
  onClosed: (error: Error | undefined) => void = () => {};

  constructor(inner: Transport, release: () => void) {
    this.#inner = inner;
    this.#release = release;
    inner.onClosed = (error) => this.#end(error);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get onPacket(): Transport["onPacket"] {
    return this.#inner.onPacket;
  }

  set onPacket(listener: Transport["onPacket"]) {
    this.#inner.onPacket = listener;
  }

  send(packet: Parameters<Transport["send"]>[0]): void {
    this.#inner.send(packet);
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#end(undefined);
  }

  /** Another tab takes the adapter: to its host here it is gone. */
  end(): void {
    if (this.#ended) return;
    const closing = this.#inner.close();
    const over = (): void => this.#end(new TransportError("Cannot go on: another tab took the adapter over"));
    closing.then(over, over);
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.onClosed(error);
  }
}
