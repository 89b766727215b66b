/** Adapters and our identities on them as they stood at one time, so that what came since can go again. */
import { fitting, isFields } from "../check.ts";
import { sameValue } from "../same.ts";
import type { KeyRows, RowChange } from "./key-rows.ts";
import { adapterRow, identityRow, type AdapterRow, type IdentityRow } from "./rows.ts";

export interface Places {
  readonly adapters: readonly AdapterRow[];
  readonly identities: readonly IdentityRow[];
}

/** Without those that are damaged: they stay as they are. */
export async function placesNow(rows: KeyRows): Promise<Places> {
  const [adapters, identities] = await Promise.all([rows.all("adapters"), rows.all("identities")]);
  return {
    adapters: adapters.flatMap((row) => fitting(adapterRow, row) ?? []),
    identities: identities.flatMap((row) => fitting(identityRow, row) ?? []),
  };
}

/** Something else writes at the same time: more often than this, and all of it stays. */
const ATTEMPTS = 3;

/**
 * Takes back, in one write, what came between `before` and `after`: adapters, identities, and which identity is in use. An
 * adapter that was used or named since, or has bonds with such an identity, stays with all its identities. Resolves with
 * how many stay for that.
 */
export async function putBackPlaces(rows: KeyRows, before: Places, after: Places): Promise<number> {
  const came = after.adapters.filter(({ id }) => !has(before.adapters, id));
  const touched = new Set(
    after.identities
      .filter((identity) => !sameValue(withId(before.identities, identity.id)?.chosen, identity.chosen))
      .map(({ adapter }) => adapter)
      .concat(came.map(({ id }) => id)),
  );
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = await placesNow(rows);
    const bonds = await rows.all("bondKeys");
    const free = [...touched].filter((adapter) => !isUsed(adapter, { before, after, now, bonds }));
    const changes = free.flatMap((adapter) => changesOf(adapter, before, now));
    if (changes.length === 0 || (await rows.replace(changes, null)) === "done")
      return touched.size - free.length;
  }
  return touched.size;
}

interface Standing {
  readonly before: Places;
  readonly after: Places;
  readonly now: Places;
  readonly bonds: readonly unknown[];
}

/** Whether anything was done with this adapter since: then a person may rely on it. */
function isUsed(adapter: string, { before, after, now, bonds }: Standing): boolean {
  const then = withId(after.adapters, adapter);
  const is = withId(now.adapters, adapter);
  if (then !== undefined && !sameValue(lasting(then), is && lasting(is))) return true;
  const identities = ofAdapter(now, adapter);
  if (!sameValue(identities, ofAdapter(after, adapter))) return true;
  const isNew = !has(before.adapters, adapter);
  const locals = new Set(
    identities.filter(({ id }) => !has(before.identities, id)).map(({ local }) => local),
  );
  return bonds.some(
    (row) => isFields(row) && row["adapter"] === adapter && (isNew || locals.has(String(row["local"]))),
  );
}

function changesOf(adapter: string, before: Places, now: Places): readonly RowChange[] {
  const identities = ofAdapter(now, adapter).flatMap((row): RowChange[] => {
    const was = withId(before.identities, row.id);
    const place = { table: "identities", id: row.id, expected: row.rev } as const;
    if (was === undefined) return [{ ...place, row: null }];
    return was.chosen === row.chosen
      ? []
      : [{ ...place, row: { ...row, chosen: was.chosen, rev: row.rev + 1 } }];
  });
  const row = withId(now.adapters, adapter);
  if (row === undefined) return identities;
  const place = { table: "adapters", id: adapter, expected: row.rev } as const;
  // Also where it stays: whoever makes an identity on it at the same time must notice.
  const stays = has(before.adapters, adapter);
  return [...identities, { ...place, row: stays ? { ...row, rev: row.rev + 1 } : null }];
}

const lasting = ({ label, accepted, lastSeenAt }: AdapterRow) => ({ label, accepted, lastSeenAt });
const ofAdapter = ({ identities }: Places, adapter: string): readonly IdentityRow[] =>
  identities.filter((identity) => identity.adapter === adapter);
const withId = <T extends { readonly id: string }>(list: readonly T[], id: string): T | undefined =>
  list.find((each) => each.id === id);
const has = (list: readonly { readonly id: string }[], id: string): boolean => withId(list, id) !== undefined;
