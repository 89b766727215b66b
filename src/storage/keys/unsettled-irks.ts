/** Imported identity keys of one adapter that no address on the air spoke for yet. */
import { reversed } from "../../../hci/codec/bytes.ts";
import type { Address, Bytes } from "../../../hci/ports.ts";
import { wipeBond } from "./bond-keys.ts";
import { addressOf, idOfPlain } from "./ids.ts";
import type { Keys } from "./keys.ts";
import type { JudgeIrk } from "./turn-irk.ts";

export class UnsettledIrks {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** Each turned round, in fresh octets; none while the vault is closed. */
  async unsettled(
    adapter: string,
    local: Address,
  ): Promise<readonly { readonly irk: Bytes; readonly identity: Address }[]> {
    const { vault, bonds } = this.#keys;
    if ((await vault.state()).kind !== "open") return [];
    const found = [];
    for (const { imported, types, peer } of await this.#keys.list({ adapter, local })) {
      const identity = addressOf(idOfPlain(peer));
      if (imported === null || imported.irkMatched === true || !types.includes("irk") || identity === null)
        continue;
      const bond = await bonds.get(adapter, local, identity);
      if (bond === undefined) continue;
      if (bond.irk !== null) found.push({ irk: reversed(bond.irk), identity });
      wipeBond(bond);
    }
    return found;
  }

  turn(adapter: string, local: Address, identity: Address, judge: JudgeIrk): Promise<boolean> {
    return this.#keys.bonds.turnIrk(adapter, local, identity, judge);
  }
}
