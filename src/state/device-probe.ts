/** Which characteristics can be the probe of a device, the likeliest first. Pure. */
import { sameRef } from "../bonds/evidence.ts";
import type { CharacteristicRef, GattTable, Uuid } from "../link/gatt.ts";
import type { BondRecord } from "../storage/records.ts";
import { numberOf } from "./assigned-numbers.ts";
import { gattTree } from "./gatt-tree.ts";

export interface ProbeChoice {
  readonly ref: CharacteristicRef;
  readonly service: Uuid;
  readonly uuid: Uuid;
  readonly current: boolean;
  readonly likelihood: Likelihood;
}

export type Likelihood =
  /** The device refused it for security before. */
  | "was-refused"
  /** Nobody knows but the maker. */
  | "possible"
  /** Devices usually let everybody read it, and then it proves nothing. */
  | "usually-open";

/** Generic Access, Generic Attribute, Device Information, Battery. */
const USUALLY_OPEN: ReadonlySet<number> = new Set([0x1800, 0x1801, 0x180a, 0x180f]);
const ORDER: readonly Likelihood[] = ["was-refused", "possible", "usually-open"];

export function probeChoices(
  table: GattTable,
  record: Pick<BondRecord, "probe" | "refused">,
): readonly ProbeChoice[] {
  const choices = gattTree(table).flatMap((service) =>
    service.characteristics
      .filter((characteristic) => characteristic.can.read)
      .map(
        ({ ref, uuid }): ProbeChoice => ({
          ref,
          service: service.uuid,
          uuid,
          current: record.probe !== null && sameRef(record.probe.ref, ref),
          likelihood: likelihood(ref, record),
        }),
      ),
  );
  return choices.toSorted((a, b) => ORDER.indexOf(a.likelihood) - ORDER.indexOf(b.likelihood));
}

function likelihood(ref: CharacteristicRef, record: Pick<BondRecord, "probe" | "refused">): Likelihood {
  const learned = record.probe?.source === "learned" && sameRef(record.probe.ref, ref);
  if (learned || record.refused.some((refused) => sameRef(refused, ref))) return "was-refused";
  return USUALLY_OPEN.has(numberOf(ref.service) ?? -1) ? "usually-open" : "possible";
}
