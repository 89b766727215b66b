/**
 * Devices that need more patience than others, as data. A quirk says when something is done and how often a link is
 * tried, within `BOUNDS`; what is demanded of a bond, who is asked and what is sent is in none. Whoever calls itself by a
 * name in the table gains nothing by it. A pairing is in no quirk either: it is never repeated by itself, whatever ended it.
 *
 * Two things that other programs have to list are always so here: a link is up before anything is paired on it, and `hci/`
 * hears Low Energy only.
 */
import type { Uuid } from "../link/gatt.ts";

/** How a device is handled. */
export interface Manner {
  /** Attempts to bring up a link that broke off, the first included. */
  readonly connectAttempts: number;
  /** Milliseconds between them, and between attempts to prove a new bond; null: growing, see `steps.ts`. */
  readonly connectPauseMs: number | null;
  /** Milliseconds for which a link is left alone before a pairing begins on it. Links that are only encrypted do not wait. */
  readonly settleMs: number;
}

/** What is known before a link is up: of the advertisement that was heard, or of the record. All of it is a claim. */
export interface Known {
  readonly name: string;
  /** Services that it was chosen by. */
  readonly services: readonly Uuid[];
}

/** All that is named must fit. */
export type Mark =
  | { readonly namePrefix: string; readonly service?: Uuid }
  | { readonly namePrefix?: string; readonly service: Uuid };

export interface Quirk {
  readonly id: string;
  /** What such a device is, in a person's words: "a MeshCore radio". */
  readonly what: string;
  readonly mark: Mark;
  readonly manner: Partial<Manner>;
  /** Why: one sentence for a person, without a full stop. */
  readonly because: string;
}

export const STANDARD: Manner = { connectAttempts: 3, connectPauseMs: null, settleMs: 0 };

/** No quirk goes beyond these, whatever the table says. */
export const BOUNDS = {
  connectAttempts: [1, 6],
  connectPauseMs: [250, 5_000],
  settleMs: [0, 5_000],
} as const satisfies Readonly<Record<keyof Manner, readonly [least: number, most: number]>>;

/** The first that fits counts. Whoever adds one says why, in words that somebody with such a device understands. */
export const QUIRKS: readonly Quirk[] = [
  {
    // As in meshcore-ble-connect; the second of silence is ADVERT_RESTART_DELAY of its ESP32 firmware.
    id: "meshcore",
    what: "a MeshCore radio",
    mark: { namePrefix: "MeshCore-" },
    manner: { connectAttempts: 6, connectPauseMs: 1_000, settleMs: 2_000 },
    because:
      "the first links to such radios often break off, they stay silent for a second after each, and a pairing that begins at once may get no answer",
  },
];

/** Undefined: nothing special is known of it. */
export function quirkOf(known: Known, table: readonly Quirk[] = QUIRKS): Quirk | undefined {
  return table.find(({ mark: { namePrefix = "", service } }) => {
    const serves = service === undefined || known.services.includes(service);
    return known.name.startsWith(namePrefix) && serves;
  });
}

/** Within the bounds, and whole where the table leaves something out. */
export function mannerOf(known: Known, table: readonly Quirk[] = QUIRKS): Manner {
  const { connectAttempts, connectPauseMs, settleMs } = { ...STANDARD, ...quirkOf(known, table)?.manner };
  return {
    connectAttempts: within(connectAttempts, BOUNDS.connectAttempts),
    connectPauseMs: connectPauseMs === null ? null : within(connectPauseMs, BOUNDS.connectPauseMs),
    settleMs: within(settleMs, BOUNDS.settleMs),
  };
}

/** What is no number counts as the least. */
function within(value: number, [least, most]: readonly [number, number]): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : least;
}
