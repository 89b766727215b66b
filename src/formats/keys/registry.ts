/** Registry exports of Windows as text: keys with their values. Knows nothing of Bluetooth. */
import { linesOf } from "./input.ts";

export type RegistryValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "dword"; readonly value: number }
  /** `hex` without a type is 3; the others have theirs in brackets. */
  | { readonly kind: "octets"; readonly type: number; readonly octets: Uint8Array }
  /** A value that cannot be read. */
  | { readonly kind: "damaged" };

export interface RegistryKey {
  /** As written. */
  readonly path: string;
  /** By name in lower case: Windows does not tell them apart. */
  readonly values: ReadonlyMap<string, RegistryValue>;
}

const HEADERS: ReadonlySet<string> = new Set(["windows registry editor version 5.00", "regedit4"]);

export function isRegistryText(text: string): boolean {
  const [first = ""] = text.trimStart().split(/\r?\n/u, 1);
  return HEADERS.has(first.trim().toLowerCase());
}

/** A key that is there several times is one key; the last value with a name counts. */
export function registryKeys(text: string): readonly RegistryKey[] {
  const keys = new Map<string, { path: string; values: Map<string, RegistryValue> }>();
  let values: Map<string, RegistryValue> | undefined;
  for (const line of wholeLines(text)) {
    const path = /^\[([^\]]*)\]$/u.exec(line)?.[1];
    if (path !== undefined) {
      values = keys.get(path.toLowerCase())?.values ?? new Map<string, RegistryValue>();
      // A minus in front deletes a key: nothing to read under it.
      if (!path.startsWith("-")) keys.set(path.toLowerCase(), { path, values });
      continue;
    }
    const [, name, value] = /^"((?:[^"\\]|\\.)*)"\s*=\s*(.*)$/u.exec(line) ?? [];
    if (name !== undefined && value !== undefined && value !== "-")
      values?.set(name.toLowerCase(), valueOf(value));
  }
  return [...keys.values()];
}

/** Lines without the white space around them; one that ends with a backslash goes on in the next. */
function* wholeLines(text: string): Generator<string> {
  let parts: string[] = [];
  for (const line of linesOf(text)) {
    const trimmed = line.trim();
    if (trimmed.endsWith("\\") && !trimmed.startsWith("[")) {
      parts.push(trimmed.slice(0, -1).trimEnd());
      continue;
    }
    yield parts.length === 0 ? trimmed : [...parts, trimmed].join("");
    parts = [];
  }
}

function valueOf(text: string): RegistryValue {
  const dword = /^dword:([0-9a-f]{8})$/iu.exec(text)?.[1];
  if (dword !== undefined) return { kind: "dword", value: Number.parseInt(dword, 16) };
  const [, type, list] =
    /^hex(?:\(([0-9a-f]{1,8})\))?:((?:[0-9a-f]{2}(?:,\s*[0-9a-f]{2})*)?)$/iu.exec(text) ?? [];
  if (list !== undefined) {
    const octets = Uint8Array.from(list.match(/[0-9a-f]{2}/giu) ?? [], (pair) => Number.parseInt(pair, 16));
    return { kind: "octets", type: type === undefined ? 3 : Number.parseInt(type, 16), octets };
  }
  const quoted = /^"((?:[^"\\]|\\.)*)"$/u.exec(text)?.[1];
  return quoted === undefined
    ? { kind: "damaged" }
    : { kind: "text", text: quoted.replaceAll(/\\(.)/gu, "$1") };
}
