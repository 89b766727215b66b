/**
 * Bonds in a registry export of Windows (BTHPORT). Import only. The byte order of LTK and IRK is not certain: they are
 * taken as they are, and candidates in the opposite order are tried too.
 */
import { toHex } from "../../../hci/codec/bytes.ts";
import { assemble, type DraftKey } from "./assemble.ts";
import { type Findings, Refusal } from "./findings.ts";
import { onlyFile, textOf } from "./input.ts";
import { wrongShape } from "./problem.ts";
import type { Reader } from "./reader.ts";
import type { Identity, Json, KeyRecord, SigningKey } from "./record.ts";
import { isRegistryText, registryKeys, type RegistryKey, type RegistryValue } from "./registry.ts";
import {
  adapterIdentity,
  addressFrom,
  addressOf,
  hexOf,
  isZero,
  keySizeOf,
  typed,
  ZERO_RAND,
} from "./values.ts";

const FORMAT = "windows";
/** `CurrentControlSet` and its numbered copies are one place. */
const PLACE =
  /^HKEY_LOCAL_MACHINE\\SYSTEM\\(?:CurrentControlSet|ControlSet\d{3})\\Services\\BTHPORT\\Parameters\\(Keys|Devices)\\([0-9a-f]{12})(?:\\([0-9a-f]{12}))?$/iu;
const NO_COUNTER = 0xffff_ffff;

type Values = RegistryKey["values"];

export const readWindows: Reader = (files, { findings }) => {
  const [, content] = onlyFile(files);
  const text = textOf(content);
  if (!isRegistryText(text)) throw wrongShape(FORMAT, "", "not an export of the registry");
  const adapters = new Map<string, Values>();
  const devices = new Map<string, Values>();
  const bonds: { readonly adapter: string; readonly device: string; readonly values: Values }[] = [];
  for (const { path, values } of registryKeys(text)) {
    const [, place, first, second] = PLACE.exec(path) ?? [];
    const [outer, inner] = [addressOf(first), addressOf(second)];
    if (place === undefined || outer === undefined) continue;
    if (place.toLowerCase() === "devices") devices.set(outer, values);
    else if (inner === undefined) adapters.set(outer, values);
    else bonds.push({ adapter: outer, device: inner, values });
  }
  if (adapters.size === 0 && bonds.length === 0)
    throw wrongShape(FORMAT, "", "no key BTHPORT\\Parameters\\Keys\\<adapter>: export it as SYSTEM");
  const owners = new Map(
    [...adapters.keys(), ...bonds.map(({ adapter }) => adapter)].map((address) => [
      address,
      ownerOf(address, adapters.get(address), findings),
    ]),
  );
  const records = bonds.flatMap(({ adapter, device, values }) => {
    const own = owners.get(adapter);
    return own === undefined ? [] : [recordOf({ device, values, known: devices.get(device) }, own, findings)];
  });
  return { records, identities: [...owners.values()], tables: [] };
};

interface Owner {
  readonly local: Identity;
  readonly ownIrk: string | null;
}

function ownerOf(address: string, values: Values | undefined, findings: Findings): Owner {
  const linkKeys = [...(values?.keys() ?? [])].filter((name) => /^[0-9a-f]{12}$/u.test(name));
  if (linkKeys.length > 0) findings.add("L-22", address, `${linkKeys.length} of them`);
  const irk = values?.get("centralirk") ?? values?.get("masterirk");
  const ownIrk = irk === undefined ? null : findings.attempt(address, () => octetsOf("own IRK", irk, 16));
  return { local: adapterIdentity(address), ownIrk };
}

interface Device {
  /** The key's name: an address, perhaps the private one of the day of pairing. */
  readonly device: string;
  readonly values: Values;
  /** From `Devices`. */
  readonly known: Values | undefined;
}

