/** The contract's device as attributes of our own server. */
import type { ServiceDefinition } from "../../hci/gatt/database.ts";
import { CONTRACT_DEVICE, ECHO } from "../contract/bench.ts";

/** `echo` is what was written to the echo characteristic last. */
export function contractServices(): {
  readonly services: readonly ServiceDefinition[];
  readonly echo: () => readonly number[];
} {
  let echo: readonly number[] = [];
  const services: readonly ServiceDefinition[] = CONTRACT_DEVICE.services.map(
    ({ uuid, characteristics }) => ({
      uuid,
      characteristics: characteristics.map((each) => {
        let value = Uint8Array.from(each.value);
        return {
          uuid: each.uuid,
          properties: each.properties.flatMap((property) =>
            property === "reliableWrite" || property === "writableAuxiliaries" ? [] : [property],
          ),
          value: {
            read: () => value.slice(),
            write: (_: unknown, written: Uint8Array<ArrayBuffer>) => {
              value = written.slice();
              if (each.uuid === ECHO) echo = [...value];
            },
          },
        };
      }),
    }),
  );
  return { services, echo: () => echo };
}
