/** What changed between two attribute tables of one device, for display. Pure. */
import type {
  CharacteristicProperty,
  GattCharacteristic,
  GattService,
  GattTable,
  Uuid,
} from "../link/gatt.ts";

export type Change = "added" | "removed" | "changed";

export interface CharacteristicDiff {
  readonly uuid: Uuid;
  /** Counts the characteristics with this UUID within the service, from 0. */
  readonly instance: number;
  readonly change: Change;
  readonly propertiesAdded: readonly CharacteristicProperty[];
  readonly propertiesRemoved: readonly CharacteristicProperty[];
  readonly descriptorsAdded: readonly Uuid[];
  readonly descriptorsRemoved: readonly Uuid[];
  /** Where both tables have value handles and they differ. */
  readonly moved: { readonly from: number; readonly to: number } | null;
}

export interface ServiceDiff {
  readonly uuid: Uuid;
  /** Counts the services with this UUID, from 0. */
  readonly instance: number;
  readonly change: Change;
  /** All of them where the service was added or removed, else only those that differ. */
  readonly characteristics: readonly CharacteristicDiff[];
}

export interface TableDiff {
  readonly same: boolean;
  /** Those that differ: first what the new table has, in its order, then what is gone. */
  readonly services: readonly ServiceDiff[];
}

/** Entries with the same UUID are compared in order: the second with the second. The order of others does not count. */
export function diffTables(before: GattTable, after: GattTable): TableDiff {
  const services = pair(before.services, after.services).flatMap(({ instance, old, now }) => {
    const found = diffService(old, now, instance);
    return found === null ? [] : [found];
  });
  return { same: services.length === 0, services };
}

interface Pair<T> {
  readonly instance: number;
  readonly old: T | null;
  readonly now: T | null;
}

function pair<T extends { readonly uuid: Uuid }>(before: readonly T[], after: readonly T[]): Pair<T>[] {
  const old = Map.groupBy(before, (entry) => entry.uuid);
  const seen = new Map<Uuid, number>();
  const next = (uuid: Uuid): number => {
    const instance = seen.get(uuid) ?? 0;
    seen.set(uuid, instance + 1);
    return instance;
  };
  const present = after.map((now) => {
    const instance = next(now.uuid);
    return { instance, old: old.get(now.uuid)?.[instance] ?? null, now };
  });
  const gone = [...old].flatMap(([uuid, entries]) =>
    entries.slice(seen.get(uuid) ?? 0).map((entry) => ({ instance: next(uuid), old: entry, now: null })),
  );
  return [...present, ...gone];
}

function changeOf(old: unknown, now: unknown): Change {
  if (old === null) return "added";
  return now === null ? "removed" : "changed";
}

function diffService(old: GattService | null, now: GattService | null, instance: number): ServiceDiff | null {
  const uuid = (now ?? old)?.uuid ?? "";
  const characteristics = pair(old?.characteristics ?? [], now?.characteristics ?? []).flatMap((entry) => {
    const found = diffCharacteristic(entry.old, entry.now, entry.instance);
    return found === null ? [] : [found];
  });
  const change = changeOf(old, now);
  if (change === "changed" && characteristics.length === 0) return null;
  return { uuid, instance, change, characteristics };
}

function diffCharacteristic(
  old: GattCharacteristic | null,
  now: GattCharacteristic | null,
  instance: number,
): CharacteristicDiff | null {
  const change = changeOf(old, now);
  const diff: CharacteristicDiff = {
    uuid: (now ?? old)?.uuid ?? "",
    instance,
    change,
    propertiesAdded: without(now?.properties, old?.properties),
    propertiesRemoved: without(old?.properties, now?.properties),
    descriptorsAdded: without(uuids(now), uuids(old)),
    descriptorsRemoved: without(uuids(old), uuids(now)),
    moved: movedFrom(old?.handle, now?.handle),
  };
  const lists = [
    diff.propertiesAdded,
    diff.propertiesRemoved,
    diff.descriptorsAdded,
    diff.descriptorsRemoved,
  ];
  if (change === "changed" && diff.moved === null && lists.every((list) => list.length === 0)) return null;
  return diff;
}

const uuids = (characteristic: GattCharacteristic | null): readonly Uuid[] =>
  characteristic?.descriptors.map((descriptor) => descriptor.uuid) ?? [];

function movedFrom(from: number | undefined, to: number | undefined): CharacteristicDiff["moved"] {
  return from === undefined || to === undefined || from === to ? null : { from, to };
}

/** What `all` has more than `known`, repeated entries counted. */
function without<T>(all: readonly T[] = [], known: readonly T[] = []): readonly T[] {
  const left = [...known];
  return all.filter((entry) => {
    const at = left.indexOf(entry);
    if (at === -1) return true;
    left.splice(at, 1);
    return false;
  });
}
