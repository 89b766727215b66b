/** Values in words: number formats, channels of a chart, and what is wrong with an input. */
import type { WhyWrong, WriteFormat } from "../state/values-encode.ts";
import type { Channel } from "../state/values-series.ts";
import type { NumberFormat } from "../state/values.ts";

export function formatWord(format: NumberFormat): string {
  switch (format) {
    case "float32":
      return "32-bit float";
    case "float64":
      return "64-bit float";
    case "sfloat":
      return "16-bit medical float";
    case "medfloat":
      return "32-bit medical float";
    default:
      return `${format.slice(1)}-bit ${format.startsWith("u") ? "unsigned" : "signed"}`;
  }
}

export function channelWord(channel: Channel): string {
  switch (channel.kind) {
    case "field":
      return channel.name;
    case "number":
      return formatWord(channel.format);
    case "text":
      return "number in the text";
  }
}

export function channelUnit(channel: Channel): string | null {
  return channel.kind === "field" ? channel.unit : null;
}

export function writeFormatWord(format: WriteFormat): string {
  switch (format) {
    case "text":
      return "Text (UTF-8)";
    case "hex":
      return "Octets in hex";
    default:
      return `Integer, ${formatWord(format)}`;
  }
}

export function writeHint(format: WriteFormat): string {
  switch (format) {
    case "text":
      return "Sent as typed, nothing is added";
    case "hex":
      return "Two digits per octet, for example 01 af ff";
    default:
      return "Decimal or 0x…, several with spaces; least significant octet first";
  }
}

export function wrongWord(why: WhyWrong, format: WriteFormat): string {
  switch (why.kind) {
    case "empty":
      return "Type a number";
    case "not-hex":
      return `“${why.found}” is no hex digit; use 0 to 9 and a to f`;
    case "half-octet":
      return `${why.digits} digits make no whole octets; add or remove one`;
    case "not-integer":
      return `“${why.found}” is no whole number`;
    case "out-of-range":
      return `${integerWord(format)} holds ${why.least} to ${why.most}`;
    case "too-long":
      return `${why.octets} octets are too many; a value has at most 512`;
  }
}

function integerWord(format: WriteFormat): string {
  return format === "text" || format === "hex" ? "A value" : formatWord(format);
}

export function octetsWord(count: number): string {
  return count === 1 ? "1 octet" : `${count} octets`;
}
