import type { Address } from "../../../hci/ports.ts";
import { cancelled } from "../bounded.ts";
import type { BondAdministration, BondRemoval, StoredBond } from "../security.ts";
import { addressOf, peerIdOf } from "./addresses.ts";
import type { AdapterSession } from "./session.ts";
import { storedBond } from "./stored-bond.ts";
import { deviceError } from "./translate.ts";

/** Milliseconds for a link to end and for the adapter to take a list without the peer. */
const LET_GO_MS = 5_000;

/** Bonds by peer. The keys stay where they are until the link and the adapter have let go of the peer. */
export class HciBondAdministration implements BondAdministration {
  readonly #session: AdapterSession;
  readonly #disconnect: (peerId: string) => Promise<void>;
  readonly #removing = new Map<string, Promise<boolean>>();

  /** `disconnect` ends our link with that peer, if there is one. */
  constructor(session: AdapterSession, disconnect: (peerId: string) => Promise<void>) {
    this.#session = session;
    this.#disconnect = disconnect;
  }

  get localIdentity(): string {
    return `${this.#session.ports.transport}:${peerIdOf(this.#session.local)}`;
  }

  readiness(): Promise<"ready" | "vault-locked" | "not-writable"> {
    return this.#asked(({ keys }) => keys.readiness());
  }

  bondOf(peerId: string): Promise<StoredBond | undefined> {
    return this.#asked(() => this.#bondOf(addressOf(peerId)));
  }

  all(): Promise<readonly StoredBond[]> {
    return this.#asked(async ({ keys }, local) => {
      const bonds = (await keys.list(local)).map((listing) => storedBond(listing, true));
      return bonds.map((bond) => ({ ...bond, persisted: !keys.isUnstored(local, addressOf(bond.peerId)) }));
    });
  }

  rollback(peerId: string): Promise<StoredBond | undefined> {
    return this.#asked(async ({ keys }, local) => {
      const peer = addressOf(peerId);
      await keys.giveUp(local, peer);
      await this.#session.stack.refreshBonds();
      return this.#bondOf(peer);
    });
  }

  reconsider(peerId: string): Promise<StoredBond | undefined> {
    return this.#asked(async ({ keys }, local) => {
      const peer = addressOf(peerId);
      await keys.reconsider(local, peer);
      await this.#session.stack.refreshBonds();
      return this.#bondOf(peer);
    });
  }

  async remove(peerId: string, signal: AbortSignal): Promise<BondRemoval> {
    if (signal.aborted) throw cancelled(signal);
    const peer = addressOf(peerId);
    if ((await this.#asked(() => this.#bondOf(peer))) === undefined) return "notFound";
    if (signal.aborted) throw cancelled(signal);
    const underWay = this.#removing.get(peerId) ?? this.#letGo(peerId, peer);
    const letGo = underWay.then(async () => {
      const { keys } = this.#session.admitted;
      return keys.delete(this.#session.local, peer);
    });
    this.#removing.set(
      peerId,
      letGo.catch(() => false),
    );
    const late = Promise.withResolvers<"pending">();
    const stopTimer = this.#session.ports.clock.after(LET_GO_MS, () => late.resolve("pending"));
    const stop = (): void => late.resolve("pending");
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([
        letGo.then(
          (deleted) => (deleted ? ("removed" as const) : ("notFound" as const)),
          () => "failed" as const,
        ),
        late.promise,
      ]);
    } finally {
      stopTimer();
      signal.removeEventListener("abort", stop);
      void letGo.then(
        () => this.#removing.delete(peerId),
        () => this.#removing.delete(peerId),
      );
    }
  }

  holdRequests(peerId: string): () => void {
    return this.#session.stack.holdRequests(addressOf(peerId));
  }

  async clearTable(peerId: string): Promise<"removed" | "notFound" | "failed"> {
    const { tables } = this.#session.ports;
    const { local } = this.#session;
    const peer = addressOf(peerId);
    try {
      if ((await tables?.get(local, peer)) === undefined) return "notFound";
      await tables?.delete(local, peer);
      return "removed";
    } catch {
      return "failed";
    }
  }

  /** First the link, then the adapter's list: with either of them the peer would still be treated as bonded. */
  async #letGo(peerId: string, peer: Address): Promise<boolean> {
    await this.#disconnect(peerId);
    await this.#session.stack.withdraw(peer);
    return true;
  }

  async #bondOf(peer: Address): Promise<StoredBond | undefined> {
    const { keys } = this.#session.admitted;
    const { local } = this.#session;
    const listing = await keys.about(local, peer);
    return listing && storedBond(listing, !keys.isUnstored(local, peer));
  }

  async #asked<T>(work: (admitted: AdapterSession["admitted"], local: Address) => Promise<T>): Promise<T> {
    try {
      return await work(this.#session.admitted, this.#session.local);
    } catch (error) {
      throw deviceError(error, { during: "availability" });
    }
  }
}
