import { concat, reversed, toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { oobLabel } from "../../../hci/virtual/peripherals/oob-label.ts";
import { type ParsedOob, parseOobCode } from "../../../src/formats/oob-code.ts";
import { type NdefParts, carrier, handoverSelect, leOob, ndefMessage } from "../../support/ndef.ts";
import type { Random } from "../../support/random.ts";
import { mostlyMutated, mutate, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const TYPES = ["U", "T", "Sp", "Hr", "err", "text/plain", "android.com:pkg"] as const;

function label(random: Random): Bytes {
  const type = random.pick(["public", "random"] as const);
  const values = { confirm: random.octets(16), random: random.octets(16) };
  return oobLabel({ type, octets: random.octets(6) }, values, random.octets(random.below(20)));
}

/** A record of which nothing is wanted. */
function other(random: Random): NdefParts {
  return {
    tnf: random.pick([1, 2, 3, 4, 7]),
    type: random.pick(TYPES),
    payload: plausible(random, random.below(30)),
    ...(random.below(2) === 0 ? {} : { id: random.pick(["", "0", "x", "w"]) }),
  };
}

/** All of a tag with this block in it: whole, and read by everybody. */
function tag(random: Random, block: ArrayLike<number>): Bytes {
  const others = Array.from({ length: random.below(4) }, () => other(random));
  const id = random.pick(["b", "carrier", "\u00ff"]);
  const long = random.below(2) === 0;
  if (random.below(2) === 0) return ndefMessage(...others, leOob(block, { long, id }), ...others);
  const inside = Array.from({ length: random.below(3) }, () => other(random));
  const select = handoverSelect([...inside, carrier(id, ["x", ""].slice(random.below(3))), ...inside]);
  return ndefMessage(select, ...others, leOob(block, { long, id }));
}

/** Whatever came in: a code is in it, whole and beside its types, or a problem tells nothing of it. */
function checkParsed(octets: Bytes): ParsedOob {
  const hex = toHex(octets);
  const parsed = parseOobCode(hex);
  if (parsed.kind === "code") {
    for (const [before, value] of [
      ["1122", parsed.code.confirm],
      ["1123", parsed.code.random],
    ] as const)
      must(hex.includes(before + toHex(reversed(value))), "a value came from nowhere");
  } else {
    const told = JSON.stringify(parsed.problem).match(/[\da-f]{8}/gi) ?? [];
    must(!told.some((digits) => hex.includes(digits.toLowerCase())), "a problem quotes what was read");
  }
  return parsed;
}

/** The code of a device as a tag holds it: the record round a block changes nothing of what is said about the block. */
export const oobCode: Target = {
  name: "oob-code",
  share: 20,
  run(random) {
    const good = label(random);
    const whole = tag(random, good);
    must(checkParsed(whole).kind === "code", "a whole tag is refused");
    const cut = whole.slice(0, random.below(whole.length));
    must(checkParsed(cut).kind === "problem", "a part of a tag is taken for all of it");
    const block = mutate(random, good);
    if ((block[0] ?? 0) < 0x80 && block.length > 0) {
      const alone = JSON.stringify(checkParsed(block));
      must(JSON.stringify(checkParsed(tag(random, block))) === alone, "a block is read otherwise in a tag");
    }
    checkParsed(mostlyMutated(random, tag(random, good)));
    checkParsed(concat([random.below(256) | 0x80], plausible(random, random.below(60))));
    return 6;
  },
};
