import { unsignedOf, type Octets } from "./values-octets.ts";
import type { MedicalFloat } from "./values-float.ts";
import { plainText, textParts } from "./values-text.ts";

/** One thing a known characteristic says. */
export interface Field {
  readonly name: string;
  /** Ready to show, without the unit. Hostile text is already made harmless (`plainText`). */
  readonly text: string;
  readonly unit: string | null;
  /** For the chart; null where the field is no quantity or has no value now. */
  readonly number: number | null;
}

/** Reads one value to its fields; throws `ShortValue` when octets are missing. What it leaves over is reported. */
export type Decoder = (octets: Octets) => readonly Field[];

export function quantity(name: string, number: number, unit: string | null, decimals = 0): Field {
  return { name, text: number.toFixed(decimals), unit, number };
}

export function words(name: string, text: string): Field {
  return { name, text, unit: null, number: null };
}

export function medical(name: string, value: MedicalFloat, unit: string): Field {
  return { name, text: value.text, unit: value.number === null ? null : unit, number: value.number };
}

/** A coded value by its name; a code outside the table stays a number. */
export function coded(name: string, code: number, names: readonly string[]): Field {
  return words(name, names[code] ?? `reserved (${code})`);
}

/** The names of the bits that are set. */
export function bits(name: string, value: number, names: readonly string[]): Field {
  const set = names.filter((_, bit) => (value & (1 << bit)) !== 0);
  return words(name, set.length === 0 ? "none" : set.join(", "));
}

export interface Scale {
  readonly size: 1 | 2 | 3 | 4;
  readonly signed?: boolean;
  /** The value of one step. */
  readonly step: number;
  readonly unit: string | null;
  readonly decimals?: number;
  /** The raw number that stands for "not known", as read (signed or unsigned). */
  readonly unknown?: number;
}

/** A number that stands alone in its characteristic, counted in steps of its unit. */
export function scaled(name: string, scale: Scale): Decoder {
  return (octets) => {
    const raw = scale.signed === true ? octets.signed(scale.size) : octets.unsigned(scale.size);
    if (raw === scale.unknown) return [words(name, "not known")];
    return [quantity(name, raw * scale.step, scale.unit, scale.decimals ?? 0)];
  };
}

/** A string that fills its characteristic; closing zeros are no part of it. */
export function text(name: string): Decoder {
  return (octets) => {
    const bytes = octets.rest();
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end--;
    return [words(name, plainText(textParts(bytes.subarray(0, end))))];
  };
}

/** `0x1a2b`, as identifiers are written, most significant digit first. */
export function hexNumber(bytes: Uint8Array): string {
  return `0x${unsignedOf(bytes)
    .toString(16)
    .padStart(bytes.length * 2, "0")}`;
}
