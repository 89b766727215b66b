/** What happened to one characteristic since the page opened. Pure: every function returns a new state. */
import type { Failure } from "../link/failure.ts";

/** A value as it arrived; `at` in milliseconds since 1970. */
export interface Received {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly by: "read" | "notification";
}

export type Operation = "read" | "write" | "subscribe" | "unsubscribe";

export type Outcome =
  | { readonly kind: "written"; readonly octets: number; readonly response: boolean; readonly at: number }
  | {
      readonly kind: "failed";
      readonly operation: Operation;
      readonly failure: Failure;
      readonly at: number;
    };

export interface Activity {
  readonly busy: Operation | null;
  readonly subscribed: boolean;
  readonly last: Received | null;
  /** Notifications since the subscription began, those that are no longer kept included. */
  readonly count: number;
  /** The newest notifications, oldest first, at most `MAX_KEPT`. */
  readonly notifications: readonly Received[];
  readonly outcome: Outcome | null;
}

export const MAX_KEPT = 600;

export const IDLE: Activity = {
  busy: null,
  subscribed: false,
  last: null,
  count: 0,
  notifications: [],
  outcome: null,
};

export function started(activity: Activity, operation: Operation): Activity {
  return { ...activity, busy: operation, outcome: null };
}

export function valueRead(activity: Activity, bytes: Uint8Array, at: number): Activity {
  return { ...activity, busy: null, last: { at, bytes, by: "read" }, outcome: null };
}

export function written(activity: Activity, octets: number, response: boolean, at: number): Activity {
  return { ...activity, busy: null, outcome: { kind: "written", octets, response, at } };
}

export function subscribed(activity: Activity): Activity {
  return { ...activity, busy: null, subscribed: true, count: 0, notifications: [], outcome: null };
}

export function unsubscribed(activity: Activity): Activity {
  return { ...activity, busy: null, subscribed: false };
}

export function failed(activity: Activity, operation: Operation, failure: Failure, at: number): Activity {
  const outcome: Outcome = { kind: "failed", operation, failure, at };
  return { ...activity, busy: null, outcome };
}

/** One frame's worth of notifications at once. `dropped`: how many came besides and were not kept. */
export function notified(activity: Activity, values: readonly Received[], dropped: number): Activity {
  const last = values.at(-1);
  if (last === undefined) return activity;
  return {
    ...activity,
    last,
    count: activity.count + values.length + dropped,
    notifications: [...activity.notifications, ...values].slice(-MAX_KEPT),
  };
}

/** The link is gone: nothing runs and nothing is subscribed; what was received stays to be read. */
export function linkEnded(activity: Activity): Activity {
  return { ...activity, busy: null, subscribed: false };
}
