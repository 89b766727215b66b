import type { Connection, Peer, TimeLimits } from "../backend.ts";
import { abortable, cancelled, limited } from "../bounded.ts";
import { DeviceError } from "../failure.ts";
import { addressOf } from "./addresses.ts";
import { HciConnection } from "./connection.ts";
import type { AdapterSession } from "./session.ts";
import { deviceError } from "./translate.ts";

/** The same object for the same peer, for as long as the backend lives. */
export interface PeerDirectory {
  peer(id: string): Peer;
  /** Whether a person chose it here, or there is a bond. */
  mayConnect(id: string): Promise<boolean>;
  /** Forgets that it was chosen here. False for a bonded one. */
  unchoose(id: string): Promise<boolean>;
}

export interface PeerParts {
  readonly session: AdapterSession;
  readonly peers: PeerDirectory;
  readonly limits: TimeLimits;
}

export class HciPeer implements Peer {
  readonly id: string;
  readonly #parts: PeerParts;
  #connecting = false;
  #connection: HciConnection | undefined;

  constructor(id: string, parts: PeerParts) {
    this.id = id;
    this.#parts = parts;
  }

  get name(): string | undefined {
    return this.#parts.session.nameOf(this.id);
  }

  get connected(): boolean {
    return this.#connection?.ended === false;
  }

  async connect(signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#connecting || this.connected) throw new DeviceError({ kind: "busy", what: "connect" });
    this.#connecting = true;
    const { session, limits } = this.#parts;
    // What hangs in the host is given up with it: the controller makes one attempt at a time.
    const attempt = new AbortController();
    try {
      const reaching = this.#reach(AbortSignal.any([signal, attempt.signal]));
      this.#connection = await abortable(
        limited(reaching, "connect", limits.connect, session.ports.clock),
        signal,
      );
      return this.#connection;
    } catch (error) {
      attempt.abort();
      throw deviceError(error, { during: "connect" });
    } finally {
      this.#connecting = false;
    }
  }

  async forget(signal: AbortSignal): Promise<"forgotten" | "unsupported"> {
    if (signal.aborted) throw cancelled(signal);
    if (!(await this.#parts.peers.unchoose(this.id))) return "unsupported";
    await this.#connection?.[Symbol.asyncDispose]();
    return "forgotten";
  }

  /** Ends the link, if there is one. */
  async disconnect(): Promise<void> {
    await this.#connection?.[Symbol.asyncDispose]();
  }

  async #reach(signal: AbortSignal): Promise<HciConnection> {
    const { session, peers, limits } = this.#parts;
    if (!(await peers.mayConnect(this.id))) throw new DeviceError({ kind: "permission-lost" });
    const stack = await session.ready(signal);
    try {
      // A little longer than our own limit, which is the one that should speak.
      const timeoutMs = limits.connect + 1_000;
      const link = await stack.connect(addressOf(this.id), { signal, timeoutMs });
      const connection = new HciConnection(session, peers, link, limits);
      if (signal.aborted) await connection[Symbol.asyncDispose](); // too late: nobody waits for it
      return connection;
    } catch (error) {
      const failed = deviceError(error, { during: "connect" });
      if (failed.failure.kind !== "slots-full") throw failed;
      // The adapter says only that it is full; how many it holds is how many there are.
      const used = stack.links.length;
      throw new DeviceError({ kind: "slots-full", used, limit: used }, { cause: error });
    }
  }
}
