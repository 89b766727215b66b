/** Records put straight into the page's database: what a person would have gathered over months. */
import type { Page } from "@playwright/test";
import type { BondRecord, GattTableRecord, HistoryEntry } from "../../src/storage/records.ts";
import { bond, entry, tableOf } from "../support/records.ts";

export interface Seed {
  readonly bonds: readonly BondRecord[];
  readonly tables?: readonly GattTableRecord[];
  readonly history?: readonly HistoryEntry[];
}

/** Writes `seed` beside what is there and opens the page on it. The page makes the database, so it is opened first. */
export async function plant(page: Page, { bonds, tables = [], history = [] }: Seed): Promise<void> {
  await page.goto("/#/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.evaluate(
    (rows) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("bondkeeper");
        opening.addEventListener("error", () => reject(new Error("Cannot open the database")));
        opening.addEventListener("success", () => {
          const database = opening.result;
          const tx = database.transaction(["bonds", "gatt", "history"], "readwrite");
          for (const row of rows.bonds) tx.objectStore("bonds").put(row);
          for (const row of rows.tables) tx.objectStore("gatt").put(row);
          for (const row of rows.history) tx.objectStore("history").put(row);
          tx.addEventListener("error", () => reject(new Error("Cannot plant the records")));
          tx.addEventListener("complete", () => {
            database.close();
            resolve();
          });
        });
      }),
    { bonds, tables, history },
  );
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** One device for every state that a record can be in. */
export const EVERY_STATE: Seed = {
  bonds: [
    bond("proven", { name: "Chest strap", label: "My strap", notes: "Bought in May" }),
    bond("recorded", { name: "Scale", probe: null, proofs: [], lastSeenAt: null }),
    bond("suspect", {
      name: "Front door",
      suspect: { reason: "access-refused", at: entry("suspect", -5).at },
    }),
    bond("archived", { name: "Old lamp", archived: { at: entry("archived", -9).at, why: "removed" } }),
    bond("half", { name: "Pump", archived: { at: entry("half", -3).at, why: "repair" } }),
  ],
  tables: ["proven", "recorded", "suspect"].map((id) => tableOf(id)),
  history: [
    entry("proven", -1_000, { kind: "added" }),
    entry("proven", -990, { kind: "paired" }),
    entry("proven", -30, { kind: "verified" }),
    entry("suspect", -1_000, { kind: "added" }),
    entry("suspect", -5, { kind: "suspect", detail: "access-refused" }),
  ],
};

/** As many records as a household never has. */
export function manyBonds(count: number): Seed {
  const number = (index: number): string => String(index).padStart(5, "0");
  return {
    bonds: Array.from({ length: count }, (_, index) =>
      bond(`many-${number(index)}`, { name: `Device ${number(index)}` }),
    ),
  };
}
