/** BlueZ's storage directory: `info` and `identity`; the attribute tables beside them. */
import { assemble, type DraftKey } from "./assemble.ts";
import { adaptersIn, type AdapterFiles, type DeviceFiles } from "./bluez-files.ts";
import { tableOf } from "./bluez-table.ts";
import { type Findings, Refusal } from "./findings.ts";
import { IniFile, type IniGroups, unescapeValue } from "./ini.ts";
import { type KeyFiles, textOf } from "./input.ts";
import { wrongShape } from "./problem.ts";
import type { ReadContext, Reader } from "./reader.ts";
import type { Identity, Json, KeyRecord, SigningKey } from "./record.ts";
import { adapterIdentity, edivOf, hexOf, keySizeOf, randOf, typed } from "./values.ts";

const FORMAT = "bluez";
export const LTK_KEYS = ["Key", "Authenticated", "EncSize", "EDiv", "Rand"] as const;
export const LTK_GROUPS = ["LongTermKey", "PeripheralLongTermKey", "SlaveLongTermKey"] as const;
export type LtkGroup = (typeof LTK_GROUPS)[number];

/** What of a group we hold in fields of the record; the rest of every group goes to `extra`. */
const USED: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...LTK_GROUPS.map((group) => [group, LTK_KEYS] as const),
  ["IdentityResolvingKey", ["Key"]],
  ["LocalSignatureKey", ["Key", "Counter"]],
  ["RemoteSignatureKey", ["Key", "Counter"]],
]);

/** Throws `KeyFileError` where a line is no line of a key file. */
export function iniOf(content: Uint8Array | string, path: string): IniFile {
  const file = IniFile.parse(textOf(content));
  if (file instanceof IniFile) return file;
  throw wrongShape(FORMAT, path, `line ${file.badLine} is neither a group, a value nor a comment`);
}

export const readBluez: Reader = (files, context) => {
  const adapters = adaptersIn(files);
  if (adapters.length === 0) throw wrongShape(FORMAT, "", "no folder is named after an adapter");
  const read = adapters.map((adapter) => readAdapter(files, adapter, context));
  return {
    records: read.flatMap(({ records }) => records),
    identities: read.flatMap(({ identities }) => identities),
    tables: read.flatMap(({ tables }) => tables),
  };
};

function readAdapter(files: KeyFiles, adapter: AdapterFiles, context: ReadContext): ReturnType<Reader> {
  const local = adapterIdentity(adapter.adapter);
  const path = adapter.identity;
  const ownIrk =
    path === undefined ? null : ownIrkOf(iniOf(files.get(path) ?? "", path), path, context.findings);
  const devices = [...adapter.devices.values()].map((device) =>
    readDevice(files, device, { local, ownIrk }, context),
  );
  return {
    records: devices.flatMap(({ record }) => record ?? []),
    identities: [{ local, ownIrk }],
    tables: devices.flatMap(({ table }) => table ?? []),
  };
}

function ownIrkOf(file: IniFile, path: string, findings: Findings): string | null {
  const key = file.get("General", "IdentityResolvingKey");
  return key === undefined ? null : findings.attempt(path, () => hexOf("own IRK", key, 16));
}

interface Own {
  readonly local: Identity;
  readonly ownIrk: string | null;
}

function readDevice(
  files: KeyFiles,
  device: DeviceFiles,
  own: Own,
  context: ReadContext,
): { readonly record: KeyRecord | null; readonly table: ReturnType<typeof tableOf> } {
  const content = (path: string | undefined): string | undefined => {
    const held = path === undefined ? undefined : files.get(path);
    return held === undefined ? undefined : textOf(held);
  };
  const { info: path = "" } = device;
  const text = content(device.info);
  const info = text === undefined ? null : iniOf(text, path);
  const beside = [
    ["attributes", content(device.attributes)],
    ["ccc", content(device.ccc)],
    ["cache", content(device.cache)],
  ] as const;
  const peer = peerOf(device.device, info);
  const texts = Object.fromEntries(beside.filter(([, held]) => held !== undefined));
  const table = tableOf(texts, { local: own.local, peer }, context);
  if (info === null || !USED_GROUPS.some((group) => info.has(group))) return { record: null, table };
  const kept = Object.entries(texts).map(([name, held]): [string, Json] => [name, held ?? ""]);
  return { record: recordOf(info, path, { ...own, peer }, kept, context.findings), table };
}

