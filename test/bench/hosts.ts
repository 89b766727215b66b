/** What the contests of whole hosts share. */
import assert from "node:assert/strict";
import type { GattClient } from "../../hci/gatt/client.ts";
import type { Characteristic } from "../../hci/gatt/table.ts";
import type { Connection, Gatt, RemoteCharacteristic } from "../support/ble-host.ts";
import type { Contest } from "./harness.ts";
import type { PairOptions } from "./pairs.ts";
import { OurPair, PUSHED, TheirPair } from "./pairs.ts";

/** The goal of all contests with the other host. */
const TWICE = 0.5;

export function contest(
  name: string,
  pairs: { readonly ours: OurPair; readonly theirs: TheirPair },
  sample: { readonly ours: () => Promise<number>; readonly theirs: () => Promise<number> },
  more: Partial<Contest> = {},
): Contest {
  return {
    name,
    rivals: [
      { name: "Bondkeeper", sample: sample.ours },
      { name: "ble-host", sample: sample.theirs, goal: TWICE },
    ],
    close: () => pairs.theirs.close(),
    ...more,
  };
}

export function both(options: PairOptions = {}): { readonly ours: OurPair; readonly theirs: TheirPair } {
  return { ours: new OurPair(options), theirs: new TheirPair(options) };
}

export const exchangeMtu = ({ gatt }: { readonly gatt: Gatt }): Promise<void> =>
  new Promise((resolve) => gatt.exchangeMtu(() => resolve()));

/** The characteristic that is read, written and pushed. */
export function theirPushed({ gatt }: Connection): Promise<RemoteCharacteristic> {
  return new Promise((resolve) =>
    gatt.discoverAllPrimaryServices((services) =>
      services
        .find(({ uuid }) => uuid.toLowerCase().startsWith("0000b000"))
        ?.discoverCharacteristics(([first]) => first && resolve(first)),
    ),
  );
}

export function ourPushed(client: GattClient): Characteristic {
  const found = client.table?.services.flatMap(({ characteristics }) => characteristics);
  const pushed = found?.find(({ uuid }) => uuid === PUSHED);
  assert(pushed !== undefined);
  return pushed;
}
