/** What the demo keeps over a reload: permissions and bonds of virtual devices. No key exists here. */

/** `localStorage` fits. */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface Remembered {
  /** Null: the page has no permission. Otherwise the platform id. */
  readonly id: string | null;
  /** How often it was chosen; makes the next id a new one. */
  readonly chosen: number;
  readonly inRange: boolean;
  readonly systemBond: boolean;
  readonly deviceBond: boolean;
}

const KEY = "bondkeeper.demo.v1";
const MAX_TEXT = 10_000;

/** Reads what is remembered of the devices with these keys. Whatever does not fit counts as not remembered. */
export function recall(store: TextStore, keys: readonly string[]): ReadonlyMap<string, Remembered> {
  const found = new Map<string, Remembered>();
  const all = parse(read(store));
  for (const key of keys) {
    const entry = Object.hasOwn(all, key) ? remembered(Reflect.get(all, key)) : undefined;
    if (entry !== undefined) found.set(key, entry);
  }
  return found;
}

/** A store that refuses (private mode, full) costs the demo its memory and nothing else. */
export function remember(store: TextStore, devices: ReadonlyMap<string, Remembered>): void {
  try {
    store.setItem(KEY, JSON.stringify(Object.fromEntries(devices)));
  } catch {
    // The demo goes on without memory.
  }
}

function read(store: TextStore): string {
  try {
    const text = store.getItem(KEY) ?? "";
    return text.length > MAX_TEXT ? "" : text;
  } catch {
    return "";
  }
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function remembered(value: unknown): Remembered | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: keyof Remembered): unknown => Reflect.get(value, name);
  const [id, chosen, inRange] = [field("id"), field("chosen"), field("inRange")];
  const [systemBond, deviceBond] = [field("systemBond"), field("deviceBond")];
  if (typeof inRange !== "boolean" || typeof systemBond !== "boolean" || typeof deviceBond !== "boolean") {
    return undefined;
  }
  if (typeof chosen !== "number" || !Number.isSafeInteger(chosen) || chosen < 0) return undefined;
  if (id !== null && (typeof id !== "string" || id.length > 100)) return undefined;
  return { id, chosen, inRange, systemBond, deviceBond };
}
