/**
 * What a device gives over another way than the radio, as text: the hexadecimal digits of all that is on its NFC tag
 * (`oob-ndef.ts`), of the LE OOB data block in it, which is the payload of its record of type
 * `application/vnd.bluetooth.le.oob`, or of its two values alone. Hostile, and secret: no problem quotes it.
 */
import { beginsNdef } from "./ndef.ts";
import { type OobNdefProblem, oobInNdef } from "./oob-ndef.ts";

/** Security Manager and LE parts of the Supplement to the Core Specification, Part A 1. */
const TYPES = {
  0x10: "old-key",
  0x1b: "address",
  0x1c: "role",
  0x22: "confirmation",
  0x23: "random",
} as const;

export type OobItem = (typeof TYPES)[keyof typeof TYPES];

/** Octets of each. */
const LENGTHS: Readonly<Record<OobItem, number>> = {
  "old-key": 16,
  address: 7,
  role: 1,
  confirmation: 16,
  random: 16,
};

export type OobValue = "confirmation" | "random";

export type OobProblem =
  /** It begins as all of an NFC tag does, and there is something wrong with that. */
  | OobNdefProblem
  | { readonly kind: "empty" }
  /** `most`: characters. */
  | { readonly kind: "too-long"; readonly most: number }
  | { readonly kind: "not-hex" }
  | { readonly kind: "half-an-octet" }
  /** An entry that has no type, or says that it is longer than what is left. */
  | { readonly kind: "cut-off" }
  | { readonly kind: "length"; readonly item: OobItem; readonly octets: number; readonly expected: number }
  | { readonly kind: "twice"; readonly item: OobItem }
  /** `oldKey`: there is a key for the old kind of pairing instead. */
  | { readonly kind: "missing"; readonly values: readonly OobValue[]; readonly oldKey: boolean }
  /** The code of a device that only connects to others. */
  | { readonly kind: "central-only" };

export interface OobCode {
  /** As `Peer.id` has it; null where the code names none. */
  readonly peerId: string | null;
  /** 16 octets, most significant first. */
  readonly confirm: Uint8Array<ArrayBuffer>;
  /** 16 octets, most significant first. */
  readonly random: Uint8Array<ArrayBuffer>;
}

export type ParsedOob =
  | { readonly kind: "code"; readonly code: OobCode }
  | { readonly kind: "problem"; readonly problem: OobProblem };

/** Characters. All of the largest common tag (888 octets) with a separator behind each octet. */
export const MAX_OOB_TEXT = 3000;
const VALUE_DIGITS = 32;
const CENTRAL_ONLY = 0x01;

/** Never throws. The octets that it made and does not give out are zeroed. */
export function parseOobCode(text: string): ParsedOob {
  if (text.trim() === "") return wrong({ kind: "empty" });
  if (text.length > MAX_OOB_TEXT) return wrong({ kind: "too-long", most: MAX_OOB_TEXT });
  const lines = text
    .split(/[\r\n]+/)
    .map(digitsOf)
    .filter((line) => line !== "");
  const digits = lines.join("");
  if (/[^\da-f]/i.test(digits)) return wrong({ kind: "not-hex" });
  if (digits.length % 2 !== 0) return wrong({ kind: "half-an-octet" });
  const octets = Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
  try {
    // Both values in a block are four octets longer: two lines of this length are nothing else.
    const twoValues = lines.length === 2 && lines.every((line) => line.length === VALUE_DIGITS);
    if (twoValues) return valuesAlone(octets);
    return beginsNdef(octets) ? ndef(octets) : block(octets);
  } finally {
    octets.fill(0);
  }
}

/** Without what stands between octets, and without the `0x` before them. */
function digitsOf(line: string): string {
  return line
    .split(/[\s:,-]+/)
    .map((word) => word.replace(/^0x/i, ""))
    .join("");
}

function valuesAlone(octets: Uint8Array): ParsedOob {
  const code = { peerId: null, confirm: turned(octets.subarray(0, 16)), random: turned(octets.subarray(16)) };
  return { kind: "code", code };
}

/** A block begins with the length of its first entry. One of 128 octets or more would be the whole of most tags. */
function ndef(octets: Uint8Array): ParsedOob {
  const found = oobInNdef(octets);
  return found.kind === "problem" ? found : block(found.block);
}

function block(octets: Uint8Array): ParsedOob {
  const items = new Map<OobItem, Uint8Array>();
  for (let at = 0; at < octets.length; ) {
    const length = octets[at] ?? 0;
    const end = at + 1 + length;
    if (length === 0 || end > octets.length) return wrong({ kind: "cut-off" });
    const item = itemOf(octets[at + 1]);
    const data = octets.subarray(at + 2, end);
    at = end;
    if (item === undefined) continue;
    if (items.has(item)) return wrong({ kind: "twice", item });
    const expected = LENGTHS[item];
    if (data.length !== expected) return wrong({ kind: "length", item, octets: data.length, expected });
    items.set(item, data);
  }
  return ofItems(items);
}

function ofItems(items: ReadonlyMap<OobItem, Uint8Array>): ParsedOob {
  if (items.get("role")?.[0] === CENTRAL_ONLY) return wrong({ kind: "central-only" });
  const [confirm, random] = [items.get("confirmation"), items.get("random")];
  if (confirm === undefined || random === undefined) {
    const values: OobValue[] = [];
    if (confirm === undefined) values.push("confirmation");
    if (random === undefined) values.push("random");
    return wrong({ kind: "missing", values, oldKey: items.has("old-key") });
  }
  const address = items.get("address");
  const peerId = address === undefined ? null : peerIdIn(address);
  return { kind: "code", code: { peerId, confirm: turned(confirm), random: turned(random) } };
}

/** Part A 1.16: six octets, least significant first, and whether they are a random address; the other bits are reserved. */
function peerIdIn(data: Uint8Array): string {
  const kind = ((data[6] ?? 0) & 1) === 1 ? "random" : "public";
  const digits = Array.from(turned(data.subarray(0, 6)), (octet) => octet.toString(16).padStart(2, "0"));
  return `${kind}-${digits.join("")}`;
}

function itemOf(type: number | undefined): OobItem | undefined {
  const known: Readonly<Record<number, OobItem>> = TYPES;
  return type === undefined ? undefined : known[type];
}

function turned(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(octets).reverse();
}

function wrong(problem: OobProblem): ParsedOob {
  return { kind: "problem", problem };
}
