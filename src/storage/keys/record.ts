/**
 * A bond with its keys as plain data: what leaves the vault on a person's order, and what an import brings. It holds
 * whatever any of the known key stores holds. Keys are lower-case hexadecimal in wire order (least significant octet
 * first), as they travel in SMP PDUs; addresses are written most significant octet first.
 */
import type { PairingMethod } from "../../../hci/ports.ts";
import {
  boolean,
  changed,
  fields,
  integer,
  isFields,
  listOf,
  Misfit,
  nullable,
  oneOf,
  pattern,
  text,
  type Check,
} from "../check.ts";
import { time } from "../rows.ts";
import { cleanName } from "../text.ts";

export type AddressType = "public" | "static" | "resolvable" | "nonresolvable" | "unknown";

export interface PlainAddress {
  /** `C6:3B:11:7E:4D:02`. */
  readonly address: string;
  readonly type: AddressType;
}

/** One Secure Connections key, for both roles. */
export interface PlainScKey {
  readonly ltk: string;
  /** 7 to 16 octets; null where nobody said. */
  readonly keySize: number | null;
}

export interface PlainLegacyKey extends PlainScKey {
  readonly ediv: number;
  /** 8 octets. */
  readonly rand: string;
}

/** Kept so that a store it came from gets it back; never used. */
export interface PlainCsrk {
  readonly key: string;
  readonly counter: number | null;
  readonly authenticated: boolean | null;
}

/** A key beside the one in use: left by an older pairing, or made at another level. Kept, never used by itself. */
export interface PlainOtherKey extends PlainLegacyKey {
  readonly place: "sc" | "central" | "peripheral";
  readonly authenticated: boolean | null;
  readonly debug: boolean | null;
}

/** Whence a bond came that was not made here. Until a person accepts them for this device its levels are claims. */
export interface ImportNote {
  readonly from: string;
  readonly at: string;
  readonly accepted: boolean;
  /** A private address heard on the air settled the order of its identity key, and the key was turned round for it. */
  readonly irkMatched?: true;
}

/**
 * `active`: it has encrypted a connection after the one it was made on, or it stood alone.
 * `half-bond`: stored, and nobody said that the pairing ended well. `unproven`: paired, or imported, and not yet tried.
 * `failed`: tried in vain. `spare`: came beside a proven one.
 */
export type SlotState = "active" | "half-bond" | "unproven" | "failed" | "spare";

export interface VaultRecord {
  readonly v: 1;
  /** Our id of the adapter. */
  readonly adapter: string;
  /** Null where a file does not say. */
  readonly local: PlainAddress | null;
  readonly ownIrk: string | null;
  readonly peer: PlainAddress;
  readonly keys: {
    readonly sc: PlainScKey | null;
    /** Legacy key for when we are central: the peer distributed it. */
    readonly central: PlainLegacyKey | null;
    readonly peripheral: PlainLegacyKey | null;
    /** Oldest first. */
    readonly others: readonly PlainOtherKey[];
  };
  readonly irk: string | null;
  readonly csrkLocal: PlainCsrk | null;
  readonly csrkRemote: PlainCsrk | null;
  /** The smallest of the keys; null where nobody said. */
  readonly keySize: number | null;
  readonly authenticated: boolean | null;
  readonly debug: boolean | null;
  readonly oob: boolean | null;
  readonly method: PairingMethod | null;
  /** Which role we had in the pairing. */
  readonly role: "central" | "peripheral" | null;
  readonly name: string;
  readonly createdAt: string;
  /** When this very key last encrypted a connection that it was not made on. */
  readonly provenAt: string | null;
  readonly imported: ImportNote | null;
  readonly state: SlotState;
  /** Whatever else the store it came from holds, as it was there. May contain secrets. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export const hex = (octets: number): Check<string> =>
  pattern(new RegExp(`^[\\da-f]{${octets * 2}}$`, "u"), `${octets} octets in lower-case hexadecimal`);

/** Short enough that an adapter and two addresses make a row id. */
export const adapterId: Check<string> = pattern(/^[\w:-]{1,60}$/u, "an id of letters, digits and : - _");

export const addressType: Check<AddressType> = oneOf(
  "public",
  "static",
  "resolvable",
  "nonresolvable",
  "unknown",
);
export const plainAddress: Check<PlainAddress> = fields({
  address: pattern(/^[\dA-F]{2}(?::[\dA-F]{2}){5}$/u, "an address such as C6:3B:11:7E:4D:02"),
  type: addressType,
});

export const keySize = nullable(integer(7, 16));
const scKey: Check<PlainScKey> = fields({ ltk: hex(16), keySize });
const legacyKey: Check<PlainLegacyKey> = fields({
  ltk: hex(16),
  keySize,
  ediv: integer(0, 0xffff),
  rand: hex(8),
});
const otherKey: Check<PlainOtherKey> = fields({
  place: oneOf("sc", "central", "peripheral"),
  ltk: hex(16),
  keySize,
  ediv: integer(0, 0xffff),
  rand: hex(8),
  authenticated: nullable(boolean),
  debug: nullable(boolean),
});
export const MAX_OTHERS = 1_000;
export const otherKeys = listOf(otherKey, MAX_OTHERS);
const csrk: Check<PlainCsrk> = fields({
  key: hex(16),
  counter: nullable(integer(0, 0xffff_ffff)),
  authenticated: nullable(boolean),
});

export const method: Check<PairingMethod> = oneOf(
  "just-works",
  "numeric-comparison",
  "passkey",
  "oob",
  "legacy-just-works",
  "legacy-passkey",
  "legacy-oob",
);
export const role = oneOf("central", "peripheral");
const yes: Check<true> = (value) => {
  if (value !== true) throw new Misfit("not true");
  return true;
};
export const importNote: Check<ImportNote> = fields(
  { from: text(500), at: time, accepted: boolean },
  { irkMatched: yes },
);
export const name = changed(text(1_000), (value) => cleanName(value));

/** Characters of JSON. */
export const MAX_EXTRA = 1_000_000;
export const extra: Check<Readonly<Record<string, unknown>>> = (value) => {
  if (!isFields(value)) throw new Misfit("not an object");
  let json: string;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new Misfit(`not plain data (${error instanceof Error ? error.name : "unknown"})`);
  }
  if (json.length > MAX_EXTRA) throw new Misfit(`longer than ${MAX_EXTRA} characters`);
  const copy: unknown = JSON.parse(json);
  return isFields(copy) ? copy : {};
};

export const vaultRecord: Check<VaultRecord> = fields({
  v: (value: unknown) => {
    if (value !== 1) throw new Misfit("not 1");
    return 1 as const;
  },
  adapter: adapterId,
  local: nullable(plainAddress),
  ownIrk: nullable(hex(16)),
  peer: plainAddress,
  keys: fields({
    sc: nullable(scKey),
    central: nullable(legacyKey),
    peripheral: nullable(legacyKey),
    others: otherKeys,
  }),
  irk: nullable(hex(16)),
  csrkLocal: nullable(csrk),
  csrkRemote: nullable(csrk),
  keySize,
  authenticated: nullable(boolean),
  debug: nullable(boolean),
  oob: nullable(boolean),
  method: nullable(method),
  role: nullable(role),
  name,
  createdAt: time,
  provenAt: nullable(time),
  imported: nullable(importNote),
  state: oneOf("active", "half-bond", "unproven", "failed", "spare"),
  extra,
});
