/** Codes and texts of other stacks, as people paste them, read into our own vocabulary. */
import type { Failure } from "./failure.ts";
import type { BondVerdict, ForeignEntry, Stack } from "./foreign/entry.ts";
import { ATT, ATT_APPLICATION, attApplicationError, HCI, SMP } from "./foreign/specification.ts";
import { BLUEDROID, BLUEDROID_PAIRING, BTSTACK, NIMBLE } from "./foreign/stacks.ts";
import {
  BLUEZ,
  BLUEZ_DETAILS,
  CORE_BLUETOOTH,
  WINRT_ATT_BASE,
  WINRT_PAIRING,
  WINRT_STATUS,
} from "./foreign/systems.ts";
import { translate, TRANSLATIONS } from "./web-bluetooth/translate.ts";

/** One way to read what was pasted. */
export interface Explanation {
  readonly stack: Stack;
  /** The code as that stack writes it; null where it has names only. */
  readonly code: string | null;
  readonly name: string;
  /** The same in our vocabulary; `explain` of the screens has the words. */
  readonly failure: Failure;
  readonly bond: BondVerdict;
  /** `named`: the text names it. `number`: only the number fits, and it may mean something else. */
  readonly certainty: "named" | "number";
}

const MAX_TEXT = 2_000;
const MAX_NUMBERS = 8;
const MAX_READINGS = 12;

interface Table {
  readonly stack: Stack;
  readonly entries: readonly ForeignEntry[];
  /** Numbers from here on are recognised without a word that names the stack. */
  readonly bareFrom: number;
}

/** In the order in which readings are shown. */
const TABLES: readonly Table[] = [
  { stack: "att", entries: ATT, bareFrom: 1 },
  { stack: "hci", entries: HCI, bareFrom: 1 },
  { stack: "smp", entries: SMP, bareFrom: 1 },
  { stack: "nimble", entries: NIMBLE, bareFrom: 0x100 },
  { stack: "bluedroid", entries: BLUEDROID, bareFrom: 0x80 },
  { stack: "bluedroid", entries: BLUEDROID_PAIRING, bareFrom: Infinity },
  { stack: "btstack", entries: BTSTACK, bareFrom: Infinity },
  { stack: "core-bluetooth", entries: CORE_BLUETOOTH, bareFrom: Infinity },
  { stack: "winrt", entries: WINRT_STATUS, bareFrom: Infinity },
];

/** Words that say whose number it is, and where else that stack's numbers come from. */
const CONTEXTS: readonly (readonly [RegExp, readonly Stack[]])[] = [
  [/nimble|ble_hs|ble_gap|aioble|micropython|\brc\s*=/i, ["nimble"]],
  [/esp_|esp-?idf|esp32|bluedroid/i, ["bluedroid", "nimble", "att", "hci"]],
  [/onconnectionstatechange/i, ["bluedroid", "hci"]],
  [/oncharacteristic|ondescriptor|onservicesdiscovered/i, ["bluedroid", "att"]],
  [/android|bluetoothgatt(?!callback)|gatt status/i, ["bluedroid", "att", "hci"]],
  [/btstack|att_error_|gatt_event/i, ["btstack", "att", "hci"]],
  [/cbatterror/i, ["att"]],
  [/cberror/i, ["core-bluetooth"]],
  [/gattcommunicationstatus/i, ["winrt"]],
  [/\bsmp\b|pairing.?failed|pairing failure|\bsm_/i, ["smp"]],
  [/\bhci\b|disconnect|\bble_err_|encryption change/i, ["hci"]],
  [/\batt\b|att[ _]err|protocol.?error|gatt[ _]err/i, ["att"]],
];

/**
 * Every reading of a pasted text, the likeliest first; empty when nothing in it is known. `hint` names the stack where
 * the person said so. The text is hostile: only its first 2 000 characters are looked at, and nothing of it comes back
 * but codes that are in our tables.
 */
export function explainForeign(text: string, hint?: Stack): readonly Explanation[] {
  const bounded = text.slice(0, MAX_TEXT);
  // Spelled names first: what BlueZ appends to "Failed" says more than "Failed".
  const named = [...webBluetooth(bounded), ...spelledNames(bounded), ...systemNames(bounded)];
  const stacks = hint === undefined ? mentioned(bounded) : neighbours(hint);
  const known = stacks.size > 0 ? stacks : new Set(named.map(({ stack }) => stack));
  const numbers = numbersIn(bounded);
  const windows = numbers.flatMap(windowsResult);
  const numeric = numbers.flatMap((number) => readings(number, known));
  // A word may name a stack that has no such number: then every reading is better than none.
  const anywhere =
    [...named, ...windows, ...numeric].length > 0 ? [] : numbers.flatMap((n) => readings(n, new Set()));
  return distinct([...named, ...windows, ...numeric, ...anywhere]).slice(0, MAX_READINGS);
}

function explanation(stack: Stack, found: ForeignEntry, certainty: Explanation["certainty"]): Explanation {
  const { code, name, failure, bond } = found;
  return { stack, code: code === null ? null : written(stack, code), name, failure, bond, certainty };
}

