/** Every bond with its keys, by adapter and by who we are on it. Readable while the vault is locked. */
import type { Address } from "../../../hci/ports.ts";
import type { AdmittedAdapter } from "../../storage/keys/adapters.ts";
import { addressOf, idOfAddress, idOfPlain, plainOf } from "../../storage/keys/ids.ts";
import type { BondListing } from "../../storage/keys/listing.ts";
import type { PlainAddress } from "../../storage/keys/record.ts";
import type { AdapterRow } from "../../storage/keys/rows.ts";
import type { App } from "../app.ts";
import { Store } from "../store.ts";
import type { PageKeys } from "./screen.ts";
import { vaultProblem, type VaultProblem } from "./vault.ts";

/** Adapter id of bonds that came from a file and wait for an adapter. */
export const ASIDE = "aside";

/** One adapter, one identity of ours on it, and its bonds. */
export interface KeyGroup {
  readonly adapter: string;
  /** Null: no adapter of this id was ever used here. */
  readonly label: string | null;
  readonly local: PlainAddress | null;
  readonly bonds: readonly BondListing[];
  /** Only a static random address can go to another adapter: a public one belongs to its chip. */
  readonly movable: boolean;
}

export type KeyListView =
  | { readonly kind: "loading" }
  | { readonly kind: "unreadable"; readonly problem: VaultProblem }
  | {
      readonly kind: "ready";
      readonly groups: readonly KeyGroup[];
      readonly adapters: readonly AdapterRow[];
      /** All of them, whatever is searched for. */
      readonly total: number;
      readonly query: string;
    };

export class KeyList {
  readonly view = new Store<KeyListView>({ kind: "loading" });
  /** What goes wrong with one act; null while nothing did. */
  readonly problem = new Store<VaultProblem | null>(null);
  readonly app: App;
  readonly #page: PageKeys;
  #all: readonly KeyGroup[] = [];
  #query = "";
  #scheduled = false;

  constructor(app: App, page: PageKeys) {
    this.app = app;
    this.#page = page;
  }

