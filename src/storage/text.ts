/** Names a peer, a file or another program gave us: hostile text until it went through here. */

/** The longest name GAP allows, in octets of UTF-8 (Core 6.2, Vol 3 Part C 12.1). */
export const MAX_NAME_OCTETS = 248;

/**
 * Control and bidirectional characters, line and paragraph separators, halves of surrogate pairs, and whatever Unicode
 * says may be ignored when shown. The two joiners and the variation selectors stay: Persian and emoji need them.
 */
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\uFFF9-\uFFFB[\p{Default_Ignorable_Code_Point}--[\u{200C}\u{200D}\p{Variation_Selector}]]]/gv;

/** Words of printable ASCII, one space between them: nothing to clean. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/u;

const utf8 = new TextEncoder();

/**
 * `text` as a name that can be shown: normalised (NFC), without control, bidirectional and invisible characters, runs
 * of white space made one space, and at most `maxOctets` of UTF-8, cut between characters. May be empty.
 */
export function cleanName(text: string, maxOctets = MAX_NAME_OCTETS): string {
  if (text.length <= maxOctets && PLAIN.test(text)) return text;
  return shorten(
    // A hostile page-long name is cut first: nothing after this many characters can survive the limit below anyway.
    text
      .slice(0, maxOctets * 4)
      .replace(/[\t-\r\u2028\u2029]/gu, " ")
      .replace(HIDDEN, "")
      .replace(/\s+/gu, " ")
      .normalize("NFC")
      .trim(),
    maxOctets,
  );
}

/** Free text of several lines, such as notes: as `cleanName`, but line breaks and tabs stay. */
export function cleanText(text: string, maxOctets: number): string {
  if (text === "") return "";
  const lines = text
    .slice(0, maxOctets * 4)
    .replaceAll(/\r\n?|\u2028|\u2029/gu, "\n")
    .split("\n");
  const clean = lines.map((line) =>
    line
      .split("\t")
      .map((part) => part.replace(HIDDEN, ""))
      .join("\t"),
  );
  return shorten(clean.join("\n").normalize("NFC"), maxOctets);
}

/** Octets of `text` in UTF-8. */
export const octetsOf = (text: string): number => utf8.encode(text).length;

/** Cuts between characters as a reader sees them, so that no flag or accent is left in half. */
function shorten(text: string, maxOctets: number): string {
  if (octetsOf(text) <= maxOctets) return text;
  let octets = 0;
  let kept = "";
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) {
    octets += octetsOf(segment);
    if (octets > maxOctets) break;
    kept += segment;
  }
  return kept.trimEnd();
}
