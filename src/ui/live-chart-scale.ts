/** Where samples lie on the paper. Pure. */
import type { Sample } from "../state/values-series.ts";

export interface Scale {
  readonly least: number;
  readonly most: number;
  /** Round values between both ends, rising. */
  readonly ticks: readonly number[];
  /** Digits after the point that tell the ticks apart. */
  readonly decimals: number;
}

/** A scale with round ends around the values; a constant series gets room on both sides. */
export function scaleOf(least: number, most: number, about = 4): Scale {
  const range = most - least || Math.max(Math.abs(most) * 0.2, 1);
  const middle = (least + most) / 2;
  const step = roundStep(range / about);
  const from = Math.floor(Math.min(least, middle - range / 2) / step) * step;
  const to = Math.ceil(Math.max(most, middle + range / 2) / step) * step;
  const count = Math.min(Math.round((to - from) / step), 20);
  const decimals = Math.min(Math.max(0, -Math.floor(Math.log10(step))), 10);
  return {
    least: from,
    most: to,
    ticks: Array.from({ length: count + 1 }, (_, at) => from + at * step),
    decimals,
  };
}

/** 1, 2 or 5 times a power of ten, not below `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  for (const factor of [1, 2, 5]) if (factor * power >= step) return factor * power;
  return 10 * power;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The line through all samples; one sample makes a dot as wide as the pen. */
export function linePath(samples: readonly Sample[], scale: Scale, frame: Frame): string {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return "";
  const span = last.at - first.at;
  const points = samples.map(({ at, value }) => {
    const x = frame.left + (span === 0 ? 1 : (at - first.at) / span) * frame.width;
    return `${x.toFixed(1)} ${heightOf(value, scale, frame).toFixed(1)}`;
  });
  return `M${points.join("L")}${points.length === 1 ? "h0.01" : ""}`;
}

export function heightOf(value: number, scale: Scale, frame: Frame): number {
  const part = (value - scale.least) / (scale.most - scale.least);
  return frame.top + (1 - part) * frame.height;
}

/** "12.4 s", "850 ms", "3 min" */
export function spanWord(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** At most six significant digits, without an exponent where people do not need one. */
export function numberWord(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return String(Number(value.toPrecision(6)));
}
