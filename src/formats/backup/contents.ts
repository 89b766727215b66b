/** What a backup holds once it is open: everything that is needed to go on with the same bonds elsewhere. */
import {
  exactly,
  fields,
  integer,
  listOf,
  Misfit,
  nullable,
  oneOf,
  text,
  type Check,
  type Checked,
} from "../../storage/check.ts";
import { adapterId, hex, plainAddress, vaultRecord } from "../../storage/keys/record.ts";
import { adapterRow } from "../../storage/keys/rows.ts";
import { BackupError } from "./problem.ts";

export const MAX_BONDS = 50_000;
const MAX_ADAPTERS = 1_000;
/** Characters of the records' own file. */
const MAX_RECORDS = 64 * 2 ** 20;

const identity = fields({
  adapter: adapterId,
  local: plainAddress,
  /** Wire order. */
  irk: hex(16),
  er: nullable(hex(16)),
  ir: nullable(hex(16)),
  chosen: (value: unknown) => {
    if (typeof value !== "boolean") throw new Misfit("not true or false");
    return value;
  },
});

export const backupContents = fields({
  v: exactly(1),
  /** Keys of bonds, as the vault gives them out. */
  bonds: listOf(vaultRecord, MAX_BONDS),
  identities: listOf(identity, MAX_ADAPTERS),
  adapters: listOf(adapterRow, MAX_ADAPTERS),
  /** The file that an export of all records is: see docs/record-json.md. */
  records: text(MAX_RECORDS),
  settings: fields({
    theme: oneOf("system", "light", "dark"),
    cacheDays: integer(0, 3_650),
  }),
});
export type BackupContents = Checked<typeof backupContents>;
export type BackupIdentity = BackupContents["identities"][number];

/** Throws BackupError `misfit`. */
export function readContents(json: string): BackupContents {
  try {
    const check: Check<BackupContents> = backupContents;
    return check(JSON.parse(json));
  } catch (error) {
    if (error instanceof Misfit) throw new BackupError({ kind: "misfit", detail: error.describe() });
    if (error instanceof SyntaxError) throw new BackupError({ kind: "misfit", detail: "not JSON" });
    throw error;
  }
}
