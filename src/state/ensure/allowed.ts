/** What a person allowed other pages, and the taking back of it. */
import type { AppRow } from "../../storage/apps/rows.ts";
import { MAX_RETURNS } from "../../storage/apps/rows.ts";
import type { AppStore } from "../../storage/apps/store.ts";

/** True where results may be returned to exactly this address. */
export async function mayReturn(apps: Pick<AppStore, "get">, address: string): Promise<boolean> {
  const row = await apps.get(new URL(address).origin);
  return row?.returns.includes(address) ?? false;
}

/** From a click only. The oldest address gives way where a page has too many. */
export async function allowReturn(apps: AppStore, address: string, now: number): Promise<void> {
  const { origin } = new URL(address);
  await apps.change(origin, (row = newRow(origin, now)) => {
    const others = row.returns.filter((known) => known !== address);
    return { ...row, returns: [...others, address].slice(-MAX_RETURNS) };
  });
}

/** The page's token from now on, as its digest; an earlier one is worth nothing any more. */
export async function allowMessages(
  apps: AppStore,
  origin: string,
  token: string,
  now: number,
): Promise<void> {
  await apps.change(origin, (row = newRow(origin, now)) => ({ ...row, token }));
}

const newRow = (origin: string, now: number): AppRow => ({
  v: 1,
  id: origin,
  allowedAt: new Date(now).toISOString(),
  returns: [],
  token: null,
});
