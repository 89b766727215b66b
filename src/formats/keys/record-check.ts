/** Whether data from outside (a backup, another tab) is a `KeyRecord`. Throws `Misfit`, which never quotes a value. */
import {
  boolean,
  type Check,
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
} from "../../storage/check.ts";
import { sameValue } from "../../storage/same.ts";
import { cleanName, MAX_NAME_OCTETS } from "../../storage/text.ts";
import { arrange, MAX_OTHERS, spread } from "./key-set.ts";
import {
  ADDRESS_TYPES,
  type FormatId,
  FORMATS,
  type Json,
  type KeyRecord,
  type LegacyKey,
  type OtherKey,
  PROOFS,
} from "./record.ts";

/** Nested lists and objects in `extra`, and values in it. */
const EXTRA_DEPTH = 24;
const EXTRA_VALUES = 2 ** 20;

const octets16 = pattern(/^[0-9a-f]{32}$/u, "16 octets in lower-case hex");
const octets8 = pattern(/^[0-9a-f]{16}$/u, "8 octets in lower-case hex");
const keySize = nullable(integer(7, 16));
const flag = nullable(boolean);

export const identityCheck = fields({
  address: pattern(/^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/u, "an address"),
  type: oneOf(...ADDRESS_TYPES),
});

const legacy: Check<LegacyKey> = fields({ ltk: octets16, ediv: integer(0, 0xffff), rand: octets8 });

const other: Check<OtherKey> = fields({
  place: oneOf("sc", "central", "peripheral"),
  ltk: octets16,
  ediv: integer(0, 0xffff),
  rand: octets8,
  keySize,
  authenticated: flag,
  debug: flag,
});

const signing = nullable(fields({ key: octets16, counter: nullable(integer(0, 0xffff_ffff)) }));

const keys = fields({
  sc: nullable(fields({ ltk: octets16 })),
  central: nullable(legacy),
  peripheral: nullable(legacy),
  others: listOf(other, MAX_OTHERS),
});

const extra: Check<KeyRecord["extra"]> = (value) => {
  if (!isFields(value)) throw new Misfit("not an object");
  const budget = { left: EXTRA_VALUES };
  const held: { [format in FormatId]?: Json } = {};
  for (const format of FORMATS) {
    if (Object.hasOwn(value, format)) held[format] = json(value[format], 0, budget);
  }
  return held;
};

function json(value: unknown, depth: number, budget: { left: number }): Json {
  if (--budget.left < 0) throw new Misfit(`more than ${EXTRA_VALUES} values`);
  if (depth > EXTRA_DEPTH) throw new Misfit(`deeper than ${EXTRA_DEPTH}`);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return Array.from(value, (entry: unknown) => json(entry, depth + 1, budget));
  if (!isFields(value)) throw new Misfit("not a JSON value");
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, json(entry, depth + 1, budget)]),
  );
}

const shape: Check<KeyRecord> = fields({
  local: nullable(identityCheck),
  ownIrk: nullable(octets16),
  peer: identityCheck,
  keys,
  irk: nullable(octets16),
  csrkLocal: signing,
  csrkRemote: signing,
  keySize,
  authenticated: flag,
  debug: flag,
  oob: flag,
  name: nullable(changed(text(4 * MAX_NAME_OCTETS), (name) => cleanName(name))),
  extra,
  proof: oneOf(...PROOFS),
});

/** A fresh record; throws `Misfit`. */
export const keyRecordCheck: Check<KeyRecord> = (value, unknown) => {
  const record = shape(value, unknown);
  if (!sameValue(arrange(spread(record)).keys, record.keys)) {
    const misfit = new Misfit("keys in places that contradict each other");
    misfit.path.push("keys");
    throw misfit;
  }
  return record;
};
