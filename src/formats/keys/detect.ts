/** Which format picked files have: by their paths, else by what is in them. */
import { isFields } from "../../storage/check.ts";
import { placeOf } from "./bluez-files.ts";
import { startsAsTlv } from "./btstack.ts";
import { isWrapper } from "./habluetooth.ts";
import { jsonOf, type KeyFiles, linesOf, textOf } from "./input.ts";
import { bondFileOf } from "./node-ble-host.ts";
import { KeyFileError } from "./problem.ts";
import type { FormatId } from "./record.ts";
import { isRegistryText } from "./registry.ts";

type Detected = FormatId | { readonly reasons: readonly string[] };

/** Throws `KeyFileError` (`not-recognised`, with reasons) where nothing fits. */
export function detect(files: KeyFiles): FormatId {
  const found = fromPaths(files) ?? fromContent(files);
  if (typeof found === "string") return found;
  throw new KeyFileError({ kind: "not-recognised", reasons: found.reasons });
}

const none = (...reasons: string[]): Detected => ({ reasons });

function fromPaths(files: KeyFiles): FormatId | undefined {
  const paths = [...files.keys()];
  if (paths.some((path) => bondFileOf(path) !== null)) return "node-ble-host";
  return paths.some((path) => placeOf(path) !== null) ? "bluez" : undefined;
}

function fromContent(files: KeyFiles): Detected {
  const [first, second] = files;
  if (first === undefined) throw new KeyFileError({ kind: "no-files" });
  if (second !== undefined)
    return none("of several files, none lies in a folder that is named after an adapter");
  const [, content] = first;
  if (typeof content !== "string" && startsAsTlv(content)) return "btstack";
  const text = textOf(content);
  if (isRegistryText(text)) return "windows";
  const [start] = text.trimStart();
  if (start === undefined) return none("the file is empty");
  if (/^\s*\[[A-Za-z][^\]"\n]*\]\r?\n/u.test(text)) return keyFile(text);
  return start === "{" || start === "[" || start === '"' ? fromJson(jsonOf(text)) : fromLines(text);
}

function keyFile(text: string): Detected {
  return /^\[[^\]"\n]{0,40}Key\]|^\[General\]/mu.test(text)
    ? none("it looks like a file of BlueZ, but its path does not name the adapter and the device")
    : none("neither JSON nor a key file that we know");
}

function fromLines(text: string): Detected {
  const lines = linesOf(text).map((line) => line.trim());
  if (lines.some((line) => /^TAG-[0-9a-f]{8}\s*[=:]/iu.test(line))) return "btstack";
  if (lines.some((line) => /^bt\/[^=]*=/u.test(line))) return "zephyr";
  return none("neither JSON, lines TAG-…, lines bt/…, a registry export nor a TLV file");
}

function fromJson(value: unknown): Detected {
  // What Bumble leaves after it has overwritten its own file.
  if (typeof value === "string") return "bumble";
  if (Array.isArray(value)) {
    const fits = value.every((entry) => Array.isArray(entry) && entry.length === 3);
    return fits ? "aioble" : none("a JSON list, but not of type, key and value");
  }
  if (!isFields(value)) return none("JSON, but neither a list nor an object");
  const names = Object.keys(value);
  const values = Object.values(value);
  if (names.some((name) => /^TAG-[0-9a-f]{8}$/iu.test(name))) return "btstack";
  if (names.some((name) => name.startsWith("bt/"))) return "zephyr";
  if (isWrapper(value) && Object.hasOwn(value, "version")) return "habluetooth";
  if (names.length === 0) return none("an empty object fits several formats");
  if (values.every((entry) => Array.isArray(entry))) return "habluetooth";
  return values.every(isFields) && values.flatMap((peers) => Object.values(peers)).every(isFields)
    ? "bumble"
    : none("a JSON object, but neither adapters with lists nor namespaces with devices");
}
