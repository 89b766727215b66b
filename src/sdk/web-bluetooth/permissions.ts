/** Which devices the person let the page use ("allowed devices" of the specification). No key is among it. */
import type { Uuid } from "../../../hci/codec/uuid.ts";
import { formatAddress, parseAddress } from "../../../hci/gap/address.ts";
import type { Address } from "../../../hci/ports.ts";
import { fields, integer, listOf, nullable, oneOf, pattern, text } from "../../storage/check.ts";

export interface AllowedDevice {
  /** What the page knows it by: 16 random octets in base64, of no meaning to anybody else. */
  readonly id: string;
  /** Where it is found: its identity once that is known, else the address it was heard under. */
  readonly address: Address;
  readonly name: string | null;
  readonly services: readonly Uuid[];
  /** Company identifiers. */
  readonly manufacturers: readonly number[];
}

export interface Permissions {
  all(): Promise<readonly AllowedDevice[]>;
  /** Takes the place of an entry with the same id. */
  put(device: AllowedDevice): Promise<void>;
  delete(id: string): Promise<void>;
}

/** For as long as the page lives. */
export class MemoryPermissions implements Permissions {
  readonly #devices = new Map<string, AllowedDevice>();

  async all(): Promise<readonly AllowedDevice[]> {
    return [...this.#devices.values()];
  }

  async put(device: AllowedDevice): Promise<void> {
    this.#devices.set(device.id, device);
  }

  async delete(id: string): Promise<void> {
    this.#devices.delete(id);
  }
}

/** Entries of one page; more than anybody allows by hand. */
const MAX_DEVICES = 1000;
const uuid = pattern(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u, "a UUID");
const rowsCheck = listOf(
  fields({
    id: text(60, 1),
    address: pattern(/^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/u, "an address"),
    type: oneOf("public", "random"),
    name: nullable(text(300)),
    services: listOf(uuid, MAX_DEVICES),
    manufacturers: listOf(integer(0, 0xffff), MAX_DEVICES),
  }),
  MAX_DEVICES,
);

/**
 * In a Storage, such as `localStorage`, under one name. Rejects with `Misfit` for what is not of its own writing: what
 * cannot be read is not "no devices".
 */
export class StoredPermissions implements Permissions {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  readonly #name: string;

  constructor(storage: Pick<Storage, "getItem" | "setItem">, name = "bondkeeper.allowed-devices") {
    this.#storage = storage;
    this.#name = name;
  }

  async all(): Promise<readonly AllowedDevice[]> {
    const stored: unknown = JSON.parse(this.#storage.getItem(this.#name) ?? "[]");
    return rowsCheck(stored).map(({ address, type, ...rest }) => ({
      ...rest,
      address: parseAddress(address.replaceAll(":", ""), type),
    }));
  }

  async put(device: AllowedDevice): Promise<void> {
    const others = (await this.all()).filter(({ id }) => id !== device.id);
    this.#write([...others, device]);
  }

  async delete(id: string): Promise<void> {
    this.#write((await this.all()).filter((device) => device.id !== id));
  }

  #write(devices: readonly AllowedDevice[]): void {
    const rows = devices.map(({ address, ...rest }) => ({
      ...rest,
      address: formatAddress(address),
      type: address.type,
    }));
    this.#storage.setItem(this.#name, JSON.stringify(rowsCheck(rows)));
  }
}
