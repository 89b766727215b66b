/** The two fictional bonds in every format, and what each format says about them. */
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fromHex } from "../../../../hci/codec/bytes.ts";
import type { KeyFiles } from "../../../../src/formats/keys/input.ts";
import { importKeys, type KeyImport } from "../../../../src/formats/keys/import.ts";
import type { FormatId, Identity, KeyRecord } from "../../../../src/formats/keys/record.ts";
import { nodeCrypto } from "../../../support/crypto.ts";

const FOLDER = join(import.meta.dirname, "../../../data/keystores");

export const OPTIONS = { aes: nodeCrypto };

export const LOCAL: Identity = { address: "02:5A:10:00:00:01", type: "public" };
export const OWN_IRK = "91b21ce9b8618a4d8df48e1103cea110";
export const NOTHING_KNOWN = {
  local: null,
  ownIrk: null,
  csrkLocal: null,
  csrkRemote: null,
  debug: null,
  oob: null,
  proof: "unproven",
} as const;

export const P1: KeyRecord = {
  ...NOTHING_KNOWN,
  local: LOCAL,
  ownIrk: OWN_IRK,
  peer: { address: "C6:3B:11:7E:4D:02", type: "static" },
  keys: { sc: { ltk: "fb4c6b6c9f8ccf371533f3934955990f" }, central: null, peripheral: null, others: [] },
  irk: "a4a1d07a8e247877fbfdd4eef54c3915",
  keySize: 16,
  authenticated: true,
  name: "Test Sensor",
  extra: {},
};

export const P2: KeyRecord = {
  ...NOTHING_KNOWN,
  local: LOCAL,
  ownIrk: OWN_IRK,
  peer: { address: "02:5A:20:00:00:22", type: "public" },
  keys: {
    sc: null,
    central: { ltk: "6ba3c040f2b15f930aa698389909b349", ediv: 36916, rand: "54a981feac7325b8" },
    peripheral: { ltk: "054c3102936db6ad1417995131b7eac1", ediv: 31988, rand: "b162ad1cae33d111" },
    others: [],
  },
  irk: null,
  keySize: 16,
  authenticated: false,
  name: "Test Mouse",
  extra: {},
};

export function text(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

/** The files of a folder by the names that the format gives them. */
function folder(name: string, rename: (path: string) => string): KeyFiles {
  const root = join(FOLDER, name);
  const paths = globSync("**/*", { cwd: root })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => path.replaceAll("\\", "/"));
  return new Map(paths.sort().map((path) => [rename(path), text(`${name}/${path}`)]));
}

export const one = (name: string, content: string | Uint8Array): KeyFiles => new Map([[name, content]]);

export const tlv = (): Uint8Array => fromHex(text("btstack-tlv.txt"));

/** Every example, as it would be picked. */
export const EXAMPLES = {
  habluetooth: () => one("bluetooth.bonds", text("habluetooth.txt")),
  bluez: () => folder("bluez", (path) => path.replaceAll("_", ":")),
  bumble: () => one("02-5a-10-00-00-01-p.json", text("bumble.txt")),
  aioble: () => one("ble_secrets.json", text("aioble.txt")),
  btstack: () => one("btstack_02-5A-10-00-00-01.tlv", tlv()),
  "node-ble-host": () => folder("node-ble-host", (path) => path.replace(/\.txt$/u, ".json")),
  windows: () => one("keys.reg", text("windows.txt")),
  zephyr: () => one("settings.txt", text("zephyr.txt")),
} as const satisfies Record<FormatId, () => KeyFiles>;

export function read(files: KeyFiles): KeyImport {
  return importKeys(files, OPTIONS);
}

export function withoutExtra(bonds: readonly KeyRecord[]): readonly KeyRecord[] {
  return bonds
    .map((bond) => ({ ...bond, extra: {} }))
    .toSorted((a, b) => (a.peer.address < b.peer.address ? 1 : -1));
}
