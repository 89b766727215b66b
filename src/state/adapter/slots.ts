/** What of the adapter is in use: links, and the places in its buffers and lists. */
import { type Readable, Store } from "../store.ts";

export interface Places {
  readonly used: number;
  readonly size: number;
}

export interface LinkInUse {
  /** `Peer.id` */
  readonly peerId: string;
  /** As it was heard; may be empty. Hostile text. */
  readonly name: string;
}

export interface Slots {
  /** Oldest first. */
  readonly links: readonly LinkInUse[];
  /** How many links it can hold: known once it took no other, null before. */
  readonly limit: number | null;
  readonly acl: Places;
  readonly resolvingList: Places;
  readonly acceptList: Places;
}

export interface SlotsDesk {
  /** Null while there is no adapter. */
  readonly view: Readable<Slots | null>;
  /** Buffers and lists change with every packet, and nothing tells of each: looks at them now. */
  look(): void;
}

/** What is asked of the running host; null without one. */
export type Usage = Omit<Slots, "limit"> | null;

/** What is followed of the adapter's session. */
export interface SlotsSource {
  onState(listener: (state: { readonly kind: string }) => void, signal: AbortSignal): void;
  onEvent(
    listener: (event: { readonly kind: string; readonly held?: number }) => void,
    signal: AbortSignal,
  ): void;
}

const TELLING: ReadonlySet<string> = new Set([
  "link-opened",
  "link-ended",
  "links-full",
  "resolving-list-full",
]);

/** Follows until `signal` aborts. With each start of the host it is another adapter, perhaps. */
export function slotsOf(session: SlotsSource, usage: () => Usage, signal: AbortSignal): SlotsDesk {
  const view = new Store<Slots | null>(null);
  let limit: number | null = null;
  const look = (): void => {
    const now = usage();
    // One that holds more than it once took has room again for what it lacked then.
    if (now !== null && limit !== null && now.links.length > limit) limit = now.links.length;
    const next = now && { ...now, limit };
    if (!sameSlots(view.value, next)) view.set(next);
  };
  session.onState(({ kind }) => {
    if (kind === "starting") limit = null;
    if (kind === "closed") view.set(null);
    else look();
  }, signal);
  session.onEvent(({ kind, held }) => {
    if (kind === "links-full" && held !== undefined) limit = held;
    if (TELLING.has(kind)) look();
  }, signal);
  look();
  return { view, look };
}

function sameSlots(a: Slots | null, b: Slots | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
