/** Numbers over time out of the values of one characteristic, for the chart. */
import { plainText } from "./values-text.ts";
import { readings, type NumberFormat, type Readings } from "./values.ts";

/** Which number of a value to follow: a field of a known characteristic, the whole value as a number, or a typed number. */
export type Channel =
  | { readonly kind: "field"; readonly name: string; readonly unit: string | null }
  | { readonly kind: "number"; readonly format: NumberFormat }
  | { readonly kind: "text" };

/** Milliseconds since 1970, as the page received it. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** What can be followed in this value, the likeliest first. Empty: no number in it. */
export function channelsOf(value: Readings): readonly Channel[] {
  if (value.known.kind === "decoded") {
    const fields = value.known.fields.flatMap((field): Channel[] =>
      field.number === null ? [] : [{ kind: "field", name: field.name, unit: field.unit }],
    );
    if (fields.length > 0) return fields;
  }
  const numbers = value.numbers.map(({ format }): Channel => ({ kind: "number", format }));
  return typedNumber(value) === null ? numbers : [{ kind: "text" }, ...numbers];
}

/** The number of this value on that channel; null where it has none. */
export function pick(value: Readings, channel: Channel): number | null {
  if (channel.kind === "text") return typedNumber(value);
  if (channel.kind === "number") {
    return value.numbers.find((number) => number.format === channel.format)?.number ?? null;
  }
  if (value.known.kind !== "decoded") return null;
  return value.known.fields.find((field) => field.name === channel.name)?.number ?? null;
}

/** The samples on one channel; values without a number there are left out. */
export function seriesOf(
  uuid: string,
  values: readonly { readonly at: number; readonly bytes: Uint8Array }[],
  channel: Channel,
): readonly Sample[] {
  return values.flatMap(({ at, bytes }) => {
    const value = pick(readings(uuid, bytes), channel);
    return value === null || !Number.isFinite(value) ? [] : [{ at, value }];
  });
}

export interface SeriesSummary {
  readonly count: number;
  readonly last: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** Milliseconds from the first sample to the last. */
  readonly span: number;
}

/** For people who do not see the line. Null: no samples. */
export function summarise(samples: readonly Sample[]): SeriesSummary | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return null;
  let least = first.value;
  let most = first.value;
  let sum = 0;
  for (const { value } of samples) {
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
  }
  return {
    count: samples.length,
    last: last.value,
    least,
    most,
    mean: sum / samples.length,
    span: last.at - first.at,
  };
}

/** A value that is a number in writing: `23.5`, as many small sensors send it. */
function typedNumber(value: Readings): number | null {
  if (!value.likelyText || value.length > 32) return null;
  const text = plainText(value.text.filter((part) => part.kind === "text")).trim();
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : null;
}
