/**
 * Imported identity keys against the private addresses that our adapter hears: a file can have them in either order. Only
 * the order of an imported key is ever changed by it, and only where exactly one device can be meant.
 */
import { addressKey } from "../../hci/gap/address.ts";
import { Resolver, plainSearch, type Resolvable } from "../../hci/gap/resolver.ts";
import { splitResolvable } from "../../hci/gap/rpa.ts";
import { reversed } from "../../hci/codec/bytes.ts";
import type { Address, Aes128, Clock } from "../../hci/ports.ts";
import { matchIrk } from "../formats/keys/irk-order.ts";
import type { AdapterSession } from "../link/hci/session.ts";
import { wipeBond } from "../storage/keys/bond-keys.ts";
import { addressOf, idOfPlain } from "../storage/keys/ids.ts";
import type { Keys } from "../storage/keys/keys.ts";

export interface IrkWatchParts {
  readonly session: AdapterSession;
  readonly keys: Keys;
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
  #last: Promise<unknown> = Promise.resolve();

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
    signal.addEventListener("abort", () => this.#forget(), { once: true });
    if (session.state.kind === "ready") void this.look();
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
    const { session, keys } = this.#parts;
    this.#forget();
    if (session.state.kind !== "ready" || (await keys.vault.state()).kind !== "open") return;
    const { local } = session;
    const { adapter } = session.admitted;
    const watched: Resolvable[] = [];
    for (const { imported, types, peer } of await keys.list({ adapter, local })) {
      const identity = addressOf(idOfPlain(peer));
      if (imported === null || imported.irkMatched === true || !types.includes("irk") || identity === null)
        continue;
      const bond = await keys.bonds.get(adapter, local, identity);
      if (bond === undefined) continue;
      if (bond.irk !== null) watched.push({ irk: reversed(bond.irk), identity });
      wipeBond(bond);
    }
    this.#watched = watched;
    this.#resolver.use(watched);
  }

  async #judge(address: Address): Promise<void> {
    const { session, keys, aes } = this.#parts;
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
    const judge = (irk: string) => matchIrk(aes, irk, heard).order;
    if (!(await keys.bonds.turnIrk(adapter, local, identity, judge))) return;
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

  /** One after the other: two addresses of one device must not both turn its key. */
  #next(work: () => Promise<void>): Promise<void> {
    const next = this.#last.then(work).catch((error: unknown) => this.#parts.onError(error));
    this.#last = next;
    return next;
  }
}
