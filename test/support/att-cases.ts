/** Small tools of the GATT conformance tests. */
import assert from "node:assert/strict";
import { AttError } from "../../hci/att/errors.ts";
import { fromHex } from "../../hci/codec/bytes.ts";
import type { Characteristic } from "../../hci/gatt/table.ts";
import type { AttRig } from "./att-rig.ts";

/** Matches an AttError with this code. */
export const refused = (code: number) => (error: unknown) => error instanceof AttError && error.code === code;

/** The server's next answer becomes this. */
export function answerOnce(rig: AttRig, hex: string): void {
  rig.wire.tamper = (pdu, from) => {
    if (from === "a") return [pdu];
    rig.wire.tamper = (next) => [next];
    return [fromHex(hex)];
  };
}

export async function characteristic(rig: AttRig, uuid: string): Promise<Characteristic> {
  const table = rig.gatt.table ?? (await rig.gatt.discover());
  const found = table.services.flatMap(({ characteristics }) => characteristics).find((c) => c.uuid === uuid);
  assert.ok(found !== undefined);
  return found;
}
