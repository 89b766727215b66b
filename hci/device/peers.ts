import { addressKey, isIdentity, kindOf, sameAddress } from "../gap/address.ts";
import type { ConnectTarget } from "../gap/connect-target.ts";
import type { Resolvable } from "../gap/resolver.ts";
import { isUsableIrk } from "../gap/rpa.ts";
import type { Link } from "../host/link.ts";
import type { Address, Bond } from "../ports.ts";
import { asError } from "../smp/errors.ts";
import { wipeKeys } from "../smp/wipe.ts";
import type { Context } from "./context.ts";
import type { KnownPeer } from "./device-link.ts";
import type { CachedTable } from "./table-cache.ts";

/** Who is behind an address. What resolving says is a guess that encryption proves or not. */
export class Peers {
  readonly #context: Context;
  /** Peers by when their key was used last, the newest last. The store has its own order, for all others. */
  readonly #used = new Set<number>();
  #known: readonly Resolvable[] = [];
  #refreshed: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Reads the bonds of this identity anew, all but that with `except`. One after the other: the last one counts. */
  refresh(except?: Address): Promise<void> {
    const { keys, identity } = this.#context;
    const refreshed = this.#refreshed
      .catch(() => {})
      .then(async () => {
        const bonds = await keys.all(identity.address);
        bonds.forEach(wipeKeys);
        const before = this.#known;
        this.#known = bonds.flatMap(({ irk, peer }) =>
          irk === null || (except !== undefined && sameAddress(peer, except))
            ? []
            : [{ irk, identity: peer }],
        );
        try {
          await this.#program();
        } finally {
          for (const { irk } of before) irk.fill(0); // nothing resolves with them any more
        }
      });
    this.#refreshed = refreshed;
    return refreshed;
  }

  /** A bond was made: its private addresses are to be recognised from now on. */
  made(bond: Bond): Promise<void> {
    this.#use(bond);
    return this.refresh();
  }

  /** The key of this peer was used. Where it is one of those that the controller had no room for, it gets a place. */
  async used(bond: Bond): Promise<void> {
    this.#use(bond);
    const { resolvingList } = this.#context.gap;
    const wants = bond.irk !== null && isUsableIrk(bond.irk);
    if (wants && resolvingList.active && !resolvingList.has(bond.peer)) await this.#program();
  }

  async #program(): Promise<void> {
    const { gap } = this.#context;
    const left = await gap.recognise(this.#lastUsedFirst(this.#known));
    if (left === 0 || !gap.resolvingList.active) return;
    this.#context.emit({ kind: "resolving-list-full", listed: this.#known.length - left, left });
  }

  #use({ peer }: Bond): void {
    const key = addressKey(peer);
    this.#used.delete(key);
    this.#used.add(key);
  }

  #lastUsedFirst(known: readonly Resolvable[]): readonly Resolvable[] {
    const rank = new Map([...this.#used].map((key, index) => [key, index]));
    const rankOf = ({ identity }: Resolvable): number => rank.get(addressKey(identity)) ?? -1;
    return known.toSorted((a, b) => rankOf(b) - rankOf(a));
  }

  /** Where to find the peer. A private address that is known leads to its identity, which outlives the address. */
  async targetOf(peer: Address): Promise<ConnectTarget> {
    const bond = await this.#bondWith((await this.#resolve(peer)) ?? peer);
    if (bond === undefined) return { address: peer };
    wipeKeys(bond);
    return bond.irk === null ? { address: bond.peer } : { identity: bond.peer, irk: bond.irk };
  }

  async identify({ peerIdentity, peerAddress }: Link): Promise<KnownPeer> {
    const peer = peerIdentity ?? (await this.#resolve(peerAddress)) ?? peerAddress;
    const bond = await this.#bondWith(peer);
    return { peer, bond, cached: await this.#tableOf(peer) };
  }

  /** Recognises nobody any more. */
  forget(): void {
    this.#context.gap.resolver.use([]);
    for (const { irk } of this.#known) irk.fill(0);
    this.#known = [];
  }

  #bondWith(peer: Address): Promise<Bond | undefined> {
    const { keys, identity } = this.#context;
    return isIdentity(peer) ? keys.get(identity.address, peer) : Promise.resolve(undefined);
  }

  async #resolve(address: Address): Promise<Address | undefined> {
    if (kindOf(address) !== "resolvable") return undefined;
    const resolution = await this.#context.gap.resolver.resolve(address);
    if (resolution.kind === "one") return resolution.identity;
    // By chance (N / 2²⁴) several fit. The first is as good as any: its key fits or the link ends.
    return resolution.kind === "ambiguous" ? resolution.identities[0] : undefined;
  }

  async #tableOf(peer: Address): Promise<CachedTable | undefined> {
    const { tables, identity } = this.#context;
    if (tables === undefined || !isIdentity(peer)) return undefined;
    try {
      return await tables.get(identity.address, peer);
    } catch (error) {
      this.#context.emit({ kind: "keeping-failed", what: "tables", error: asError(error) });
      return undefined;
    }
  }
}
