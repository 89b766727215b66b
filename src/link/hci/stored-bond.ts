import type { SecurityLevel, StoredBond } from "../security.ts";
import type { KeyListing } from "./ports.ts";

/** What the store says of a bond, in the words of the product. */
export function storedBond(listing: KeyListing, persisted: boolean): StoredBond {
  const { state, method, authenticated, secureConnections, keySize, createdAt, provenAt } = listing;
  return {
    peerId: peerIdIn(listing),
    state,
    method,
    level: levelOf(listing),
    authenticated,
    secureConnections,
    keySize,
    imported: listing.imported !== null && !listing.imported.accepted,
    persisted,
    createdAt,
    provenAt,
    alternatives: listing.alternatives,
  };
}

/** As `peerIdOf` has it; an address of unknown type is taken for what its octets allow. */
export function peerIdIn({ peer: { address, type } }: KeyListing): string {
  const digits = address.replaceAll(":", "").toLowerCase();
  const isPublic =
    type === "public" || (type === "unknown" && Number.parseInt(digits.slice(0, 2), 16) < 0xc0);
  return `${isPublic ? "public" : "random"}-${digits}`;
}

function levelOf({ secureConnections, authenticated, keySize }: KeyListing): SecurityLevel | null {
  if (authenticated === null && keySize === null) return null;
  if (!secureConnections || authenticated !== true) return "encrypted";
  return keySize === 16 ? "secure" : "authenticated";
}
