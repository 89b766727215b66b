/** A bootloader that speaks Nordic's Secure DFU: one object after another, each checked before it is executed. */
import { crc32 } from "node:zlib";
import { concat } from "../../../hci/codec/bytes.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import type { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";

const CONTROL = "8ec90001-f315-4f60-9fb8-838830daea50";
const PACKET = "8ec90002-f315-4f60-9fb8-838830daea50";
const Operation = { create: 0x01, checksum: 0x03, execute: 0x04, select: 0x06 } as const;
const Outcome = { success: 0x01, unsupported: 0x02, invalid: 0x03, notPermitted: 0x08 } as const;
const OBJECT_SIZE = { 1: 256, 2: 1024 } as const;

/** What is being received under one object type: 1 the init packet, 2 the firmware. */
interface Store {
  executed: Uint8Array<ArrayBuffer>;
  pending: Uint8Array<ArrayBuffer>;
  size: number;
}

const emptyStore = (): Store => ({ executed: new Uint8Array(), pending: new Uint8Array(), size: 0 });

export class DfuBootloader {
  readonly stores = { 1: emptyStore(), 2: emptyStore() };
  #type: 1 | 2 = 1;
  #device: Peripheral | undefined;

  definition(): PeripheralDefinition {
    return {
      name: "DfuTarg",
      advertises: [uuidOf(0xfe59)],
      services: [
        {
          uuid: uuidOf(0xfe59),
          characteristics: [
            {
              uuid: CONTROL,
              properties: ["write", "notify"],
              value: { write: (_client, value) => this.#control(value) },
            },
            {
              uuid: PACKET,
              properties: ["writeWithoutResponse"],
              value: { write: (_client, value) => this.#packet(value) },
            },
          ],
        },
      ],
      policy: justWorks,
      allowsNewPairing: true,
      run: (device) => {
        this.#device = device;
        return () => {
          this.#device = undefined;
        };
      },
    };
  }

  get #store(): Store {
    return this.stores[this.#type];
  }

  #packet(value: Uint8Array): void {
    const store = this.#store;
    if (store.pending.length + value.length <= store.size) store.pending = concat(store.pending, value);
  }

  #control(value: Uint8Array): void {
    const [operation = 0] = value;
    const answer = this.#answer(operation, new DataView(Uint8Array.from(value).buffer));
    this.#device?.notify(CONTROL, concat(Uint8Array.of(0x60, operation), answer));
  }

  #answer(operation: number, view: DataView): Uint8Array {
    switch (operation) {
      case Operation.select:
        if (!this.#choose(view)) return Uint8Array.of(Outcome.invalid);
        return concat(Uint8Array.of(Outcome.success), words(OBJECT_SIZE[this.#type], ...this.#state()));
      case Operation.create: {
        if (!this.#choose(view)) return Uint8Array.of(Outcome.invalid);
        const size = view.getUint32(2, true);
        if (size === 0 || size > OBJECT_SIZE[this.#type]) return Uint8Array.of(Outcome.invalid);
        Object.assign(this.#store, { size, pending: new Uint8Array() });
        return Uint8Array.of(Outcome.success);
      }
      case Operation.checksum:
        return concat(Uint8Array.of(Outcome.success), words(...this.#state()));
      case Operation.execute:
        return Uint8Array.of(this.#execute());
      default:
        return Uint8Array.of(Outcome.unsupported);
    }
  }

  #choose(view: DataView): boolean {
    const type = view.byteLength > 1 ? view.getUint8(1) : 0;
    if (type !== 1 && type !== 2) return false;
    this.#type = type;
    return true;
  }

  /** Octets that are there, and the CRC-32 over them. */
  #state(): readonly [number, number] {
    const all = concat(this.#store.executed, this.#store.pending);
    return [all.length, all.length === 0 ? 0 : crc32(all)];
  }

  #execute(): number {
    const store = this.#store;
    if (store.pending.length !== store.size) return Outcome.notPermitted;
    store.executed = concat(store.executed, store.pending);
    Object.assign(store, { pending: new Uint8Array(), size: 0 });
    return Outcome.success;
  }
}

function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setUint32(i * 4, value, true));
  return new Uint8Array(view.buffer);
}