function recordOf({ device, values, known }: Device, own: Owner, findings: Findings): KeyRecord {
  const where = `${own.local.address}: ${device}`;
  const irk = values.get("irk");
  const name = known?.get("name") ?? known?.get("lename");
  return assemble(
    {
      where,
      ...own,
      peer: peerOf(device, values, known),
      keys: values.has("ltk") ? [findings.attempt(where, () => keyOf(values, where))] : [],
      irk: irk === undefined ? null : findings.attempt(where, () => octetsOf("IRK", irk, 16)),
      csrkLocal: signingOf(values, "csrk", "outboundsigncounter", where, findings),
      csrkRemote: signingOf(values, "csrkinbound", "inboundsigncounter", where, findings),
      name: nameIn(name),
      extra: { windows: leftOver(device, values) },
    },
    findings,
  );
}

function octetsOf(what: string, value: RegistryValue | undefined, length: number): string {
  if (value?.kind === "damaged") throw new Refusal("L-01", `${what} is damaged`);
  return hexOf(what, value?.kind === "octets" ? toHex(value.octets) : undefined, length);
}

function numberIn(value: RegistryValue | undefined): number | undefined {
  return value?.kind === "dword" ? value.value : undefined;
}

/** A missing value is not zero: without EDIV and Rand nobody knows what kind of key this is. */
function keyOf(values: Values, where: string): DraftKey {
  const ltk = octetsOf("LTK", values.get("ltk"), 16);
  const rand = octetsOf("ERand", values.get("erand"), 8);
  const ediv = numberIn(values.get("ediv"));
  if (ediv === undefined) throw new Refusal("L-01", "EDIV is missing or damaged");
  if (ediv > 0xffff) throw new Refusal("L-18", "EDIV is not between 0 and 65535");
  const length = values.get("keylength");
  const size = numberIn(length);
  if (length !== undefined && size === undefined) throw new Refusal("L-08", "the key size is damaged");
  const sc = ediv === 0 && isZero(rand);
  return {
    where,
    place: sc ? "either" : "central",
    sc,
    ltk,
    ediv,
    rand: sc ? ZERO_RAND : rand,
    keySize: size === undefined || size === 0 ? null : keySizeOf(size),
    authenticated: null,
    debug: null,
  };
}

/** `Address` where there is one, else the key's name; the type from beside it, else from `Devices`. */
function peerOf(device: string, values: Values, known: Values | undefined): Identity {
  const held = values.get("address");
  const octets = held?.kind === "octets" && held.octets.length === 8 ? held.octets : undefined;
  const own = octets !== undefined && octets[6] === 0 && octets[7] === 0 ? octets.slice(0, 6) : undefined;
  const type = numberIn(values.get("addresstype")) ?? numberIn(known?.get("leaddresstype"));
  return typed(
    own === undefined ? device : addressFrom(own.reverse()),
    type === 0 ? "public" : type === 1 ? "random" : "unknown",
  );
}

function signingOf(
  values: Values,
  keyName: string,
  counterName: string,
  where: string,
  findings: Findings,
): SigningKey | null {
  const held = values.get(keyName);
  if (held === undefined) return null;
  const key = findings.attempt(where, () => octetsOf("CSRK", held, 16));
  if (key === null) return null;
  const counter = numberIn(values.get(counterName));
  if (counter === undefined || counter === NO_COUNTER) findings.add("L-23", where);
  return { key, counter: counter === undefined || counter === NO_COUNTER ? null : counter };
}

/** UTF-8 with a zero at its end. */
function nameIn(value: RegistryValue | undefined): string | null {
  if (value?.kind === "text") return value.text;
  if (value?.kind !== "octets") return null;
  const end = value.octets.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value.octets : value.octets.subarray(0, end));
}

const USED: ReadonlySet<string> = new Set([
  "ltk",
  "irk",
  "erand",
  "ediv",
  "keylength",
  "address",
  "addresstype",
  "csrk",
  "csrkinbound",
  "outboundsigncounter",
  "inboundsigncounter",
]);

function leftOver(device: string, values: Values): Json {
  const rest = [...values].filter(([name]) => !USED.has(name));
  return { device, values: Object.fromEntries(rest.map(([name, value]) => [name, plain(value)])) };
}

function plain(value: RegistryValue): Json {
  switch (value.kind) {
    case "text":
      return value.text;
    case "dword":
      return value.value;
    case "octets":
      return { type: value.type, octets: toHex(value.octets) };
    case "damaged":
      return null;
  }
}
