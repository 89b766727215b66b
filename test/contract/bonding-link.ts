/** What the tests of explicit pairing share: a person, a link, and the way to a bond. */
import type { Backend, Connection } from "../../src/link/backend.ts";
import type { PairingPrompts } from "../../src/link/pairing.ts";
import {
  type BondAdministration,
  DEFAULT_DEVICE_POLICY,
  type LinkBonding,
  type PairOptions,
  type StoredBond,
} from "../../src/link/security.ts";
import type { BondingBench, BondingDevice } from "./bonding-bench.ts";

export type It = (sentence: string, run: (bench: BondingBench) => Promise<void>) => void;

export const BY_CALLER = { kind: "cancelled", by: "caller" } as const;
export const never = (): AbortSignal => new AbortController().signal;

/** A person who agrees to everything and types nothing. */
export function person(change: Partial<PairingPrompts> = {}): PairingPrompts {
  const says = { accept: async () => true, agree: async () => true, compare: async () => true };
  return { ...says, enter: async () => null, display: () => {}, keypress: () => {}, ...change };
}

/** One link, and the calls on it, each with the time that it takes. */
export class OnLink implements AsyncDisposable {
  readonly connection: Connection;
  readonly bonding: LinkBonding;
  readonly #bench: BondingBench;

  constructor(bench: BondingBench, connection: Connection) {
    const { bonding } = connection;
    if (bonding === undefined) throw new Error("Expected a link that can be secured");
    this.#bench = bench;
    this.connection = connection;
    this.bonding = bonding;
  }

  pair(change: Partial<PairOptions> = {}) {
    return this.#bench.until(this.pairing(change));
  }

  /** Begun; its time is for the caller to pass. */
  pairing(change: Partial<PairOptions> = {}) {
    const how = { prompts: person(), policy: DEFAULT_DEVICE_POLICY, unstored: "refuse" } as const;
    return this.bonding.pair({ ...how, signal: never(), ...change });
  }

  encrypt(policy = DEFAULT_DEVICE_POLICY, signal = never()) {
    return this.#bench.until(this.bonding.encrypt(policy, signal));
  }

  promote() {
    return this.#bench.until(this.bonding.promote());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bench.until(Promise.resolve(this.connection[Symbol.asyncDispose]()));
  }
}

export function keysOf({ bonds }: Backend): BondAdministration {
  if (bonds === undefined) throw new Error("Expected a backend with bonds");
  return bonds;
}

/** Everything that the store says of this device. */
export const bondOf = ({ backend, until }: BondingBench, { peerId }: BondingDevice) =>
  until(keysOf(backend).bondOf(peerId));

export async function meet(bench: BondingBench, { peerId }: BondingDevice): Promise<OnLink> {
  const peer = bench.backend.reach?.(peerId);
  if (peer === undefined) throw new Error("Expected a way to reach a device by its identity");
  return new OnLink(bench, await bench.until(peer.connect(never())));
}

export async function pairedWith(
  bench: BondingBench,
  device: BondingDevice,
  change: Partial<PairOptions> = {},
) {
  await using link = await meet(bench, device);
  return await link.pair(change);
}

/** Paired, and proven on another link. */
export async function bondedWith(bench: BondingBench, device: BondingDevice): Promise<StoredBond> {
  await pairedWith(bench, device);
  await using link = await meet(bench, device);
  await link.encrypt();
  return await link.promote();
}

/** The outcome of `work`, which must be there without time passing. */
export async function settledSoon<T>(bench: BondingBench, work: Promise<T>): Promise<T> {
  const late = bench.soon().then((): never => {
    throw new Error("Expected a promise to settle at once, but it is still pending");
  });
  return Promise.race([work, late]);
}
