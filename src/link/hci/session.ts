/**
 * One adapter and our host on it, in the order in which it must come up: open the way, Reset, what does it claim to be, may
 * it have keys, who are we on it, seed the stack, ready. After a Reset and after a replug the same again, on the same
 * object: bonds are in the store, not in the adapter.
 */
import { BondWatch } from "../../../hci/device/bond-watch.ts";
import type { StackEvent } from "../../../hci/device/events.ts";
import { Stack } from "../../../hci/device/stack.ts";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import type { ControllerFacts } from "../../../hci/host/controller.ts";
import { Host } from "../../../hci/host/host.ts";
import type { Address } from "../../../hci/ports.ts";
import { Backoff } from "../../../hci/smp/backoff.ts";
import { cancelled } from "../bounded.ts";
import { DeviceError, failureOf } from "../failure.ts";
import type { Failure } from "../failure.ts";
import { DEFAULT_DEVICE_POLICY } from "../security.ts";
import type { DevicePolicy } from "../security.ts";
import { addressOf, peerIdOf } from "./addresses.ts";
import { claimOf } from "./claim.ts";
import { LeasedTransport } from "./leased-transport.ts";
import { pairingPolicy } from "./policy.ts";
import type { AdapterClaim, Admitted, SessionPorts } from "./ports.ts";
import { promptingDelegate } from "./prompting.ts";
import { RoutedPrompts } from "./routed-prompts.ts";
import { deviceError } from "./translate.ts";

export type SessionState =
  | { readonly kind: "starting" }
  | { readonly kind: "ready" }
  /** The adapter went away, or could not be started again; `ready` tries again. */
  | { readonly kind: "lost"; readonly failure: Failure }
  | { readonly kind: "closed" };

/** What is there while the adapter is. */
interface Running {
  readonly transport: LeasedTransport;
  readonly stack: Stack;
  readonly facts: ControllerFacts;
  readonly claim: AdapterClaim;
  readonly admitted: Admitted;
}

export class AdapterSession implements AsyncDisposable {
  readonly ports: SessionPorts;
  readonly prompts: RoutedPrompts;
  readonly #names = new Map<string, string>();
  readonly #policies = new Map<string, DevicePolicy>();
  readonly #listeners = new Set<(state: SessionState) => void>();
  readonly #heardListeners = new Set<(advertisement: Advertisement) => void>();
  readonly #eventListeners = new Set<(event: StackEvent) => void>();
  // What was learned of peers is about them, not about the adapter: a Reset must not shorten a waiting time.
  readonly #backoff: Backoff;
  readonly #watch: BondWatch;
  #recalled: Promise<void> | undefined;
  /** Waiting times on their way to the store: one write after the other. */
  #keeping: Promise<void> = Promise.resolve();
  #running: Running | undefined;
  #transport: LeasedTransport | undefined;
  #usb: AdapterClaim["usb"] = null;
  #starting: Promise<Stack> | undefined;
  #state: SessionState = { kind: "starting" };

  private constructor(ports: SessionPorts) {
    this.ports = ports;
    this.prompts = new RoutedPrompts(ports.prompts);
    this.#backoff = new Backoff(ports.clock);
    this.#backoff.onFailed = () => this.#keepWaits();
    this.#watch = new BondWatch(ports.clock);
  }

  /**
   * Brings the adapter up. Rejects with DeviceError: `adapter` (missing, lost, refused, held, not-admitted), `blocked`,
   * `vault-locked`, `key-store`, `cancelled`. The transport is closed then.
   */
  static async open(ports: SessionPorts, signal: AbortSignal): Promise<AdapterSession> {
    const session = new AdapterSession(ports);
    await session.ready(signal);
    return session;
  }

