/** JSON from a file that anybody could have written: bounded in size and depth before it is parsed. */

export type JsonProblem =
  | { readonly kind: "too-large"; readonly octets: number; readonly limit: number }
  | { readonly kind: "not-text" }
  | { readonly kind: "too-deep"; readonly limit: number }
  /** `where`: "at position 25", "at line 1 column 26"; empty where the engine does not say. */
  | { readonly kind: "not-json"; readonly where: string };

export interface JsonLimits {
  readonly octets: number;
  readonly depth: number;
}

export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: JsonProblem };

const failed = (problem: JsonProblem): JsonResult => ({ ok: false, problem });

/** Octets are UTF-8, with or without a byte order mark. Never throws. */
export function parseHostileJson(input: Uint8Array | string, limits: JsonLimits): JsonResult {
  // A text has at least as many octets as UTF-16 units; encoding it only to count would double the memory.
  const octets = input.length;
  if (octets > limits.octets) return failed({ kind: "too-large", octets, limit: limits.octets });
  const text = typeof input === "string" ? input.replace(/^\uFEFF/u, "") : decode(input);
  if (text === null) return failed({ kind: "not-text" });
  if (deeperThan(text, limits.depth)) return failed({ kind: "too-deep", limit: limits.depth });
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch (error) {
    return failed({ kind: "not-json", where: placeIn(error) });
  }
}

/** The engine's words quote what it read, which may be a key: no more than numbers is taken from them. */
function placeIn(error: unknown): string {
  const words = error instanceof Error ? error.message : "";
  const place = /\b(?:position \d+|line \d+ column \d+)/u.exec(words)?.[0];
  return place === undefined ? "" : `at ${place}`;
}

function decode(octets: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return null;
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

/** One pass over the text; brackets within strings do not count. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted) {
      if (unit === BACKSLASH) i++;
      else if (unit === QUOTE) quoted = false;
    } else if (unit === QUOTE) quoted = true;
    else if (unit === OPEN_LIST || unit === OPEN_OBJECT) {
      if (++depth > limit) return true;
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) depth--;
  }
  return false;
}
