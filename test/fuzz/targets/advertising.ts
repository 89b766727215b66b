import { concat } from "../../../hci/codec/bytes.ts";
import { adStructures, parseAdvertisingData } from "../../../hci/gap/advertising-data.ts";
import { ExtendedData, MAX_EXTENDED_DATA } from "../../../hci/gap/extended-data.ts";
import type { Bytes, TextPort } from "../../../hci/ports.ts";
import type { Random } from "../../support/random.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const text: TextPort = {
  decode: (utf8) => decoder.decode(utf8),
  encode: (value) => Uint8Array.from(encoder.encode(value)),
};

const TYPES = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x16, 0x19, 0x20, 0x21, 0xff,
] as const;
const NAMES = [
  "Lamp",
  "\u202Eevil",
  "<img src=x onerror=alert(1)>",
  "\u0000\u001b[2J",
  "\uFEFF",
  "ä🔑",
  "",
] as const;

function structure(random: Random): Bytes {
  const type = random.below(8) === 0 ? random.below(256) : random.pick(TYPES);
  const data =
    type === 0x08 || type === 0x09
      ? mostlyMutated(random, text.encode(random.pick(NAMES)))
      : plausible(random, random.below(random.pick([4, 20, 40])));
  const length = random.below(10) === 0 ? random.below(256) : data.length + 1;
  return concat([length, type], data);
}

const FORBIDDEN = /[\p{Cc}\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

function checkParsed(data: Bytes): void {
  const structures = adStructures(data);
  const taken = structures.reduce((sum, { data: { length } }) => sum + length + 2, 0);
  must(taken <= data.length, "structures hold more than there was");
  const fields = parseAdvertisingData(data, text);
  must((fields.name?.length ?? 0) <= 248, "a name is too long");
  must(!FORBIDDEN.test(fields.name ?? ""), "a name can disturb the text around it");
  must(fields.services.length <= data.length / 2, "services came from nowhere");
  must(new Set(fields.services).size === fields.services.length, "a service is told twice");
}

/** Pieces of long data from many advertisers: bounded in length and number, and nothing is invented. */
function checkGathering(random: Random): number {
  const gathering = new ExtendedData();
  const given = new Map<string, number>();
  const count = 1 + random.below(40);
  for (let i = 0; i < count; i++) {
    const key = `advertiser ${random.below(random.pick([1, 4, 100]))}`;
    const data = plausible(random, random.below(random.pick([8, 230])));
    given.set(key, (given.get(key) ?? 0) + data.length);
    const all = gathering.add(key, data, random.pick(["complete", "incomplete", "incomplete", "truncated"]));
    if (all === undefined) continue;
    must(all.data.length <= MAX_EXTENDED_DATA, "gathered data is too long");
    must(all.data.length <= (given.get(key) ?? 0), "gathered data came from nowhere");
    given.delete(key);
  }
  return count;
}

/** Advertising data and its pieces. */
export const advertising: Target = {
  name: "advertising",
  share: 150,
  run(random) {
    if (random.below(50) === 0) return checkGathering(random);
    const structures = Array.from({ length: random.below(6) }, () => structure(random));
    checkParsed(mostlyMutated(random, concat(...structures)));
    return 1;
  },
};
