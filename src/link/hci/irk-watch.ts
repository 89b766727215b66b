/**
 * Imported identity keys against the private addresses that our adapter hears: a file can have them in either order. Only
 * the order of an imported key is ever changed by it, and only where exactly one device can be meant.
 */
import { addressKey } from "../../../hci/gap/address.ts";
import { Resolver, plainSearch, type Resolvable } from "../../../hci/gap/resolver.ts";
import { splitResolvable } from "../../../hci/gap/rpa.ts";
import type { Address, Aes128, Clock } from "../../../hci/ports.ts";
import type { AdapterSession } from "./session.ts";

/** Null where nothing, or both orders, spoke. */
type KeyOrder = "as-is" | "reversed" | null;

/** Imported identity keys, as the store has them. Structural: storage fits without knowing this layer. */
export interface ImportedIrks {
  /** Those that nothing spoke for yet, each turned round, in fresh octets; none while they cannot be read. */
  unsettled(adapter: string, local: Address): Promise<readonly Resolvable[]>;
  /** Turns round those of one device that `judge` finds reversed. Resolves with whether something changed. */
  turn(
    adapter: string,
    local: Address,
    identity: Address,
    judge: (irk: string) => KeyOrder,
  ): Promise<boolean>;
}

export interface IrkWatchParts {
  readonly session: AdapterSession;
  readonly irks: ImportedIrks;
  /** `irk` in wire order, lower-case hex, against addresses that were heard. */
  readonly order: (irk: string, heard: readonly Address[]) => KeyOrder;
  readonly aes: Aes128;
  readonly clock: Clock;
  /** A key was turned round: who shows bonds looks again. */
  onTurned(): void;
  /** What went wrong beside: a locked vault is no error, the keys are looked at when it opens. */
  onError(error: unknown): void;
}

/** Private addresses remembered; each is looked at once. */
const MOST_HEARD = 1_024;

export class IrkWatch {
  readonly #parts: IrkWatchParts;
  readonly #resolver: Resolver;
  #watched: readonly Resolvable[] = [];
  readonly #seen = new Set<number>();
  /** By identity: what was heard that fits its key in either order. */
  readonly #fitting = new Map<number, readonly Address[]>();
  #last: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(parts: IrkWatchParts) {
    this.#parts = parts;
    this.#resolver = new Resolver(plainSearch(parts.aes), parts.clock);
  }

  /** Until `signal` aborts. */
  start(signal: AbortSignal): void {
    const { session } = this.#parts;
    session.onState(({ kind }) => void (kind === "ready" ? this.look() : this.#forget()), signal);
    session.onHeard(({ address }) => {
      if (address !== undefined && this.#watched.length > 0) void this.hear(address);
    }, signal);
    const end = (): void => {
      this.#ended = true;
      this.#forget();
    };
    signal.addEventListener("abort", end, { once: true });
    if (session.state.kind === "ready") void this.look();
  }

  /** Resolves when what runs now is done: after the end nobody writes keys any more. */
  get idle(): Promise<void> {
    return this.#last;
  }

  /** Whose keys nothing spoke for yet. They may be found under their addresses by whoever listens, and by nobody else. */
  get unsettled(): readonly Address[] {
    return this.#watched.map(({ identity }) => identity);
  }

  /** Reads anew which imported keys nothing spoke for yet: after an import, and when the vault was opened. */
  look(): Promise<void> {
    return this.#next(() => this.#look());
  }

  /** One private address, as heard. Every other address says nothing about a key. */
  async hear(address: Address): Promise<void> {
    const key = addressKey(address);
    if (this.#seen.has(key) || this.#seen.size >= MOST_HEARD || splitResolvable(address) === undefined)
      return;
    this.#seen.add(key);
    await this.#next(() => this.#judge(address));
  }

  async #look(): Promise<void> {
    const { session, irks } = this.#parts;
    this.#forget();
    if (session.state.kind !== "ready") return;
    const watched = await irks.unsettled(session.admitted.adapter, session.local);
    this.#watched = watched;
    this.#resolver.use(watched);
  }

  async #judge(address: Address): Promise<void> {
    const { session, irks, order } = this.#parts;
    if (session.state.kind !== "ready") return;
    const { stack, local } = session;
    const { adapter } = session.admitted;
    const given = await stack.gap.resolver.resolve(address);
    if (given.kind === "one") this.#fits(given.identity, address);
    if (given.kind !== "unknown") return;
    const turned = await this.#resolver.resolve(address);
    if (turned.kind !== "one") return;
    const { identity } = turned;
    const heard = this.#fits(identity, address);
    if (!(await irks.turn(adapter, local, identity, (irk) => order(irk, heard)))) return;
    await stack.refreshBonds();
    await this.#look();
    this.#parts.onTurned();
  }

  #fits(identity: Address, address: Address): readonly Address[] {
    const key = addressKey(identity);
    const all = [...(this.#fitting.get(key) ?? []), address];
    this.#fitting.set(key, all);
    return all;
  }

  #forget(): void {
    for (const { irk } of this.#watched) irk.fill(0);
    this.#watched = [];
    this.#resolver.use([]);
    // What was heard before says something about keys that came since.
    this.#seen.clear();
  }

  /** One after the other: two addresses of one device must not both turn its key. Nothing after the end. */
  #next(work: () => Promise<void>): Promise<void> {
    const next = this.#last
      .then(() => (this.#ended ? undefined : work()))
      .catch((error: unknown) => this.#parts.onError(error));
    this.#last = next;
    return next;
  }
}
