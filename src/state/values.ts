/** A characteristic value, read in every way that makes sense for its octets. The octets are hostile: nothing throws. */
import { numberOf } from "./assigned-numbers.ts";
import { float32of11073, sfloat } from "./values-float.ts";
import { decodeKnown, type Known } from "./values-known.ts";
import { hexOf, signedOf, unsignedOf } from "./values-octets.ts";
import { looksLikeText, plainText, textParts, type TextPart } from "./values-text.ts";

export interface Readings {
  readonly length: number;
  /** By the format of the assigned number, if the characteristic has one we know. */
  readonly known: Known;
  readonly hex: string;
  readonly text: readonly TextPart[];
  /** True when the text is likely to be meant as text. */
  readonly likelyText: boolean;
  /** Least significant octet first; empty for lengths that no number has. */
  readonly numbers: readonly NumberReading[];
}

export interface NumberReading {
  readonly format: NumberFormat;
  readonly text: string;
  /** Null for the special values of floating point. */
  readonly number: number | null;
}

export type NumberFormat =
  | `u${8 | 16 | 24 | 32 | 40 | 48 | 56 | 64}`
  | `i${8 | 16 | 24 | 32 | 40 | 48 | 56 | 64}`
  | "float32"
  | "float64"
  | "sfloat"
  | "medfloat";

const BITS = [8, 16, 24, 32, 40, 48, 56, 64] as const;

export function readings(uuid: string, bytes: Uint8Array): Readings {
  return {
    length: bytes.length,
    known: decodeKnown(uuid, bytes),
    hex: hexOf(bytes),
    text: textParts(bytes),
    likelyText: looksLikeText(bytes),
    numbers: numberReadings(bytes),
  };
}

/** The one line that stands for the value: known fields first, then text, then a small number, then octets. */
export function summary(value: Readings): string {
  if (value.length === 0) return "empty";
  const { known } = value;
  if (known.kind === "decoded" && known.fields.length > 0) {
    return known.fields
      .slice(0, 3)
      .map((field) => (field.unit === null ? field.text : `${field.text} ${field.unit}`))
      .join(" · ");
  }
  if (value.likelyText) return plainText(value.text.filter((part) => part.kind === "text"));
  return value.hex;
}

function numberReadings(bytes: Uint8Array): readonly NumberReading[] {
  const bits = BITS.find((bits) => bits === bytes.length * 8);
  if (bits === undefined) return [];
  const unsigned = unsignedOf(bytes);
  const signed = signedOf(bytes);
  const integers: NumberReading[] = [
    { format: `u${bits}`, text: unsigned.toString(), number: Number(unsigned) },
    { format: `i${bits}`, text: signed.toString(), number: Number(signed) },
  ];
  return [...integers, ...floats(bytes)];
}

function floats(bytes: Uint8Array): readonly NumberReading[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes.length) {
    case 2:
      return [{ format: "sfloat", ...sfloat(view.getUint16(0, true)) }];
    case 4:
      return [
        { format: "medfloat", ...float32of11073(view.getUint32(0, true)) },
        { format: "float32", ...binary(view.getFloat32(0, true)) },
      ];
    case 8:
      return [{ format: "float64", ...binary(view.getFloat64(0, true)) }];
    default:
      return [];
  }
}

function binary(value: number): { readonly text: string; readonly number: number | null } {
  if (Number.isNaN(value)) return { text: "not a number", number: null };
  if (!Number.isFinite(value)) return { text: value > 0 ? "+infinity" : "−infinity", number: null };
  return { text: String(Number(value.toPrecision(9))), number: value };
}

/** True for values that a text field should be offered first: strings of the assigned numbers. */
export function isStringCharacteristic(uuid: string): boolean {
  const number = numberOf(uuid);
  return number === 0x2a00 || (number !== null && number >= 0x2a24 && number <= 0x2a29);
}
