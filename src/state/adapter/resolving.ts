/** Whether the controller's resolving list holds every bonded peer. */
import { type Readable, Store } from "../store.ts";

/** How many peers had a place when the list was last found too short, and how many had none. */
export interface ShortList {
  readonly listed: number;
  readonly left: number;
}

/** What is followed of the adapter's session. */
export interface ListSource {
  onState(listener: (state: { readonly kind: string }) => void, signal: AbortSignal): void;
  onEvent(listener: (event: { readonly kind: string } | FullList) => void, signal: AbortSignal): void;
}

type FullList = { readonly kind: "resolving-list-full" } & ShortList;

/** Null until the running host says that the list is too short; again with each start. Follows until `signal` aborts. */
export function shortListOf(session: ListSource, signal: AbortSignal): Readable<ShortList | null> {
  const short = new Store<ShortList | null>(null);
  session.onState(({ kind }) => {
    if (kind === "starting") short.set(null);
  }, signal);
  session.onEvent((event) => {
    if (event.kind === "resolving-list-full" && "left" in event)
      short.set({ listed: event.listed, left: event.left });
  }, signal);
  return short;
}
