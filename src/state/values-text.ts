/** UTF-8 as a hostile peer may send it: what is text, what is not UTF-8, and what would act on the page instead of showing. */
import { hexOf } from "./values-octets.ts";

export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  /** Octets that are no UTF-8, in hex. */
  | { readonly kind: "invalid"; readonly hex: string }
  /** A control, bidirectional or invisible character, by its code point: `U+202E`. */
  | { readonly kind: "invisible"; readonly name: string };

/**
 * Controls, line and paragraph separators, bidirectional marks, zero-width and tag characters. The two joiners stay:
 * Persian and emoji need them.
 */
const INVISIBLE =
  /^[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--\p{Join_Control}--\p{Variation_Selector}]$/v;

/** Every octet appears in exactly one part, in order. Never throws. */
export function textParts(bytes: Uint8Array): readonly TextPart[] {
  const parts: TextPart[] = [];
  let run = "";
  const flush = (): void => {
    if (run !== "") parts.push({ kind: "text", text: run });
    run = "";
  };
  for (let at = 0; at < bytes.length; ) {
    const found = characterAt(bytes, at);
    if (found.text === null) {
      flush();
      pushInvalid(parts, bytes.subarray(at, at + found.size));
    } else if (INVISIBLE.test(found.text)) {
      flush();
      parts.push({ kind: "invisible", name: codePointName(found.text) });
    } else {
      run += found.text;
    }
    at += found.size;
  }
  flush();
  return parts;
}

/** The text as one line: what cannot be shown is written in angle brackets. */
export function plainText(parts: readonly TextPart[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "invalid" ? `<${part.hex}>` : `<${part.name}>`;
    })
    .join("");
}

/** True when the octets are UTF-8 that can be read, apart from closing zeros. */
export function looksLikeText(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  if (end === 0) return false;
  return textParts(bytes.subarray(0, end)).every(
    (part) => part.kind === "text" || ["U+0009", "U+000A", "U+000D"].includes(nameOf(part)),
  );
}

function nameOf(part: TextPart): string {
  return part.kind === "invisible" ? part.name : "";
}

function pushInvalid(parts: TextPart[], bytes: Uint8Array): void {
  const hex = hexOf(bytes);
  const last = parts.at(-1);
  if (last?.kind === "invalid") parts[parts.length - 1] = { kind: "invalid", hex: `${last.hex} ${hex}` };
  else parts.push({ kind: "invalid", hex });
}

interface Found {
  /** Null: these octets are no UTF-8. */
  readonly text: string | null;
  readonly size: number;
}

/** One character, or the one octet that cannot start one here. */
function characterAt(bytes: Uint8Array, at: number): Found {
  const first = bytes[at] ?? 0;
  const size = sizeFrom(first);
  if (size === 1) return { text: String.fromCharCode(first), size };
  if (size === 0 || at + size > bytes.length) return { text: null, size: 1 };
  try {
    return { text: STRICT.decode(bytes.subarray(at, at + size)), size };
  } catch {
    return { text: null, size: 1 };
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function sizeFrom(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
