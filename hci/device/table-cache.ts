import type { AttributeTable } from "../gatt/table.ts";
import type { Address, Bytes } from "../ports.ts";

/** What discovery found on one peer, to be used again when it comes back. */
export interface CachedTable {
  readonly table: AttributeTable;
  /** Database Hash, 16 octets in the order on the air; undefined where the peer has none. */
  readonly hash: Bytes | undefined;
  /**
   * Under the bond there is now, Service Changed was turned on and Client Supported Features written. A bonded server
   * keeps both (Vol 3 Part G 3.3.3.3, 7.2), so they need not be written again.
   */
  readonly configured: boolean;
  /** The peer gave this hash for another database once: it counts for nothing, and every link discovers anew. */
  readonly hashLies?: boolean;
}

/**
 * Where attribute tables live between connections, by our identity and the peer's. Never asked with an address that
 * changes. What fails here costs time and nothing else.
 */
export interface TableCache {
  get(local: Address, peer: Address): Promise<CachedTable | undefined>;
  put(local: Address, peer: Address, entry: CachedTable): Promise<void>;
  delete(local: Address, peer: Address): Promise<void>;
}
