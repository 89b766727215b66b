/** Bonds of the simulator's devices over a reload: what a real device keeps in its flash. Nothing here is a real key. */
import { fromHex, toHex } from "../../hci/codec/bytes.ts";
import type { Address, Bond, Bytes, LongTermKey, PairingMethod } from "../../hci/ports.ts";
import { boolean, fields, integer, listOf, Misfit, nullable, oneOf, pattern } from "../storage/check.ts";

/** `localStorage` fits. */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const hex =
  (octets: number) =>
  (value: unknown): Bytes =>
    fromHex(pattern(new RegExp(`^[\\da-f]{${octets * 2}}$`, "u"), "octets in hexadecimal")(value));
const address = fields({ type: oneOf("public", "random"), octets: hex(6) });
const key = fields({ value: hex(16), ediv: integer(0, 0xffff), rand: hex(8), keySize: integer(7, 16) });
const bonds = listOf(
  fields({
    local: address,
    peer: address,
    asCentral: nullable(key),
    asPeripheral: nullable(key),
    irk: nullable(hex(16)),
    secureConnections: boolean,
    authenticated: boolean,
    method: oneOf<PairingMethod>(
      "just-works",
      "numeric-comparison",
      "passkey",
      "oob",
      "legacy-just-works",
      "legacy-passkey",
      "legacy-oob",
    ),
  }),
  100,
);

const MAX_TEXT = 200_000;
const nameOf = (device: string): string => `bondkeeper.simulator.${device}`;

/** What does not fit counts as never bonded: the device was reset. */
export function recallBonds(store: TextStore, device: string): readonly Bond[] {
  try {
    const text = store.getItem(nameOf(device)) ?? "[]";
    return text.length > MAX_TEXT ? [] : bonds(JSON.parse(text));
  } catch (error) {
    if (error instanceof Misfit || error instanceof SyntaxError || error instanceof DOMException) return [];
    throw error;
  }
}

/** A store that refuses (private mode, full) costs the devices their memory and nothing else. */
export function rememberBonds(store: TextStore, device: string, list: readonly Bond[]): void {
  const plain = list.map(({ local, peer, asCentral, asPeripheral, irk, ...rest }) => ({
    ...rest,
    local: plainAddress(local),
    peer: plainAddress(peer),
    asCentral: asCentral && plainKey(asCentral),
    asPeripheral: asPeripheral && plainKey(asPeripheral),
    irk: irk && toHex(irk),
  }));
  try {
    store.setItem(nameOf(device), JSON.stringify(plain));
  } catch {
    // The simulation goes on without memory.
  }
}

const plainAddress = ({ type, octets }: Address) => ({ type, octets: toHex(octets) });
const plainKey = ({ value, ediv, rand, keySize }: LongTermKey) => ({
  value: toHex(value),
  ediv,
  rand: toHex(rand),
  keySize,
});
