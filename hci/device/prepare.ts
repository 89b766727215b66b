import { AttError, GattProtocolError } from "../att/errors.ts";
import { equal } from "../codec/bytes.ts";
import type { GattClient } from "../gatt/client.ts";
import { characteristicsOf } from "../gatt/table.ts";
import { GENERIC_ATTRIBUTE, SERVICE_CHANGED } from "../gatt/uuids.ts";
import type { CachedTable } from "./table-cache.ts";

export interface Preparation {
  readonly client: GattClient;
  /** Already adopted by the client, so that a Service Changed which comes first is understood. */
  readonly cached: CachedTable | undefined;
  /** Encrypted with the stored key: the server keeps what we configured (Vol 3 Part G 2.5.2, 3.3.3.3). */
  readonly bonded: boolean;
}

/**
 * Everything between the exchange of the MTU and the first use of attributes: hash, the known table or discovery, and
 * our wish to hear of changes. With a known table of a bonded peer that is one request.
 */
export async function prepareAttributes(preparation: Preparation): Promise<CachedTable> {
  const { client, cached, bonded } = preparation;
  const table = cached === undefined ? undefined : await stillTrue(preparation, cached);
  const current = table ?? (await client.discover());
  const known = table !== undefined && cached?.configured === true && bonded;
  const configured = known || (await configure(client));
  const lies = cached?.hashLies === true ? { hashLies: true } : {};
  return { table: current, hash: client.hash, configured: configured && bonded, ...lies };
}

/** The table that the client adopted, if the peer's database is still the one it was made from. */
async function stillTrue({ client, bonded }: Preparation, { hash, table, hashLies }: CachedTable) {
  if (hashLies === true) return undefined;
  const now = await client.readDatabaseHash();
  // Service Changed came meanwhile: whatever the hash says, what we knew is gone.
  if (client.table !== table) return undefined;
  if (hash !== undefined) return now !== undefined && equal(hash, now) ? table : undefined;
  // Without a hash only the word of a bonded server counts that it would have said so; without Service Changed it
  // cannot, and devices that never change in theory do in practice.
  const tells = characteristicsOf(table, GENERIC_ATTRIBUTE, SERVICE_CHANGED).length > 0;
  return now === undefined && bonded && tells ? table : undefined;
}

/** False where the server refuses: the table is used all the same, and validated again at the next connection. */
async function configure(client: GattClient): Promise<boolean> {
  try {
    await client.enableRobustCaching();
    return true;
  } catch (error) {
    if (error instanceof AttError || error instanceof GattProtocolError) return false;
    throw error;
  }
}
