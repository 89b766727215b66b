/** Which keys to try, and in which order, to prove an imported bond by an encryption. */
import type { LongTermKey } from "../../../hci/ports.ts";
import { spread } from "./key-set.ts";
import type { KeyOrder } from "./irk-order.ts";
import type { KeyPlace, KeyRecord, OtherKey } from "./record.ts";
import { flip, octetsOfHex, provenKeySize } from "./values.ts";

export interface Candidate {
  /** As LE Enable Encryption takes it; octets most significant first. */
  readonly key: LongTermKey;
  readonly place: KeyPlace;
  readonly order: KeyOrder;
}

export interface Candidates {
  /** At most four: one user action tries no more. */
  readonly tries: readonly Candidate[];
  /** Keys that were left out although the record has them. */
  readonly withheld: readonly ("debug-key" | "key-size")[];
}

export interface CandidateOptions {
  /** From `matchIrk`; null where no address matched. */
  readonly irkOrder: KeyOrder | null;
  /** Octets; 16 under the default policy. */
  readonly minimumKeySize?: number;
}

const MAX_TRIES = 4;

/**
 * The order that the identity key proved comes first, else the file's. Within an order: the Secure Connections key or
 * the central's, the peripheral's, then older keys, the newest first.
 */
export function candidatesOf(record: KeyRecord, options: CandidateOptions): Candidates {
  const { irkOrder, minimumKeySize = 16 } = options;
  const mains = record.keys.others.length;
  const keys = spread(record);
  const inOrder = [...keys.slice(mains), ...keys.slice(0, mains).reverse()];
  const withheld = new Set<Candidates["withheld"][number]>();
  const usable = inOrder.filter(({ debug, keySize }) => {
    if (debug === true) withheld.add("debug-key");
    else if ((keySize ?? 16) < minimumKeySize) withheld.add("key-size");
    else return true;
    return false;
  });
  const orders: readonly KeyOrder[] = irkOrder === "reversed" ? ["reversed", "as-is"] : ["as-is", "reversed"];
  const tries = orders.flatMap((order) => usable.map((key) => candidate(key, order)));
  return { tries: distinct(tries).slice(0, MAX_TRIES), withheld: [...withheld] };
}

function candidate({ place, ltk, ediv, rand, keySize }: OtherKey, order: KeyOrder): Candidate {
  // Records hold wire order, the stack takes keys as they are printed.
  const value = octetsOfHex(order === "as-is" ? flip(ltk) : ltk);
  const key = { value, ediv, rand: octetsOfHex(flip(rand)), keySize: keySize ?? provenKeySize(ltk) ?? 16 };
  return { key, place, order };
}

/** A key that reads the same both ways is one try. */
function distinct(tries: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set<string>();
  return tries.filter(({ key }) => {
    const id = [...key.value, key.ediv, ...key.rand].join(" ");
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}