const USED_GROUPS = [...USED.keys()];

function peerOf(address: string, info: IniFile | null): Identity {
  const type = info?.get("General", "AddressType");
  return typed(address, type === "public" ? "public" : type === "static" ? "random" : "unknown");
}

function recordOf(
  info: IniFile,
  path: string,
  { local, ownIrk, peer }: Own & { readonly peer: Identity },
  texts: readonly (readonly [name: string, text: Json])[],
  findings: Findings,
): KeyRecord {
  if (info.has("LinkKey")) findings.add("L-22", path);
  const name = info.get("General", "Name");
  const irk = info.get("IdentityResolvingKey", "Key");
  const extra = { info: leftOver(info), ...(texts.length === 0 ? {} : { files: Object.fromEntries(texts) }) };
  return assemble(
    {
      where: path,
      local,
      ownIrk,
      peer,
      keys: longTermKeysOf(info, path, findings),
      irk: info.has("IdentityResolvingKey")
        ? findings.attempt(`${path} [IdentityResolvingKey]`, () => hexOf("IRK", irk, 16))
        : null,
      csrkLocal: signingOf(info, "LocalSignatureKey", path, findings),
      csrkRemote: signingOf(info, "RemoteSignatureKey", path, findings),
      name: name === undefined ? null : unescapeValue(name),
      extra: { bluez: extra },
    },
    findings,
  );
}

/** The central's first. Of the two copies of the peripheral's key the first counts. */
function longTermKeysOf(info: IniFile, path: string, findings: Findings): readonly (DraftKey | null)[] {
  const key = (group: LtkGroup): DraftKey | null => {
    const where = `${path} [${group}]`;
    return info.has(group) ? findings.attempt(where, () => ltkOf(info, group, where, findings)) : null;
  };
  const [central, peripheral, copy] = LTK_GROUPS.map(key);
  if (peripheral && copy && !sameKey(peripheral, copy)) findings.add("L-19", path);
  return [central ?? null, peripheral ?? copy ?? null];
}

function sameKey(a: DraftKey, b: DraftKey): boolean {
  return a.ltk === b.ltk && a.ediv === b.ediv && a.rand === b.rand && a.sc === b.sc;
}

function ltkOf(info: IniFile, group: LtkGroup, where: string, findings: Findings): DraftKey {
  if (!info.ended && info.lastGroup === group)
    throw new Refusal("L-01", "the last line has no end: the file may be cut");
  const get = (key: string): string | undefined => info.get(group, key);
  const type = get("Authenticated") ?? "0";
  if (!/^[0-4]$/u.test(type)) throw new Refusal("L-24", "the key type is not 0 to 4");
  const sc = Number(type) >= 2;
  const size = get("EncSize");
  return {
    where,
    place: group === "LongTermKey" ? "central" : "peripheral",
    sc,
    ltk: hexOf("LTK", get("Key"), 16),
    ediv: edivOf(get("EDiv") ?? (sc ? 0 : undefined)),
    rand: randOf(get("Rand"), findings, where),
    keySize: size === undefined ? null : keySizeOf(size),
    authenticated: type === "4" || get("Authenticated") === undefined ? null : type === "1" || type === "3",
    debug: type === "4",
  };
}

function signingOf(
  info: IniFile,
  group: "LocalSignatureKey" | "RemoteSignatureKey",
  path: string,
  findings: Findings,
): SigningKey | null {
  if (!info.has(group)) return null;
  const where = `${path} [${group}]`;
  const key = findings.attempt(where, () => hexOf("CSRK", info.get(group, "Key"), 16));
  if (key === null) return null;
  const text = info.get(group, "Counter");
  const counter =
    text !== undefined && /^\d{1,10}$/u.test(text) && Number(text) < 0xffff_ffff ? Number(text) : null;
  if (counter === null) findings.add("L-23", where);
  return { key, counter };
}

/** Every group and value that no field of the record holds, in order; groups of which nothing is left, too. */
function leftOver(info: IniFile): Json {
  const rest: IniGroups = info.groups.map(([group, entries]) => [
    group,
    entries.filter(([key]) => USED.get(group)?.includes(key) !== true),
  ]);
  return rest.map(([group, entries]) => [group, entries.map(([key, value]) => [key, value])]);
}
