/** Dates and times as GATT characteristics carry them. They have no time zone; none is added here. */
import { coded, quantity, words, type Decoder, type Field } from "./values-field.ts";
import type { Octets } from "./values-octets.ts";

/** Date Time (0x2A08), 7 octets. A zero field is "not known" by the specification, and written so. */
export function dateTimeText(octets: Octets): string {
  const year = octets.unsigned(2);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = octets.take(5);
  const date = [
    year === 0 ? "????" : String(year).padStart(4, "0"),
    month === 0 ? "??" : two(month),
    day === 0 ? "??" : two(day),
  ].join("-");
  const valid = month <= 12 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59;
  return `${date} ${two(hour)}:${two(minute)}:${two(second)}${valid ? "" : " (no such time)"}`;
}

export const dateTime: Decoder = (octets) => [words("Date and time", dateTimeText(octets))];

export const dayDateTime: Decoder = (octets) => [...dateTime(octets), weekday(octets)];

/** Current Time (0x2A2B): Exact Time 256 and why the clock was set. */
export const currentTime: Decoder = (octets) => {
  const fields = [...dayDateTime(octets), quantity("Fraction of a second", octets.unsigned(1) / 256, "s", 3)];
  const reasons = octets.unsigned(1);
  const names = ["set by hand", "from an external reference", "time zone changed", "summer time changed"];
  const set = names.filter((_, bit) => (reasons & (1 << bit)) !== 0);
  return [...fields, words("Why the clock changed", set.length === 0 ? "not said" : set.join(", "))];
};

/** Local Time Information (0x2A0F): quarters of an hour from UTC, and the summer time offset. */
export const localTime: Decoder = (octets) => [zone(octets.signed(1)), summerTime(octets.unsigned(1))];

function zone(quarters: number): Field {
  if (quarters === -128) return words("Time zone", "not known");
  const minutes = Math.abs(quarters) * 15;
  const text = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return words("Time zone", `UTC${quarters < 0 ? "−" : "+"}${text}`);
}

function summerTime(code: number): Field {
  const offsets = new Map([
    [0, "standard time"],
    [2, "half an hour of summer time"],
    [4, "summer time"],
    [8, "double summer time"],
    [255, "not known"],
  ]);
  return words("Summer time", offsets.get(code) ?? `reserved (${code})`);
}

const DAYS = ["not known", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function weekday(octets: Octets): Field {
  return coded("Day", octets.unsigned(1), DAYS);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
