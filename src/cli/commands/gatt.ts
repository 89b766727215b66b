import type { GattTable } from "../../link/gatt.ts";
import { toHex } from "../../../hci/codec/bytes.ts";
import { DeviceError } from "../../link/failure.ts";
import type { CharacteristicRef } from "../../link/gatt.ts";
import type { Command } from "../arguments.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";
import { withLink } from "./on-adapter.ts";

type Gatt = Extract<Command, { readonly kind: "gatt" }>;
type Read = Extract<Command, { readonly kind: "read" }>;

/** Every characteristic that the device offers, by service. */
export function gattCommand(common: Gatt, program: Program, output: Output): Promise<number> {
  return withLink({ common, program, output }, common.device, async (connection, signal) => {
    const { services } = await connection.discover(signal);
    const rows = services.flatMap((service) =>
      service.characteristics.map(({ uuid, handle, properties, descriptors }) => ({
        service: service.uuid,
        characteristic: uuid,
        handle: handle ?? null,
        properties: properties.join(" "),
        descriptors: descriptors.length,
      })),
    );
    output.rows("characteristic", rows, "The device offers nothing");
  });
}

/** One value, in hexadecimal and as text where it is text. */
export function readCommand(common: Read, program: Program, output: Output): Promise<number> {
  return withLink({ common, program, output }, common.device, async (connection, signal) => {
    const ref = refOf(await connection.discover(signal), common.uuid);
    if (ref === undefined) throw new DeviceError({ kind: "not-found", what: "characteristic" });
    const value = await connection.read(ref, { signal });
    output.rows("value", [{ uuid: common.uuid, hex: toHex(value), text: textIn(value) }], "");
  });
}

function refOf({ services }: GattTable, uuid: string): CharacteristicRef | undefined {
  const service = services.find(({ characteristics }) => characteristics.some((one) => one.uuid === uuid));
  return service && { service: service.uuid, characteristic: uuid, instance: 0 };
}

/** Null for octets that are no plain text. */
function textIn(value: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value);
    return /^[^\p{Cc}\p{Cf}]+$/u.test(text) ? text : null;
  } catch {
    return null;
  }
}
