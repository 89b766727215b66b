/** Who we are on each adapter, into a backup and out of it. */
import { fromHex, reversed, toHex } from "../../../hci/codec/bytes.ts";
import type { BackupContents, BackupIdentity } from "../../formats/backup/contents.ts";
import { addressOf, idOfAddress, idOfPlain, plainOf } from "../../storage/keys/ids.ts";
import { wipeIdentity } from "../../storage/keys/identities.ts";
import type { Keys } from "../../storage/keys/keys.ts";
import type { AdapterRow } from "../../storage/keys/rows.ts";

export async function identitiesOf(
  keys: Keys,
  adapters: readonly AdapterRow[],
): Promise<readonly BackupIdentity[]> {
  const found: BackupIdentity[] = [];
  for (const { id } of adapters) {
    const [chosen] = await keys.identities.addresses(id);
    for (const own of await keys.identities.all(id)) {
      const local = plainOf(idOfAddress(own.address));
      if (local === null) continue;
      found.push({
        adapter: id,
        local,
        irk: toHex(reversed(own.irk)),
        er: own.er === undefined ? null : toHex(reversed(own.er)),
        ir: own.ir === undefined ? null : toHex(reversed(own.ir)),
        chosen: chosen !== undefined && idOfAddress(chosen) === idOfAddress(own.address),
      });
      wipeIdentity(own);
    }
  }
  return found;
}

/**
 * Adapters and our identities on them. Resolves with where the bonds of each go: a dongle that is known here already keeps
 * its record. An identity that bonds were made with is used again, unless the dongle has bonds of its own here.
 */
export async function restoreAdapters(
  keys: Keys,
  { adapters, identities }: Pick<BackupContents, "adapters" | "identities">,
): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const row of adapters) places.set(row.id, await keys.adapters.restore(row));
  const busy = new Set((await keys.list()).map(({ adapter }) => adapter));
  for (const { adapter, local, irk, er, ir, chosen } of identities) {
    const place = places.get(adapter) ?? adapter;
    const address = addressOf(idOfPlain(local));
    if (address === null) continue;
    const own = {
      address,
      irk: reversed(fromHex(irk)),
      ...(er === null ? {} : { er: reversed(fromHex(er)) }),
      ...(ir === null ? {} : { ir: reversed(fromHex(ir)) }),
    };
    const added = await keys.identities.add(place, own, chosen && !busy.has(place));
    if (!added && chosen && !busy.has(place)) await keys.identities.choose(place, address);
    wipeIdentity(own);
  }
  return places;
}
