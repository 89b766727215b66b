/** Bonds to store, and a key store over an IndexedDB of its own. */
import { fromHex, reversed } from "../../../hci/codec/bytes.ts";
import { newIdentity } from "../../../hci/gap/own-address.ts";
import type { Address, Bond, LongTermKey } from "../../../hci/ports.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";
import type { AttributeTables } from "../../../src/storage/keys/attribute-tables.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import type { Keys } from "../../../src/storage/keys/keys.ts";
import { openIndexedKeys, type IndexedKeysOptions } from "../../../src/storage/keys/open.ts";
import type { VaultRecord } from "../../../src/storage/keys/record.ts";
import type { AdapterClaim } from "../../../src/storage/keys/rows.ts";
import { webVaultCrypto } from "../../../src/storage/vault/web-crypto.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { NOW } from "../../support/records.ts";
import { FEW } from "../vault/vault-rig.ts";

export const random = (text: string): Address => ({ type: "random", octets: fromHex(text) });
export const publicAddress = (text: string): Address => ({ type: "public", octets: fromHex(text) });

export const US = random("C0:5A:10:00:00:01");
export const SENSOR = random("C6:3B:11:7E:4D:02");
export const MOUSE = publicAddress("02:5A:20:00:00:22");

/** 16 octets that differ for each `n`, most significant first. */
export function octets(n: number, length = 16): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (n * 37 + i * 11 + 1) % 255);
}

/** The reference bonds of the key-store formats, wire order turned round. */
const SENSOR_KEY: LongTermKey = {
  value: reversed(fromHex("fb4c6b6c9f8ccf371533f3934955990f")),
  ediv: 0,
  rand: new Uint8Array(8),
  keySize: 16,
};
export const SENSOR_BOND: Bond = {
  local: US,
  peer: SENSOR,
  asCentral: SENSOR_KEY,
  asPeripheral: SENSOR_KEY,
  irk: reversed(fromHex("a4a1d07a8e247877fbfdd4eef54c3915")),
  secureConnections: true,
  authenticated: true,
  method: "passkey",
};
export const MOUSE_BOND: Bond = {
  local: US,
  peer: MOUSE,
  asCentral: {
    value: reversed(fromHex("6ba3c040f2b15f930aa698389909b349")),
    ediv: 36916,
    rand: reversed(fromHex("54a981feac7325b8")),
    keySize: 16,
  },
  asPeripheral: {
    value: reversed(fromHex("054c3102936db6ad1417995131b7eac1")),
    ediv: 31988,
    rand: reversed(fromHex("b162ad1cae33d111")),
    keySize: 16,
  },
  irk: null,
  secureConnections: false,
  authenticated: false,
  method: "legacy-just-works",
};

/** The same peer after another pairing. */
export function repaired(bond: Bond, n: number): Bond {
  const key = { value: octets(n), ediv: 0, rand: new Uint8Array(8), keySize: 16 };
  return { ...bond, asCentral: key, asPeripheral: key, secureConnections: true, method: "just-works" };
}

export const peerOf = (n: number): Address => ({
  type: "random",
  octets: Uint8Array.from([0xc0 | (n >> 16), n >> 8, n, 1, 2, 3]),
});
export const bondWith = (n: number): Bond =>
  repaired({ ...SENSOR_BOND, peer: peerOf(n), irk: octets(n + 1) }, n);

export const CLAIM: AdapterClaim = {
  address: "02:5A:10:00:00:01",
  hciVersion: 12,
  hciSubversion: 1,
  lmpVersion: 12,
  lmpSubversion: 7,
  manufacturer: 0x05f1,
  features: "ff01000000000000",
  usb: null,
};

/** As an importer gives it. */
export function record(adapter: string, change: Partial<VaultRecord> = {}): VaultRecord {
  return {
    v: 1,
    adapter,
    local: { address: "C0:5A:10:00:00:01", type: "static" },
    ownIrk: null,
    peer: { address: "C6:3B:11:7E:4D:02", type: "static" },
    keys: {
      sc: { ltk: "fb4c6b6c9f8ccf371533f3934955990f", keySize: 16 },
      central: null,
      peripheral: null,
      others: [],
    },
    irk: "a4a1d07a8e247877fbfdd4eef54c3915",
    csrkLocal: null,
    csrkRemote: null,
    keySize: 16,
    authenticated: true,
    debug: false,
    oob: false,
    method: null,
    role: null,
    name: "Test Sensor",
    createdAt: new Date(NOW).toISOString(),
    provenAt: null,
    imported: { from: "bluez", at: new Date(NOW).toISOString(), accepted: false },
    state: "unproven",
    extra: {},
    ...change,
  };
}

export interface KeysTab extends AsyncDisposable {
  readonly keys: Keys;
  readonly tables: AttributeTables;
  readonly events: string[];
  readonly clock: ManualClock;
  /** The adapter of `CLAIM`, stored on first use. */
  adapter(): Promise<AdmittedAdapter>;
  close(): Promise<void>;
}

export function openKeysTab(options: Partial<IndexedKeysOptions> = {}): KeysTab {
  const events: string[] = [];
  const clock = new ManualClock();
  const opened = openIndexedKeys({
    events: {
      onSuperseded: () => events.push("superseded"),
      onBlocked: () => events.push("blocked"),
      onTerminated: () => events.push("terminated"),
    },
    location: { hostname: "bondkeeper.example", origin: "https://bondkeeper.example" },
    channel: null,
    crypto: webVaultCrypto(),
    clock,
    prf: null,
    idleMs: null,
    iterations: FEW,
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    newIdentity: () => newIdentity(nodeCrypto),
    onListenerError: (error) => events.push(String(error)),
    onVaultChange: (state) => events.push(state),
    ...options,
  });
  const { keys, tables } = opened;
  const close = (): Promise<void> => opened.close();
  return { keys, tables, events, clock, close, [Symbol.asyncDispose]: close, adapter: () => admitted(keys) };
}

export async function admitted(keys: Keys, claim: AdapterClaim = CLAIM): Promise<AdmittedAdapter> {
  const { kind } = await keys.adapters.recognise(claim);
  return kind === "known" ? keys.adapters.admit(claim) : keys.adapters.add(claim, "stick");
}