  /** Loads, and follows every change until `signal` is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    this.#page.keys.onChange(() => this.#soon(), signal);
    this.#page.vaultTurns.watch(() => this.#soon());
    await this.load();
  }

  async load(): Promise<void> {
    const { keys } = this.#page;
    try {
      const [bonds, adapters] = await Promise.all([keys.list(), keys.adapters.all()]);
      const identities = await Promise.all(
        adapters.map(async ({ id }) => ({ id, addresses: await keys.identities.addresses(id) })),
      );
      this.#all = groupsOf(bonds, adapters, identities);
      this.#show(adapters);
    } catch (error) {
      this.view.set({ kind: "unreadable", problem: vaultProblem(error) });
    }
  }

  search(query: string): void {
    this.#query = query;
    const view = this.view.value;
    if (view.kind === "ready") this.#show(view.adapters);
  }

  /** A person believes what an import says of this device's security. */
  async accept(bond: BondListing): Promise<void> {
    await this.#do(async () => {
      if (await this.#page.keys.bonds.acceptClaimsOf(bond.id))
        this.app.notices.done(`What the file says of ${nameOf(bond)} counts from now on`);
    });
  }

  /** Deletes the keys of one bond. Gone for good: a deleted key that can come back was not deleted. */
  async remove(bond: BondListing): Promise<void> {
    await this.#do(async () => {
      await this.#page.keys.bonds.deletePlace(bond.id);
      this.app.notices.done(`The keys of ${nameOf(bond)} were deleted`);
    });
  }

  /** Takes an identity of ours and all bonds made with it to another adapter. The person confirmed it. */
  async move({ adapter, local }: KeyGroup, to: string): Promise<void> {
    await this.#do(async () => {
      const address = addressOf(idOfPlain(local));
      if (address === null) throw new TypeError("Cannot move: the group has no identity");
      const [from, target] = [await this.#admitted(adapter), await this.#admitted(to)];
      const { bonds } = await this.#page.keys.moveIdentity(address, from, target);
      this.app.notices.done(`Our identity and ${bonds === 1 ? "1 bond" : `${bonds} bonds`} were moved`);
    });
  }

  /** Gives bonds that were set aside to an adapter: they are copied there, then they go from here. */
  async assign(group: KeyGroup, to: string): Promise<void> {
    await this.#do(async () => {
      const { keys } = this.#page;
      const target = (await keys.adapters.all()).find(({ id }) => id === to);
      if (target === undefined) throw new TypeError("Cannot give bonds to this adapter: it is not stored");
      const ids = new Set(group.bonds.map(({ id }) => id));
      const own = ownAddress(target);
      const place = idOfPlain(group.local);
      const records = (await keys.export({ adapter: group.adapter })).filter(
        ({ local }) => idOfPlain(local) === place,
      );
      const { refused } = await keys.restore(
        records.map((record) => ({ ...record, adapter: to, local: record.local ?? own })),
      );
      if (refused.length > 0) {
        this.app.notices.problem(
          `${refused.length} of them could not be stored there. They stay where they are`,
        );
        return;
      }
      for (const id of ids) await keys.bonds.deletePlace(id);
      this.app.notices.done(
        `${ids.size === 1 ? "1 bond was" : `${ids.size} bonds were`} given to the adapter`,
      );
    });
    await this.load();
  }

  /** The person's order to move is the consent that the adapter's record may be used. */
  async #admitted(id: string): Promise<AdmittedAdapter> {
    const { adapters } = this.#page.keys;
    const claim = (await adapters.all()).find((adapter) => adapter.id === id)?.accepted[0];
    if (claim === undefined) throw new TypeError("Cannot use this adapter: it is not stored");
    return adapters.consent(id, claim);
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.problem.set(null);
    try {
      await work();
    } catch (error) {
      this.problem.set(vaultProblem(error));
    }
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.app.page.schedule(() => {
      this.#scheduled = false;
      void this.load();
    });
  }

  #show(adapters: readonly AdapterRow[]): void {
    const query = this.#query;
    const words = query.trim().toLowerCase();
    const total = this.#all.reduce((sum, { bonds }) => sum + bonds.length, 0);
    const groups =
      words === ""
        ? this.#all
        : this.#all.flatMap((group) => {
            const bonds = group.bonds.filter(
              ({ name, peer }) =>
                name.toLowerCase().includes(words) || peer.address.toLowerCase().includes(words),
            );
            return bonds.length === 0 ? [] : [{ ...group, bonds }];
          });
    this.view.set({ kind: "ready", groups, adapters, total, query });
  }
}

/** The address an adapter has by itself; null where it has none. */
export function ownAddress({ accepted }: AdapterRow): PlainAddress | null {
  const address = accepted[0]?.address ?? null;
  return address === null ? null : { address, type: "public" };
}

const nameOf = ({ name, peer }: BondListing): string => (name === "" ? peer.address : name);

interface Own {
  readonly id: string;
  readonly addresses: readonly Address[];
}

/** The adapter that was used first comes first, one that has no bond yet included; last what belongs to none that was used here. */
function groupsOf(
  bonds: readonly BondListing[],
  adapters: readonly AdapterRow[],
  identities: readonly Own[],
): readonly KeyGroup[] {
  const byPlace = Map.groupBy(bonds, ({ adapter, local }) => `${adapter} ${idOfPlain(local)}`);
  const inOrder = adapters.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const known = inOrder.flatMap(({ id, label }) => {
    const own = identities.find((identity) => identity.id === id)?.addresses ?? [];
    return own.map((address) => {
      const place = idOfAddress(address);
      const name = `${id} ${place}`;
      const group = byPlace.get(name) ?? [];
      byPlace.delete(name);
      return {
        adapter: id,
        label,
        local: plainOf(place),
        bonds: group,
        movable: place.startsWith("static-"),
      };
    });
  });
  const others = [...byPlace.values()].flatMap((group): readonly KeyGroup[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { adapter, local } = first;
    const label = adapters.find(({ id }) => id === adapter)?.label ?? null;
    return [{ adapter, label, local, bonds: group, movable: false }];
  });
  return [...known, ...others];
}
