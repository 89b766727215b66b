/** From keys as a file lists them to one record: which one is used, what its type is, what stays a candidate. */
import { cleanName } from "../../storage/text.ts";
import type { Findings } from "./findings.ts";
import { arrange } from "./key-set.ts";
import type { Identity, KeyRecord, OtherKey, SigningKey } from "./record.ts";
import { isZero, ZERO_RAND } from "./values.ts";

/** UTF-16 units of JSON. */
const MAX_EXTRA = 2 ** 20;

/** A key as the file has it. Its type decides, not the place it stands in. */
export interface DraftKey {
  readonly where: string;
  /** `either`: the format has one place for all keys, or this is where keys of both kinds belong. */
  readonly place: "central" | "peripheral" | "either";
  readonly sc: boolean;
  readonly ltk: string;
  readonly ediv: number;
  readonly rand: string;
  readonly keySize: number | null;
  readonly authenticated: boolean | null;
  readonly debug: boolean | null;
}

export interface Draft {
  readonly where: string;
  readonly local: Identity | null;
  readonly ownIrk?: string | null;
  readonly peer: Identity;
  /** Oldest first. Null where a key was refused. */
  readonly keys: readonly (DraftKey | null)[];
  readonly irk?: string | null;
  readonly csrkLocal?: SigningKey | null;
  readonly csrkRemote?: SigningKey | null;
  readonly oob?: boolean | null;
  /** As in the file. */
  readonly name?: string | null;
  readonly extra: KeyRecord["extra"];
}

/** L-05, L-06, L-07 and L-13 are decided here. */
export function assemble(draft: Draft, findings: Findings): KeyRecord {
  const found = draft.keys.flatMap((key) => (key === null ? [] : [settled(key, findings)]));
  const { several, ...arranged } = arrange(found);
  if (several > 0) findings.add("L-13", draft.where, `${several} more than are used`);
  const name = draft.name === undefined || draft.name === null ? "" : cleanName(draft.name);
  return {
    local: draft.local,
    ownIrk: draft.ownIrk ?? null,
    peer: draft.peer,
    ...arranged,
    irk: draft.irk ?? null,
    csrkLocal: draft.csrkLocal ?? null,
    csrkRemote: draft.csrkRemote ?? null,
    oob: draft.oob ?? null,
    name: name === "" ? null : name,
    extra: boundedExtra(draft, findings),
    proof: "unproven",
  };
}

/** What is only kept must not cost more than the keys are worth. */
function boundedExtra({ extra, where }: Draft, findings: Findings): KeyRecord["extra"] {
  if (JSON.stringify(extra).length <= MAX_EXTRA) return extra;
  findings.add("L-24", where, "what we do not use is too large, and left out");
  return {};
}

function settled(key: DraftKey, findings: Findings): OtherKey {
  const zero = key.ediv === 0 && isZero(key.rand);
  if (!key.sc && zero) findings.add("L-06", key.where);
  if (key.sc && !zero) findings.add("L-05", key.where);
  const sc = key.sc || zero;
  if (sc && key.place === "central") findings.add("L-07", key.where);
  const { ltk, keySize, authenticated, debug } = key;
  return {
    place: sc ? "sc" : key.place === "peripheral" ? "peripheral" : "central",
    ltk,
    ediv: sc ? 0 : key.ediv,
    rand: sc ? ZERO_RAND : key.rand,
    keySize,
    authenticated,
    debug,
  };
}