/** Hexadecimal where the stack writes it so. */
function written(stack: Stack, code: number): string {
  const decimal = stack === "core-bluetooth" || stack === "winrt";
  return decimal && code < WINRT_ATT_BASE
    ? String(code)
    : `0x${code.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Exceptions of Web Bluetooth. Without the exception's name the text alone decides. */
function webBluetooth(text: string): Explanation[] {
  const names = new Set(TRANSLATIONS.map(({ name }) => name).filter((name) => text.includes(name)));
  const row = TRANSLATIONS.find(
    (candidate) =>
      candidate.text !== "" &&
      text.includes(candidate.text) &&
      candidate.only === undefined &&
      (names.size === 0 || names.has(candidate.name)),
  );
  if (row === undefined) return [];
  const error = { name: row.name, message: row.text };
  const failure = translate(error, { operation: "read", linux: /linux/i.test(text) });
  return [
    {
      stack: "web-bluetooth",
      code: null,
      name: `${row.name}: ${row.text}`,
      failure,
      bond: "none",
      certainty: "named",
    },
  ];
}

/** Names in camel case, which are common words otherwise: they count as they are written, or after their prefix. */
function systemNames(text: string): Explanation[] {
  const bluez = /org\.bluez/i.test(text);
  const windows = /winrt|windows|devicepairingresult|gattcommunication/i.test(text);
  return [
    ...BLUEZ.filter(({ name }) => new RegExp(`org\\.bluez\\.Error\\.${name}\\b`, "i").test(text)).map(
      (found) => explanation("bluez", found, "named"),
    ),
    ...(bluez || windows ? [] : BLUEZ.filter(({ name }) => name.length > 10 && standsIn(text, name))).map(
      (found) => explanation("bluez", found, "named"),
    ),
    ...(windows ? WINRT_STATUS : [])
      .filter(({ name }) => standsIn(text, name))
      .map((found) => explanation("winrt", found, "named")),
    ...(bluez && !windows ? [] : WINRT_PAIRING)
      .filter(({ name }) => (windows || name.length > 15) && standsIn(text, name))
      .map((found) => explanation("winrt", found, "named")),
  ];
}

function standsIn(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

/**
 * Long names in any spelling: "Insufficient Authentication", "ATT_INSUFFICIENT_AUTHENTICATION". Short ones, which are
 * words of every error text, only as their stack writes them: "GATT_ERROR" is not "GATT Error: …".
 */
function spelledNames(text: string): Explanation[] {
  const squeezed = squeeze(text);
  const tables = [...TABLES, { stack: "bluez", entries: BLUEZ_DETAILS, bareFrom: Infinity } as const];
  const found = tables.flatMap(({ stack, entries }) =>
    entries.filter(hasOwnName).flatMap((each) =>
      [each.name, ...each.also]
        .map(squeeze)
        .filter((name) => squeezed.includes(name) && (name.length >= 10 || standsIn(text, each.name)))
        .map((name) => ({ stack, each, name })),
    ),
  );
  // "Insufficient Encryption" is part of "Insufficient Encryption Key Size": the longer one was meant.
  return found
    .filter(({ name }) => !found.some((other) => other.name !== name && other.name.includes(name)))
    .map(({ stack, each }) => explanation(stack, each, "named"));
}

/** NimBLE's numbers for other layers borrow the names of those layers. */
function hasOwnName({ name }: ForeignEntry): boolean {
  return !name.includes(": ");
}

function squeeze(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function mentioned(text: string): Set<Stack> {
  return new Set(CONTEXTS.flatMap(([pattern, stacks]) => (pattern.test(text) ? stacks : [])));
}

/** The stacks whose numbers `hint` passes on unchanged. */
function neighbours(hint: Stack): Set<Stack> {
  if (hint === "bluedroid" || hint === "btstack") return new Set([hint, "att", "hci", "smp"]);
  return new Set([hint]);
}

/** Numbers that stand alone: not parts of addresses, UUIDs, times or versions. */
function numbersIn(text: string): number[] {
  const found = new Set<number>();
  for (const [, hex, decimal] of text.matchAll(
    /(?<![\w.:/-])(?:0x([0-9a-f]{1,8})|(\d{1,5}))(?![\w:/-]|\.\d)/gi,
  )) {
    found.add(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    if (found.size === MAX_NUMBERS) break;
  }
  return [...found];
}

function readings(number: number, stacks: ReadonlySet<Stack>): Explanation[] {
  const result = TABLES.filter(({ stack, bareFrom }) =>
    stacks.size > 0 ? stacks.has(stack) : number >= bareFrom,
  ).flatMap(({ stack, entries }) =>
    entries.filter(({ code }) => code === number).map((found) => explanation(stack, found, "number")),
  );
  const application = number >= ATT_APPLICATION.first && number <= ATT_APPLICATION.last;
  if (application && (stacks.size === 0 || stacks.has("att"))) {
    result.push(explanation("att", attApplicationError(number), "number"));
  }
  return result;
}

function windowsResult(number: number): Explanation[] {
  const code = number - WINRT_ATT_BASE;
  return ATT.filter((each) => each.code === code).map((each) =>
    explanation("winrt", { ...each, code: number }, "named"),
  );
}

function distinct(list: readonly Explanation[]): Explanation[] {
  const seen = new Map<string, Explanation>();
  for (const each of list) {
    const key = `${each.stack} ${each.code ?? ""} ${each.name}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}
