/** What keys, identities and adapters there are, without opening the vault. */
import { isFields } from "../check.ts";
import type { KeyRows } from "./key-rows.ts";

/**
 * A text that is another one after every change to a bond, to an identity of ours, or to what an adapter is. When an
 * adapter was last seen changes nothing. Nothing in it is in clear that the rows do not have in clear.
 */
export async function standingOf(rows: KeyRows): Promise<string> {
  const [bonds, identities, adapters] = await Promise.all([
    rows.all("bondKeys"),
    rows.all("identities"),
    rows.all("adapters"),
  ]);
  const lasting = adapters.map((raw) => (isFields(raw) ? [raw["id"], raw["label"], raw["accepted"]] : raw));
  return JSON.stringify([bonds, identities, lasting]);
}
