/** What stores of keys are filled with. */
import { toHex } from "../../hci/codec/bytes.ts";
import type { Address } from "../../hci/ports.ts";
import type { AdapterClaim } from "../../src/storage/keys/rows.ts";
import type { VaultRecord } from "../../src/storage/keys/record.ts";

export const NOW = Date.parse("2026-06-01T10:00:00.000Z");
export const LOCAL: Address = { type: "random", octets: Uint8Array.of(0xc0, 0x5a, 0x10, 0, 0, 1) };

export const peerOf = (n: number): Address => ({
  type: "random",
  octets: Uint8Array.of(0xc6, 0x3b, n >> 24, n >> 16, n >> 8, n),
});

const random16 = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16));

function written({ octets }: Address): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

export function recordOf(adapter: string, n: number): VaultRecord {
  return {
    v: 1,
    adapter,
    local: { address: written(LOCAL), type: "static" },
    ownIrk: null,
    peer: { address: written(peerOf(n)), type: "static" },
    keys: { sc: { ltk: toHex(random16()), keySize: 16 }, central: null, peripheral: null, others: [] },
    irk: toHex(random16()),
    csrkLocal: null,
    csrkRemote: null,
    keySize: 16,
    authenticated: true,
    debug: false,
    oob: false,
    method: null,
    role: null,
    name: `Device ${n}`,
    createdAt: new Date(NOW).toISOString(),
    provenAt: null,
    imported: { from: "bluez", at: new Date(NOW).toISOString(), accepted: false },
    state: "unproven",
    extra: {},
  };
}

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
