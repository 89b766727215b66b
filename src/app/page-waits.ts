/** Waiting times after failed pairings, where a reload of the page leaves them: beside the database, by kind of adapter. */
import type { WaitRows } from "../storage/keys/waits.ts";
import type { OwnKind } from "../state/world.ts";

export function pageWaits(kind: OwnKind): WaitRows {
  const name = `bondkeeper.waits.${kind}`;
  return {
    async read() {
      const rows: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
      return Array.isArray(rows) ? rows : [];
    },
    async write(rows) {
      localStorage.setItem(name, JSON.stringify(rows));
    },
  };
}
