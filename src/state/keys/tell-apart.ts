/** Words for dongles: what a person calls each, with its address where two are called the same. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Keys } from "../../storage/keys/keys.ts";
import type { AdapterRow } from "../../storage/keys/rows.ts";
import { cleanName } from "../../storage/text.ts";
import { addressWords } from "../address-words.ts";

type Known = Pick<Keys, "adapters" | "identities">;

/**
 * `identities` as in `BondRecord.localIdentity`: a transport and the id of an address. An adapter that is not stored is
 * called by its address; what has no address gets no words. Rejects where the adapters cannot be read.
 */
export async function tellApart(
  identities: readonly string[],
  keys: Known,
): Promise<ReadonlyMap<string, string>> {
  const owners = await ownersOf(keys);
  const named = identities.flatMap((identity) => {
    const id = idIn(identity);
    const address = addressWords(id);
    return address === undefined ? [] : [{ identity, address, label: owners.get(id)?.label ?? "" }];
  });
  return new Map(
    named.map(({ identity, address, label }) => {
      if (label === "") return [identity, address];
      const alone = named.filter((other) => other.label === label).length === 1;
      return [identity, alone ? label : `${beginning(label)} (${address})`];
    }),
  );
}

/** The id of the adapter's row that has this identity of ours; null where it is not stored. Rejects as `tellApart`. */
export async function identityOwner(localIdentity: string, keys: Known): Promise<string | null> {
  return (await ownersOf(keys)).get(idIn(localIdentity))?.id ?? null;
}

/** So much of a name that it and the address after it have room in two lines of a phone. */
function beginning(label: string): string {
  const short = cleanName(label, 24);
  return short === label ? label : `${short}…`;
}

/** By the id of each address of ours. */
async function ownersOf({ adapters, identities }: Known): Promise<ReadonlyMap<string, AdapterRow>> {
  const owners = new Map<string, AdapterRow>();
  for (const row of await adapters.all()) {
    for (const { type, octets } of await identities.addresses(row.id))
      owners.set(`${type}-${toHex(octets)}`, row);
  }
  return owners;
}

const idIn = (localIdentity: string): string => localIdentity.slice(localIdentity.lastIndexOf(":") + 1);
