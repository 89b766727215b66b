/** Octets that parsers get wrong: borders of lengths, counts and ranges, and everything round them. */
import { concat } from "../../hci/codec/bytes.ts";
import type { Bytes } from "../../hci/ports.ts";
import type { Random } from "../support/random.ts";

const INTERESTING = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0f, 0x10, 0x11, 0x16, 0x17, 0x18, 0x1f, 0x20, 0x3f, 0x40,
  0x41, 0x7f, 0x80, 0xfe, 0xff,
] as const;

type Mutation = (random: Random, octets: Bytes) => Bytes;

function at(random: Random, octets: Bytes): number {
  return random.below(Math.max(1, octets.length));
}

function changed(octets: Bytes, offset: number, value: number): Bytes {
  const copy = octets.slice();
  copy[offset] = value;
  return copy;
}

const flip: Mutation = (random, octets) => {
  const offset = at(random, octets);
  return changed(octets, offset, (octets[offset] ?? 0) ^ (1 << random.below(8)));
};
const border: Mutation = (random, octets) => changed(octets, at(random, octets), random.pick(INTERESTING));
const anything: Mutation = (random, octets) => changed(octets, at(random, octets), random.below(256));
const step: Mutation = (random, octets) => {
  const offset = at(random, octets);
  return changed(octets, offset, (octets[offset] ?? 0) + random.pick([-2, -1, 1, 2]));
};
const cut: Mutation = (random, octets) => octets.slice(0, random.below(octets.length + 1));
const lengthen: Mutation = (random, octets) =>
  concat(octets, random.octets(1 + random.below(random.pick([2, 8, 64, 300]))));
const insert: Mutation = (random, octets) => {
  const offset = random.below(octets.length + 1);
  return concat(octets.subarray(0, offset), random.octets(1 + random.below(4)), octets.subarray(offset));
};
const remove: Mutation = (random, octets) => {
  const from = at(random, octets);
  return concat(octets.subarray(0, from), octets.subarray(from + 1 + random.below(4)));
};
const repeat: Mutation = (random, octets) => {
  const from = at(random, octets);
  const to = from + random.below(octets.length - from + 1);
  return concat(octets.subarray(0, to), octets.subarray(from, to), octets.subarray(to));
};
const swap: Mutation = (random, octets) => {
  const copy = octets.slice();
  const [a, b] = [at(random, octets), at(random, octets)];
  [copy[a], copy[b]] = [copy[b] ?? 0, copy[a] ?? 0];
  return octets.length === 0 ? octets : copy;
};

const MUTATIONS = [
  flip,
  border,
  border,
  anything,
  step,
  cut,
  lengthen,
  insert,
  remove,
  repeat,
  swap,
] as const satisfies readonly Mutation[];

/** One to four changes. What comes out may, rarely, be what went in. */
export function mutate(random: Random, octets: Uint8Array): Bytes {
  let result: Bytes = Uint8Array.from(octets);
  for (let left = 1 + random.below(4); left > 0; left--) {
    result = result.length === 0 ? lengthen(random, result) : random.pick(MUTATIONS)(random, result);
  }
  return result;
}

/** Now and then as it is, mostly mutated: a parser is also reached behind a correct beginning. */
export function mostlyMutated(random: Random, octets: Uint8Array): Bytes {
  return random.below(4) === 0 ? Uint8Array.from(octets) : mutate(random, octets);
}

/** Mostly small and border values, as lengths, counts and handles are. */
export function plausible(random: Random, count: number): Bytes {
  return Uint8Array.from({ length: count }, () =>
    random.below(3) === 0 ? random.below(256) : random.pick(INTERESTING),
  );
}

/** `octets` in one to eight pieces; some may be empty. */
export function pieces(random: Random, octets: Bytes): readonly Bytes[] {
  const cuts = Array.from({ length: random.below(8) }, () => random.below(octets.length + 1)).sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((from, index) => octets.slice(from, cuts[index] ?? octets.length));
}
