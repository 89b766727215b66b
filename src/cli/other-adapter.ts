/** What an adapter of ours is called that is not the one in use. */
import { tellApart } from "../state/keys/tell-apart.ts";
import type { BondRecord } from "../storage/records.ts";
import { cleanName } from "../storage/text.ts";

/** What of a `World` is looked at. */
interface Here {
  readonly store: { readonly keys: Parameters<typeof tellApart>[1] };
  readonly backend: { readonly bonds: { readonly localIdentity: string } };
}

/** Its name, with its address where both are called the same; never rejects, since nothing stands or falls with a name. */
export async function nameOfAdapter(
  { store, backend }: Here,
  { localIdentity }: Pick<BondRecord, "localIdentity">,
): Promise<string> {
  try {
    const words = await tellApart([localIdentity, backend.bonds.localIdentity], store.keys);
    return cleanName(words.get(localIdentity) ?? "") || UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

const UNKNOWN = "one that is not known here";
