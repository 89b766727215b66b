/** Which file of BlueZ's storage directory is which, by its path. */
import type { KeyFiles } from "./input.ts";
import { addressOf } from "./values.ts";

export interface DeviceFiles {
  readonly device: string;
  readonly info?: string;
  readonly attributes?: string;
  readonly ccc?: string;
  readonly cache?: string;
}

export interface AdapterFiles {
  /** Folder of the adapter with a `/` at its end. */
  readonly folder: string;
  readonly adapter: string;
  readonly identity?: string;
  readonly devices: ReadonlyMap<string, DeviceFiles>;
}

type FileKind = "identity" | "info" | "attributes" | "ccc" | "cache";

export interface Place {
  readonly folder: string;
  readonly adapter: string;
  readonly device: string | null;
  readonly kind: FileKind;
}

/** A folder name as an address: some systems cannot have colons in names and write `_`. */
function folderAddress(name: string | undefined): string | undefined {
  return addressOf(name?.replaceAll("_", ":"));
}

/** Null for a path that is none of the files we read. */
export function placeOf(path: string): Place | null {
  const parts = path.split("/");
  const at = (back: number): string | undefined => parts.at(-back);
  const place = (back: number, device: string | null, kind: FileKind): Place | null => {
    const adapter = folderAddress(at(back));
    if (adapter === undefined) return null;
    const folder = parts.slice(0, parts.length - back + 1).join("/");
    return { folder: `${folder}/`, adapter, device, kind };
  };
  const name = at(1);
  const device = folderAddress(at(2));
  const cached = at(2) === "cache" ? folderAddress(name) : undefined;
  if (cached !== undefined) return place(3, cached, "cache");
  if (name === "identity") return place(2, null, "identity");
  if (device !== undefined && (name === "info" || name === "attributes" || name === "ccc"))
    return place(3, device, name);
  return null;
}

/** All adapters of a directory with their devices; a device of which only the cache is known is one too. */
export function adaptersIn(files: KeyFiles): readonly AdapterFiles[] {
  const adapters = new Map<string, { found: Place; identity?: string; devices: Map<string, DeviceFiles> }>();
  for (const path of files.keys()) {
    const found = placeOf(path);
    if (found === null) continue;
    const adapter = adapters.get(found.folder) ?? { found, devices: new Map<string, DeviceFiles>() };
    adapters.set(found.folder, adapter);
    if (found.kind === "identity") adapter.identity = path;
    else if (found.device !== null) {
      const known = adapter.devices.get(found.device) ?? { device: found.device };
      adapter.devices.set(found.device, { ...known, [found.kind]: path });
    }
  }
  return [...adapters.values()].map(({ found: { folder, adapter }, identity, devices }) => ({
    folder,
    adapter,
    devices,
    ...(identity === undefined ? {} : { identity }),
  }));
}
