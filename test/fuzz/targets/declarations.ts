import { isDeepStrictEqual } from "node:util";
import { ATT_PDUS } from "../../../hci/att/pdus.ts";
import type { Codec } from "../../../hci/codec/codec.ts";
import { decode, encode } from "../../../hci/codec/codec.ts";
import { DecodeError, EncodeError } from "../../../hci/codec/error.ts";
import { commandsByOpcode } from "../../../hci/host/supported.ts";
import { events } from "../../../hci/host/events.ts";
import { signallingPdus } from "../../../hci/l2cap/signalling-pdus.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { SMP_PDUS } from "../../../hci/smp/pdus.ts";
import type { Random } from "../../support/random.ts";
import { mutate, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must, OracleError } from "../target.ts";

interface Form {
  readonly name: string;
  readonly codec: Codec<unknown>;
}

const FORMS: readonly Form[] = [
  ...events.map(({ name, parameters }) => ({ name, codec: parameters })),
  ...[...commandsByOpcode.values()].flatMap(({ name, parameters, returns }) => [
    { name, codec: parameters },
    { name: `answer to ${name}`, codec: returns },
  ]),
  ...[...ATT_PDUS, ...SMP_PDUS, ...signallingPdus].map(({ name, fields }) => ({ name, codec: fields })),
];

/**
 * UUIDs that were sent in 128 bits and have a short form are written short, and one response has one format: the only
 * declaration whose values cannot always be written back.
 */
const ONE_WAY = new Set(["ATT_FIND_INFORMATION_RSP"]);

/** Octets that were once accepted, per form: what is mutated further. Only of one case, to keep cases independent. */
function octetsFor(random: Random, { codec }: Form): Bytes {
  const size = codec.size ?? random.below(random.pick([4, 24, 60]));
  return random.below(3) === 0 ? mutate(random, plausible(random, size)) : plausible(random, size);
}

function read(codec: Codec<unknown>, octets: Bytes): { readonly value: unknown } | undefined {
  try {
    return { value: decode(codec, octets) };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function check(form: Form, octets: Bytes): boolean {
  const first = read(form.codec, octets);
  if (first === undefined) return false;
  let written: Bytes;
  try {
    written = encode(form.codec, first.value);
  } catch (error) {
    if (error instanceof EncodeError && ONE_WAY.has(form.name)) return true;
    throw new OracleError(`${form.name} cannot be written back`, { cause: error });
  }
  const second = read(form.codec, written);
  must(second !== undefined, `${form.name} cannot be read again`);
  must(isDeepStrictEqual(first.value, second.value), `${form.name} changes when it is written back`);
  return true;
}

/** Every declared form of HCI, L2CAP, ATT and SMP: refused by name, or a value that survives being written. */
export const declarations: Target = {
  name: "declarations",
  share: 200,
  run(random) {
    const form = FORMS[random.below(FORMS.length)];
    if (form === undefined) return 1;
    const octets = octetsFor(random, form);
    if (!check(form, octets)) return 1;
    for (let i = 0; i < 3; i++) check(form, mutate(random, octets));
    return 4;
  },
};
