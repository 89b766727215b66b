/** What a person may change in a record: its label, notes, demands and probe. */
import type { BondPorts } from "../bonds/ensure.ts";
import type { CharacteristicRef } from "../link/gatt.ts";
import type { StorageFailure } from "../storage/ports.ts";
import type { Level } from "../storage/records.ts";
import { cleanName, cleanText } from "../storage/text.ts";
import { attempt, changeRecord } from "./device-record.ts";

/** Octets of UTF-8. */
export const LONGEST_NOTES = 4_000;

/** An empty label gives the device its own name back. */
export async function rename(ports: BondPorts, id: string, label: string): Promise<StorageFailure | null> {
  const clean = cleanName(label);
  return attempt(() =>
    changeRecord(ports, id, (record) => {
      const next = clean === "" || clean === record.name ? null : clean;
      if (next === record.label) return { record, history: [] };
      return { record: { ...record, label: next }, history: [{ kind: "renamed" }] };
    }),
  );
}

export async function setNotes(ports: BondPorts, id: string, notes: string): Promise<StorageFailure | null> {
  const clean = cleanText(notes, LONGEST_NOTES);
  return attempt(() =>
    changeRecord(ports, id, (record) => ({
      record: record.notes === clean ? record : { ...record, notes: clean },
      history: [],
    })),
  );
}

export async function setMinimumLevel(
  ports: BondPorts,
  id: string,
  minimumLevel: Level | null,
): Promise<StorageFailure | null> {
  return attempt(() =>
    changeRecord(ports, id, (record) => ({
      record: record.minimumLevel === minimumLevel ? record : { ...record, minimumLevel },
      history: [],
    })),
  );
}

/** Legacy pairing for this one device. The caller has warned. */
export async function setLegacyAllowed(
  ports: BondPorts,
  id: string,
  legacyAllowed: boolean,
): Promise<StorageFailure | null> {
  return attempt(() =>
    changeRecord(ports, id, (record) => ({
      record: (record.legacyAllowed ?? false) === legacyAllowed ? record : { ...record, legacyAllowed },
      history: [],
    })),
  );
}

export async function setAutoConnect(
  ports: BondPorts,
  id: string,
  autoConnect: boolean,
): Promise<StorageFailure | null> {
  return attempt(() =>
    changeRecord(ports, id, (record) => ({
      record: record.autoConnect === autoConnect ? record : { ...record, autoConnect },
      history: [],
    })),
  );
}

/** `level`: what the device demands for this read, as far as the person knows. */
export async function chooseProbe(
  ports: BondPorts,
  id: string,
  ref: CharacteristicRef,
  level: Level | null,
): Promise<StorageFailure | null> {
  return attempt(() =>
    changeRecord(ports, id, (record, at) => ({
      record: { ...record, probe: { ref, source: "user", level, since: at } },
      history: [{ kind: "probe-chosen" }],
    })),
  );
}
