/** Words for dongles: what a person calls each, with its address where two are called the same. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Keys } from "../../storage/keys/keys.ts";
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
  const labels = await labelsOf(keys);
  const named = identities.flatMap((identity) => {
    const id = identity.slice(identity.lastIndexOf(":") + 1);
    const address = addressWords(id);
    return address === undefined ? [] : [{ identity, address, label: labels.get(id) ?? "" }];
  });
  return new Map(
    named.map(({ identity, address, label }) => {
      if (label === "") return [identity, address];
      const alone = named.filter((other) => other.label === label).length === 1;
      return [identity, alone ? label : `${beginning(label)} (${address})`];
    }),
  );
}

/** By the id of each address of ours. */
async function labelsOf({ adapters, identities }: Known): Promise<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  for (const { id, label } of await adapters.all()) {
    for (const { type, octets } of await identities.addresses(id))
      labels.set(`${type}-${toHex(octets)}`, label);
  }
  return labels;
}

/** So much of a name that it and the address after it have room in two lines of a phone. */
function beginning(label: string): string {
  const short = cleanName(label, 24);
  return short === label ? label : `${short}…`;
}
