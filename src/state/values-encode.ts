/** What a person types, made into the octets to write. */

export type WriteFormat = "text" | "hex" | IntegerFormat;
export type IntegerFormat = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64";

export const WRITE_FORMATS: readonly WriteFormat[] = [
  "text",
  "hex",
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "u64",
  "i64",
];

export type Encoded =
  | { readonly kind: "octets"; readonly bytes: Uint8Array }
  | { readonly kind: "wrong"; readonly why: WhyWrong };

export type WhyWrong =
  | { readonly kind: "empty" }
  /** `found` is the first thing that is no hex digit. */
  | { readonly kind: "not-hex"; readonly found: string }
  | { readonly kind: "half-octet"; readonly digits: number }
  | { readonly kind: "not-integer"; readonly found: string }
  | { readonly kind: "out-of-range"; readonly least: string; readonly most: string }
  | { readonly kind: "too-long"; readonly octets: number };

/** The longest attribute value there is (Core 6.2, Vol 3 Part F 3.2.9). */
export const LONGEST_VALUE = 512;

/** Integers: decimal or `0x…`, several with spaces or commas between them, least significant octet first. */
export function encodeInput(input: string, format: WriteFormat): Encoded {
  const encoded =
    format === "text"
      ? octets(new TextEncoder().encode(input))
      : format === "hex"
        ? encodeHex(input)
        : encodeIntegers(input, format);
  if (encoded.kind === "octets" && encoded.bytes.length > LONGEST_VALUE) {
    return wrong({ kind: "too-long", octets: encoded.bytes.length });
  }
  return encoded;
}

function octets(bytes: Uint8Array): Encoded {
  return { kind: "octets", bytes };
}

function wrong(why: WhyWrong): Encoded {
  return { kind: "wrong", why };
}

/** Pairs of digits; spaces, commas, colons and hyphens between them and a leading `0x` do not matter. */
function encodeHex(input: string): Encoded {
  const digits = input.replaceAll(/0x|[\s,:-]/gi, "");
  const found = /[^0-9a-f]/iu.exec(digits)?.[0];
  if (found !== undefined) return wrong({ kind: "not-hex", found });
  if (digits.length % 2 === 1) return wrong({ kind: "half-octet", digits: digits.length });
  return octets(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}

function encodeIntegers(input: string, format: IntegerFormat): Encoded {
  const parts = input.split(/[\s,]+/).filter((part) => part !== "");
  if (parts.length === 0) return wrong({ kind: "empty" });
  const bytes: number[] = [];
  for (const part of parts) {
    const encoded = encodeInteger(part, format);
    if (encoded.kind === "wrong") return encoded;
    bytes.push(...encoded.bytes);
    if (bytes.length > LONGEST_VALUE) return wrong({ kind: "too-long", octets: bytes.length });
  }
  return octets(Uint8Array.from(bytes));
}

function encodeInteger(part: string, format: IntegerFormat): Encoded {
  const found = /^([+−-]?)(0x[0-9a-f]{1,32}|[0-9]{1,40})$/i.exec(part);
  if (found === null) return wrong({ kind: "not-integer", found: part.slice(0, 40) });
  const magnitude = BigInt(found[2] ?? "0");
  const value = found[1] === "-" || found[1] === "−" ? -magnitude : magnitude;
  const bits = Number.parseInt(format.slice(1), 10);
  const signed = format.startsWith("i");
  const least = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const most = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  if (value < least || value > most) {
    return wrong({ kind: "out-of-range", least: least.toString(), most: most.toString() });
  }
  const raw = BigInt.asUintN(bits, value);
  return octets(Uint8Array.from({ length: bits / 8 }, (_, at) => Number((raw >> BigInt(8 * at)) & 0xffn)));
}
