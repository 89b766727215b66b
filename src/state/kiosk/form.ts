/** What was typed in the set-up, checked. */
import { appAddress, type KioskRow } from "../../storage/apps/rows.ts";
import { fitting } from "../../storage/check.ts";
import { PIN } from "./pin.ts";

export type KioskField =
  | "bonds"
  | "title"
  | "limit"
  | "retries"
  | "again"
  | "next"
  | "pin"
  /** Of one device, by its record id. */
  | `limit-${string}`
  | `retries-${string}`;

export interface KioskInputs {
  readonly valueOf: (id: string) => string;
  readonly isOn: (id: string) => boolean;
  readonly bonds: readonly string[];
  readonly before: KioskRow;
}

export interface KioskRead {
  readonly row: KioskRow;
  /** "" for none, null for as it is. */
  readonly pin: string | null;
  readonly problems: readonly KioskField[];
}

export function readKioskForm({ valueOf, isOn, bonds, before }: KioskInputs): KioskRead {
  const problems: KioskField[] = [];
  const number = (id: KioskField, least: number, most: number): number => {
    const value = Number(valueOf(id));
    if (!/^\d{1,4}$/.test(valueOf(id)) || value < least || value > most) problems.push(id);
    return value;
  };
  if (bonds.length === 0) problems.push("bonds");
  const limitMs = number("limit", 5, 600) * 1_000;
  const retries = number("retries", 0, 20);
  const own = bonds.flatMap((bondId) => {
    const [limit, tries] = [`limit-${bondId}`, `retries-${bondId}`] as const;
    const [asAll, asOften] = [valueOf(limit) === "", valueOf(tries) === ""];
    if (asAll && asOften) return [];
    return [
      {
        bondId,
        limitMs: asAll ? limitMs : number(limit, 5, 600) * 1_000,
        retries: asOften ? retries : number(tries, 0, 20),
      },
    ];
  });
  const againMinutes = number("again", 0, 1_440);
  const next = addressIn(valueOf("next"));
  if (next === undefined) problems.push("next");
  const typed = valueOf("pin");
  if (typed !== "" && !PIN.test(typed)) problems.push("pin");
  const row: KioskRow = {
    ...before,
    title: valueOf("title").slice(0, 80),
    bonds,
    own,
    limitMs,
    retries,
    againMinutes,
    next: next ?? null,
    attract: isOn("attract"),
  };
  return { row, pin: isOn("no-pin") ? "" : typed === "" ? null : typed, problems };
}

/** As a browser prints it; null for none, undefined for one that may not be gone to. */
function addressIn(text: string): string | null | undefined {
  return text === "" ? null : fitting(appAddress, URL.parse(text)?.href);
}