  /** Opens nothing yet: the first `ready` does. For a page, which shows why the adapter is not up. */
  static over(ports: SessionPorts): AdapterSession {
    return new AdapterSession(ports);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whether there is a host now. While an adapter ends, its links end after it: then there is none, whatever the state. */
  get isUp(): boolean {
    return this.#running !== undefined;
  }

  /** The host of now. It is another one after a Reset or a replug: ask each time. Throws DeviceError without one. */
  get stack(): Stack {
    return this.#current.stack;
  }

  /** What the adapter said of itself when it came up. */
  get claim(): AdapterClaim {
    return this.#current.claim;
  }

  /** All that it said, buffers and lists included. */
  get facts(): ControllerFacts {
    return this.#current.facts;
  }

  get admitted(): Admitted {
    return this.#current.admitted;
  }

  /** Our identity address on this adapter. */
  get local(): Address {
    return this.#current.stack.identity.address;
  }

  /** `listener` hears of each change until `signal` aborts. */
  onState(listener: (state: SessionState) => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /** What nobody waits for: security, verdicts, links that ended. Listeners must not throw. */
  onEvent(listener: (event: StackEvent) => void, signal: AbortSignal): void {
    this.#eventListeners.add(listener);
    signal.addEventListener("abort", () => this.#eventListeners.delete(listener), { once: true });
  }

  /** What the scanner hears, whoever it scans for: it is not started by this. Listeners must not throw. */
  onHeard(listener: (advertisement: Advertisement) => void, signal: AbortSignal): void {
    this.#heardListeners.add(listener);
    signal.addEventListener("abort", () => this.#heardListeners.delete(listener), { once: true });
  }

  /** The running host; brings the adapter up again where it was lost. Rejects as `open` does. */
  ready(signal: AbortSignal): Promise<Stack> {
    if (this.#state.kind === "closed") return Promise.reject(lost());
    if (this.#running !== undefined) return Promise.resolve(this.#running.stack);
    this.#starting ??= this.#start(signal).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** HCI Reset, and everything seeded again, without letting go of the adapter. Every link ends. */
  async reset(signal: AbortSignal): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stack.close();
    running?.admitted.identity.irk.fill(0);
    await this.ready(signal);
  }

  /** Lets go of the adapter and takes it again: after a replug, or for another process in between. */
  async restart(signal: AbortSignal): Promise<void> {
    await this.#letGo();
    await this.ready(signal);
  }

  async close(): Promise<void> {
    if (this.#state.kind === "closed") return;
    this.#become({ kind: "closed" });
    await this.#letGo();
    await this.#keeping;
    this.#listeners.clear();
    this.#eventListeners.clear();
    this.#heardListeners.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The last name that a peer was heard under, or was stored with. */
  nameOf(peerId: string): string | undefined {
    return this.#names.get(peerId);
  }

  named(peerId: string, name: string | undefined): void {
    if (name !== undefined && name !== "") this.#names.set(peerId, name);
  }

  /** What is demanded of a peer: what the last procedure said, else what is on record, else the default. */
  policyOf(peerId: string): DevicePolicy {
    return this.#policies.get(peerId) ?? this.ports.policyOf?.(peerId) ?? DEFAULT_DEVICE_POLICY;
  }

  /** Milliseconds that the next pairing with this peer has to wait, after failures of its own and of others. */
  pairingWait(peerId: string): number {
    return this.#backoff.remaining(addressOf(peerId));
  }

  setPolicy(peerId: string, policy: DevicePolicy): void {
    this.#policies.set(peerId, policy);
  }

  get #current(): Running {
    if (this.#running === undefined) throw lost();
    return this.#running;
  }

  async #start(signal: AbortSignal): Promise<Stack> {
    this.#become({ kind: "starting" });
    try {
      const running = await this.#boot(signal);
      if (this.#isClosed()) {
        await running.stack.close();
        running.admitted.identity.irk.fill(0);
        throw lost();
      }
      this.#running = running;
      this.#become({ kind: "ready" });
      return running.stack;
    } catch (error) {
      const failed = deviceError(error, { during: "availability" });
      await this.#letGo();
      if (!this.#isClosed()) this.#become({ kind: "lost", failure: failed.failure });
      throw failed;
    }
  }

  async #boot(signal: AbortSignal): Promise<Running> {
    const { adapter, admission, clock } = this.ports;
    await (this.#recalled ??= this.#recallWaits());
    if (this.#transport === undefined || this.#transport.ended) {
      const opened = await adapter.open(signal);
      this.#transport = new LeasedTransport(opened.transport);
      this.#usb = opened.usb;
    }
    const transport = this.#transport;
    const host = await Host.start(transport.lease(), clock);
    let irk: Uint8Array | undefined;
    try {
      if (signal.aborted) throw cancelled(signal);
      const { facts } = host.controller;
      const claim = claimOf(facts, this.#usb);
      // No key and no identity before this resolved: the adapter sees both.
      const admitted = await admission.admit(claim, signal);
      ({ irk } = admitted.identity);
      const stack = await Stack.on(host, this.#options(admitted));
      stack.scanner.onHeard = (advertisement) => {
        for (const listener of this.#heardListeners) listener(advertisement);
      };
      await this.#learnNames(admitted, stack);
      return { transport, stack, facts, claim, admitted };
    } catch (error) {
      await host.close();
      irk?.fill(0);
      throw error;
    }
  }

  #options({ keys, identity }: Admitted): Parameters<typeof Stack.on>[1] {
    const { crypto, text, tables, privacy, search } = this.ports;
    const peerOf = (address: Address) => {
      const id = peerIdOf(address);
      return { id, name: this.#names.get(id) };
    };
    return {
      crypto,
      text,
      keys,
      identity,
      policy: (peer) => pairingPolicy(this.policyOf(peerIdOf(peer))),
      delegate: promptingDelegate(this.prompts, peerOf),
      backoff: this.#backoff,
      watch: this.#watch,
      ...(tables && { tables }),
      ...(search && { search }),
      ...(privacy === undefined ? {} : { privacy }),
      onEvent: (event) => this.#heard(event),
    };
  }

  async #recallWaits(): Promise<void> {
    this.#backoff.restore((await this.ports.waits?.load()) ?? []);
  }

  #keepWaits(): void {
    const { waits } = this.ports;
    if (waits !== undefined) this.#keeping = this.#keeping.then(() => waits.save(this.#backoff.standing));
  }

  async #learnNames({ keys }: Admitted, { identity }: Stack): Promise<void> {
    for (const { peer, name } of await keys.list(identity.address)) {
      const type = peer.type === "public" ? "public" : "random";
      this.named(`${type}-${peer.address.replaceAll(":", "").toLowerCase()}`, name);
    }
  }

  #heard(event: StackEvent): void {
    for (const listener of this.#eventListeners) listener(event);
    if (event.kind !== "closed" || event.error === undefined) return;
    // Went away by itself: what was there cannot be used any more, and the next `ready` starts anew.
    const { failure } = deviceError(event.error, { during: "availability" });
    void this.#letGo();
    if (this.#starting === undefined) this.#become({ kind: "lost", failure });
  }

  async #letGo(): Promise<void> {
    const [running, transport] = [this.#running, this.#transport];
    this.#running = undefined;
    this.#transport = undefined;
    await running?.stack.close();
    await transport?.close();
    running?.admitted.identity.irk.fill(0);
  }

  #isClosed(): boolean {
    return this.#state.kind === "closed";
  }

  #become(state: SessionState): void {
    if (this.#state.kind === "closed") return;
    this.#state = state;
    for (const listener of this.#listeners) {
      try {
        listener(state);
      } catch {
        // A listener that fails harms nobody else.
      }
    }
  }
}

function lost(): DeviceError {
  return new DeviceError({ kind: "adapter", state: "lost" });
}

/** Whether another try, with the adapter plugged in again, may well succeed. */
export function isLost(error: unknown): boolean {
  const failure = failureOf(error);
  return failure.kind === "adapter" && failure.state === "lost";
}
