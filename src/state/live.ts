/** Which devices this tab holds a link to, and since when. Only a proof newer than that is "proven now". */
import type { Live } from "../bonds/evidence.ts";
import { Store } from "./store.ts";

export class LiveLinks {
  /** Record id to the time the link came up, ISO 8601. */
  readonly links = new Store<ReadonlyMap<string, string>>(new Map());

  up(bondId: string, since: string): void {
    this.links.update((links) => new Map(links).set(bondId, since));
  }

  down(bondId: string): void {
    if (!this.links.value.has(bondId)) return;
    this.links.update((links) => new Map([...links].filter(([id]) => id !== bondId)));
  }

  of(bondId: string): Live {
    return { connectedSince: this.links.value.get(bondId) ?? null };
  }
}
